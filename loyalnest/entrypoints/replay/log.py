"""The order log: one JSON record a line, see data/online-retail/README.md."""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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


def read_log(path: Path) -> list[Record]:
    """Every record of a log (`.jsonl` or `.jsonl.gz`), oldest first; times in UTC.

    Raises LogInvalid, naming the line.
    """
    orders: dict[str, Order] = {}
    records: list[Record] = []
    for number, line in enumerate(_lines_of(path), start=1):
        try:
            record = _record_of(line, orders)
        except (msgspec.DecodeError, KeyError, IndexError) as problem:
            raise LogInvalid(f"{path.name}, line {number}: {problem}") from None
        if isinstance(record, Order):
            orders[record.number] = record
        records.append(record)
    return records


def last_instant(records: Sequence[Record]) -> datetime:
    """When the last of the records happened."""
    return max(record.at for record in records)


def moved_to(records: Sequence[Record], last_at: datetime) -> list[Record]:
    """The same records, moved in time so that the last one falls on `last_at`."""
    shift = last_at - last_instant(records)
    moved: dict[str, Order] = {}
    return [_moved(record, shift, moved) for record in records]


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


def _record_of(line: bytes, orders: dict[str, Order]) -> Record:
    raw = msgspec.json.decode(line)
    if "refund" in raw:
        refund = msgspec.convert(raw, _Refund)
        order = orders[refund.of]
        for index, _ in refund.lines:
            order.lines[index]
        return Refund(refund.refund, order, _utc(refund.at), tuple(refund.lines))
    order = msgspec.convert(raw, _Order)
    return Order(
        number=order.order,
        at=_utc(order.at),
        customer=order.customer,
        country=order.country,
        lines=tuple(OrderLine(*line) for line in order.lines),
        shipping=order.shipping,
    )


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=_SHOP_TIME)).astimezone(UTC)


def _moved(record: Record, shift: timedelta, moved: dict[str, Order]) -> Record:
    if isinstance(record, Order):
        later = moved[record.number] = replace(record, at=record.at + shift)
        return later
    return replace(record, at=record.at + shift, order=moved[record.order.number])
