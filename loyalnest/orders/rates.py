"""What other currencies are worth in the merchant's own: given by hand or by a program, kept.

An order takes the rate of the day it was placed along for good: its refunds, and whatever its
spend counts for, go by that and not by today's.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.orders.errors import OwnCurrency, RateGiven
from loyalnest.orders.events import OrderEdited

OWN_MONEY = "CASE WHEN o.currency = m.currency THEN o.kept ELSE coalesce(o.kept * o.rate, 0) END"
"""What is left of an order `o` in the currency of its merchant `m`; nothing where no rate is known.

For statements of modules that add orders up.
"""

COUNTER = "counter"
"""The channel of a visit: somebody was served at the counter, whatever they paid."""

COUNTS = f"""
(o.kept > 0 OR o.channel = '{COUNTER}' AND o.cancelled_at IS NULL AND o.deleted_at IS NULL)
"""
"""Whether an order `o` is one: something is left of it, or it is a visit of which nobody keyed in
what was paid. Such a visit says that somebody came and nothing of money.

For statements of modules that count orders; those that add money up ask for `kept > 0`.
"""

_LIST = text("""
SELECT currency, rate, effective_from, source, created_by, recorded_at
FROM exchange_rates
WHERE merchant_id = :merchant_id
ORDER BY currency, effective_from DESC
LIMIT 1000
""")
_AT = text("""
SELECT rate
FROM exchange_rates
WHERE merchant_id = :merchant_id AND currency = :currency AND effective_from <= :at
ORDER BY effective_from DESC
LIMIT 1
""")
_ADD = text("""
INSERT INTO exchange_rates
    (merchant_id, currency, rate, effective_from, source, created_by, recorded_at)
VALUES (:merchant_id, :currency, :rate, :since, :source, :actor, :now)
ON CONFLICT DO NOTHING
RETURNING true
""")
# Orders that came before anybody had said what their currency is worth.
_FILL = text("""
UPDATE orders
SET rate = :rate
WHERE merchant_id = :merchant_id
  AND currency = :currency
  AND rate IS NULL
  AND placed_at >= :since
RETURNING id, store_id, customer_id, kept
""")


class ExchangeRate(msgspec.Struct, frozen=True):
    """What one unit of a currency is worth in the merchant's own, from an instant on."""

    currency: str
    rate: Decimal
    effective_from: datetime
    source: str
    """Where it comes from, in the words of who gave it."""
    created_by: str
    recorded_at: datetime


async def list_rates(session: AsyncSession) -> Sequence[ExchangeRate]:
    """Every rate that was given, by currency, the newest first."""
    asked = {"merchant_id": merchant_of(session)}
    return [ExchangeRate(*row) for row in await session.execute(_LIST, asked)]


async def find_rate(session: AsyncSession, currency: str, *, at: datetime) -> Decimal | None:
    """What a currency was worth at an instant; None where nobody has said."""
    asked = {"merchant_id": merchant_of(session), "currency": currency, "at": at}
    return await session.scalar(_AT, asked)


async def add_rate(
    session: AsyncSession,
    *,
    currency: str,
    rate: Decimal,
    since: datetime,
    source: str,
    actor: str,
    now: datetime,
) -> ExchangeRate:
    """Say what a currency is worth from an instant on.

    Orders that have a rate keep it. Those placed since then that had none get this one, and count
    for tiers, segments and badges from now on. Raises OwnCurrency, RateGiven.
    """
    merchant = await merchants.get(session, merchant_of(session))
    if currency == merchant.currency:
        raise OwnCurrency
    asked = {"merchant_id": merchant.id, "currency": currency, "rate": rate, "since": since}
    kept = {**asked, "source": source, "actor": actor, "now": now}
    if not await session.scalar(_ADD, kept):
        raise RateGiven
    filled = await session.execute(_FILL, asked)
    rated = [
        OrderEdited(
            merchant_id=merchant.id,
            customer_id=row.customer_id,
            occurred_at=now,
            order_id=row.id,
            store_id=row.store_id,
            kept=row.kept,
        )
        for row in filled
    ]
    await publish(session, rated, now=now)
    return ExchangeRate(currency, rate, since, source, actor, now)
