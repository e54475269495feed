"""How orders lie in their tables: one statement a table for a whole batch."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from loyalnest.kernel.database import Bulk, Row
from loyalnest.kernel.errors import Contended
from loyalnest.kernel.ids import new_id
from loyalnest.orders.rules import kept_spend
from loyalnest.orders.values import Facts, Line, Order, OrderId, Refund, Snapshot

_LINES = msgspec.json.Decoder(tuple[Line, ...])
_REFUND_LINES = msgspec.json.Decoder(dict[str, int])
_encode = msgspec.json.Encoder().encode

COLUMNS = """
o.merchant_id, o.store_id, o.external_id, o.id, o.customer_id, o.paid_at, o.fulfilled_at,
o.cancelled_at, o.deleted_at, o.source_version, o.placed_at, o.number, o.channel, o.currency,
o.total, o.lines::text, o.shipping, o.tips, o.presentment_currency, o.presentment_total, o.rate
"""

# What an order's currency was worth that day. A merchant with one currency has no rates, and the
# look-up ends at the index.
_RATE = """
(SELECT r.rate
 FROM exchange_rates r
 WHERE r.merchant_id = n.merchant_id
   AND r.currency = n.currency
   AND r.effective_from <= n.placed_at
 ORDER BY r.effective_from DESC
 LIMIT 1)
"""

# Locked in key order, so that two batches that share orders wait for each other and never both.
_LOCK = f"""
SELECT {COLUMNS}
FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS k (merchant_id, store_id, external_id)
JOIN orders o
  ON o.merchant_id = k.merchant_id
 AND o.store_id = k.store_id
 AND o.external_id = k.external_id
ORDER BY o.merchant_id, o.store_id, o.external_id
FOR UPDATE OF o
"""  # noqa: S608

_REFUNDS = """
SELECT r.order_id, r.external_id, r.occurred_at, r.effective, r.lines::text, r.amount, r.tax,
       r.shipping, r.currency
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, order_id)
JOIN refunds r
  ON r.merchant_id = k.merchant_id
 AND r.order_id = k.order_id
ORDER BY r.external_id
"""

_INSERT = f"""
INSERT INTO orders (
    merchant_id, id, store_id, external_id, customer_id, number, channel, currency, total, spend,
    shipping, tips, presentment_currency, presentment_total, lines, placed_at, source_version,
    paid_at, fulfilled_at, cancelled_at, deleted_at, kept, recorded_at, rate)
SELECT n.merchant_id, n.id, n.store_id, n.external_id, n.customer_id, n.number, n.channel,
       n.currency, n.total::numeric, n.spend::numeric, n.shipping::numeric, n.tips::numeric,
       n.presentment_currency, n.presentment_total::numeric, n.lines::jsonb, n.placed_at,
       n.source_version, n.paid_at, n.fulfilled_at, n.cancelled_at, n.deleted_at,
       n.kept::numeric, $23, {_RATE}
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
            $14::text[], $15::text[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[],
            $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::text[])
  AS n (merchant_id, id, store_id, external_id, customer_id, number, channel, currency, total,
        spend, shipping, tips, presentment_currency, presentment_total, lines, placed_at,
        source_version, paid_at, fulfilled_at, cancelled_at, deleted_at, kept)
ON CONFLICT DO NOTHING
RETURNING id, rate
"""  # noqa: S608

_UPDATE = f"""
UPDATE orders o
SET customer_id = n.customer_id,
    number = n.number,
    channel = n.channel,
    currency = n.currency,
    total = n.total::numeric,
    spend = n.spend::numeric,
    shipping = n.shipping::numeric,
    tips = n.tips::numeric,
    presentment_currency = n.presentment_currency,
    presentment_total = n.presentment_total::numeric,
    lines = n.lines::jsonb,
    placed_at = n.placed_at,
    source_version = n.source_version,
    paid_at = n.paid_at,
    fulfilled_at = n.fulfilled_at,
    cancelled_at = n.cancelled_at,
    deleted_at = n.deleted_at,
    kept = n.kept::numeric,
    rate = coalesce(o.rate, {_RATE})
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
            $14::timestamptz[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[],
            $18::timestamptz[], $19::timestamptz[], $20::text[])
  AS n (merchant_id, id, customer_id, number, channel, currency, total, spend, shipping, tips,
        presentment_currency, presentment_total, lines, placed_at, source_version, paid_at,
        fulfilled_at, cancelled_at, deleted_at, kept)
WHERE o.merchant_id = n.merchant_id
  AND o.id = n.id
RETURNING o.id, o.rate
"""  # noqa: S608

_PUT_REFUNDS = """
INSERT INTO refunds (
    merchant_id, id, order_id, external_id, effective, lines, amount, tax, shipping, currency,
    occurred_at, recorded_at)
SELECT n.merchant_id, n.id, n.order_id, n.external_id, n.effective, n.lines::jsonb,
       n.amount::numeric, n.tax::numeric, n.shipping::numeric, n.currency, n.occurred_at, $12
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::text[],
            $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
  AS n (merchant_id, id, order_id, external_id, effective, lines, amount, tax, shipping, currency,
        occurred_at)
ON CONFLICT (merchant_id, order_id, external_id) DO UPDATE
SET effective = excluded.effective,
    lines = excluded.lines,
    amount = excluded.amount,
    tax = excluded.tax,
    shipping = excluded.shipping,
    currency = excluded.currency,
    occurred_at = excluded.occurred_at
