"""The order log: one JSON record a line, see data/online-retail/README.md."""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from loyalnest.kernel.errors import Invalid

_SHOP_TIME = ZoneInfo("Europe/London")


class LogInvalid(Invalid):
    """A line of the order log can't be read."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """So many pieces of an article at a price each."""

    sku: str
    title: str
    quantity: int
    price: Decimal

    @property
    def is_gift_card(self) -> bool:
        """A voucher is a means of payment and not a purchase."""
        return self.sku.lower().startswith("gift_")


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer, or a guest, bought at once."""

    number: str
    at: datetime
    customer: str | None
    country: str
    lines: tuple[OrderLine, ...]
    shipping: Decimal


@dataclass(frozen=True, slots=True)
class Refund:
    """Pieces of an order's lines taken back: pairs of line index and quantity."""

    number: str
    order: Order
    at: datetime
    lines: tuple[tuple[int, int], ...]


Record = Order | Refund


class _Order(msgspec.Struct):
    order: str
    at: datetime
    country: str
    lines: list[tuple[str, str, int, Decimal]]
    customer: str | None = None
    shipping: Decimal = Decimal(0)


class _Refund(msgspec.Struct):
    refund: str
    of: str
    at: datetime
    lines: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class OrderLog:
    """A log that was looked through once, and is read again record by record: it may be long."""

    path: Path
    last_at: datetime
    orders: int
    refunds: int
    returned: Mapping[str, int]
    """How many refunds each order has that has some."""

    def records(self, *, ends_at: datetime | None = None) -> Iterator[Record]:
        """Every record, oldest first, times in UTC; moved in time so that the last falls there."""
        shift = ends_at - self.last_at if ends_at else timedelta(0)
        awaited = dict(self.returned)
        known: dict[str, Order] = {}
        for line in _lines_of(self.path):
            record = _record_of(line, known, shift)
            number = record.number if isinstance(record, Order) else record.order.number
            if isinstance(record, Order) and number in awaited:
                known[number] = record
            elif isinstance(record, Refund):
                awaited[number] -= 1
                if not awaited[number]:
                    del known[number]
            yield record


def open_log(path: Path) -> OrderLog:
    """Look through a log (`.jsonl` or `.jsonl.gz`). Raises LogInvalid, naming the line."""
    articles: dict[str, int] = {}
    returned: Counter[str] = Counter()
    last_at = datetime.min.replace(tzinfo=UTC)
    for number, line in enumerate(_lines_of(path), start=1):
        try:
            raw = msgspec.json.decode(line)
            if "refund" in raw:
                refund = msgspec.convert(raw, _Refund)
                _check(refund, articles[refund.of])
                returned[refund.of] += 1
                last_at = max(last_at, _utc(refund.at))
            else:
                order = msgspec.convert(raw, _Order)
                articles[order.order] = len(order.lines)
                last_at = max(last_at, _utc(order.at))
        except (msgspec.MsgspecError, KeyError, IndexError, TypeError) as problem:
            raise LogInvalid(f"{path.name}, line {number}: {problem}") from None
    if not articles:
        raise LogInvalid(f"{path.name} holds no orders.")
    return OrderLog(path, last_at, len(articles), returned.total(), returned)


def end_of_log(last: datetime, now: datetime) -> datetime:
    """Where a log that ended at `last` should end so that it ends today, at its own hour.

    Never in the future: before that hour it ends this minute.
    """
    local = last.astimezone(_SHOP_TIME)
    today = datetime.combine(now.astimezone(_SHOP_TIME).date(), local.time(), _SHOP_TIME)
    return min(today.astimezone(UTC), now.replace(second=0, microsecond=0))


def _lines_of(path: Path) -> Iterator[bytes]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield from file


def _check(refund: _Refund, articles: int) -> None:
    for index, _ in refund.lines:
        if not 0 <= index < articles:
            raise IndexError(f"the order has no line {index}")


def _record_of(line: bytes, orders: Mapping[str, Order], shift: timedelta) -> Record:
    raw = msgspec.json.decode(line)
    if "refund" in raw:
        refund = msgspec.convert(raw, _Refund)
        at = _utc(refund.at) + shift
        return Refund(refund.refund, orders[refund.of], at, tuple(refund.lines))
    order = msgspec.convert(raw, _Order)
    return Order(
        number=order.order,
        at=_utc(order.at) + shift,
        customer=order.customer,
        country=order.country,
        lines=tuple(OrderLine(*line) for line in order.lines),
        shipping=order.shipping,
    )


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=_SHOP_TIME)).astimezone(UTC)