"""

Key = tuple[UUID, UUID, str]


async def lock(connection: Bulk, keys: Sequence[Key]) -> dict[Key, Order]:
    """Take hold of the orders that exist, with all that is known of them. `keys` are sorted."""
    rows = await connection.fetch(
        _LOCK, [key[0] for key in keys], [key[1] for key in keys], [key[2] for key in keys]
    )
    if not rows:
        return {}
    refunds = await refunds_of(connection, [(row[0], row[3]) for row in rows])
    orders = [read(row, refunds.get(row[3], ())) for row in rows]
    return {order.facts.key: order for order in orders}


async def refunds_of(
    connection: Bulk, orders: Sequence[tuple[UUID, UUID]]
) -> dict[UUID, tuple[Refund, ...]]:
    """The refunds of orders (merchant and order id), sorted by the shop's id."""
    rows = await connection.fetch(
        _REFUNDS, [merchant_id for merchant_id, _ in orders], [order_id for _, order_id in orders]
    )
    found: dict[UUID, tuple[Refund, ...]] = {}
    for row in rows:
        order_id, external_id, occurred_at, effective, lines, amount, tax, shipping, cur = row
        refund = Refund(
            id=external_id,
            occurred_at=occurred_at,
            effective=effective,
            lines=_REFUND_LINES.decode(lines),
            amount=amount,
            tax=tax,
            shipping=shipping,
            currency=cur,
        )
        found[order_id] = (*found.get(order_id, ()), refund)
    return found


def read(row: Row, refunds: tuple[Refund, ...]) -> Order:
    """An order from its row (`COLUMNS`) and its refunds."""
    (merchant_id, store_id, external_id, id_, customer_id, paid_at, fulfilled_at, cancelled_at,
     deleted_at, version, placed_at, number, channel, currency, total, lines, shipping, tips,
     presentment_currency, presentment_total, rate) = row  # fmt: skip
    snapshot = None
    if placed_at is not None:
        snapshot = Snapshot(
            version=version,
            placed_at=placed_at,
            number=number,
            channel=channel,
            currency=currency,
            total=total,
            lines=_LINES.decode(lines),
            shipping=shipping,
            tips=tips,
            presentment_currency=presentment_currency,
            presentment_total=presentment_total,
        )
    facts = Facts(
        merchant_id=merchant_id,
        store_id=store_id,
        external_id=external_id,
        snapshot=snapshot,
        paid_at=paid_at,
        fulfilled_at=fulfilled_at,
        cancelled_at=cancelled_at,
        deleted_at=deleted_at,
        refunds=refunds,
    )
    return Order(OrderId(id_), customer_id, facts, rate)


async def insert(
    connection: Bulk, orders: Sequence[Order], *, now: datetime
) -> dict[OrderId, Decimal]:
    """Write new orders, sorted by key; answers the rates of those in other currencies.

    Raises Contended when another transaction was first.
    """
    if not orders:
        return {}
    columns = _columns(orders)
    written = await connection.fetch(
        _INSERT,
        [order.facts.merchant_id for order in orders],
        [order.id for order in orders],
        [order.facts.store_id for order in orders],
        [order.facts.external_id for order in orders],
        *columns,
        now,
    )
    if len(written) != len(orders):
        raise Contended
    return _rates(written)


async def update(connection: Bulk, orders: Sequence[Order]) -> dict[OrderId, Decimal]:
    """Write what is now known of orders that are locked; answers their rates as `insert` does."""
    if not orders:
        return {}
    written = await connection.fetch(
        _UPDATE,
        [order.facts.merchant_id for order in orders],
        [order.id for order in orders],
        *_columns(orders),
    )
    return _rates(written)


def _rates(written: Sequence[Row]) -> dict[OrderId, Decimal]:
    return {OrderId(id_): rate for id_, rate in written if rate is not None}


async def put_refunds(
    connection: Bulk, refunds: Sequence[tuple[Order, Refund]], *, now: datetime
) -> None:
    """Write refunds that are new or are known better now, of orders that are locked."""
    if not refunds:
        return
    await connection.execute(
        _PUT_REFUNDS,
        [order.facts.merchant_id for order, _ in refunds],
        [new_id() for _ in refunds],
        [order.id for order, _ in refunds],
        [refund.id for _, refund in refunds],
        [refund.effective for _, refund in refunds],
        [_encode(refund.lines).decode() for _, refund in refunds],
        [str(refund.amount) for _, refund in refunds],
        [str(refund.tax) for _, refund in refunds],
        [str(refund.shipping) for _, refund in refunds],
        [refund.currency for _, refund in refunds],
        [refund.occurred_at for _, refund in refunds],
        now,
    )


def _columns(orders: Sequence[Order]) -> list[list[object]]:
    """What an INSERT and an UPDATE write alike, column by column. Amounts go as text: the driver's
    own encoding of a Decimal costs more than PostgreSQL's reading of its digits."""
    rows = [_row(order) for order in orders]
    return [list(column) for column in zip(*rows, strict=True)]


def _row(order: Order) -> tuple[object, ...]:
    facts = order.facts
    known = (
        facts.paid_at,
        facts.fulfilled_at,
        facts.cancelled_at,
        facts.deleted_at,
        str(kept_spend(facts)),
    )
    it = facts.snapshot
    if it is None:
        nothing = (None,) * 3
        return (order.customer_id, *nothing, None, None, "0", "0", None, None, "[]", None, None,
                *known)  # fmt: skip
    return (
        order.customer_id,
        it.number,
        it.channel,
        it.currency,
        str(it.total),
        str(it.spend),
        str(it.shipping),
        str(it.tips),
        it.presentment_currency,
        _text(it.presentment_total),
        _encode(it.lines).decode(),
        it.placed_at,
        it.version,
        *known,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
