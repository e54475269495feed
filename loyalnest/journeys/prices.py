"""What a message costs on each channel, as the merchant's providers bill it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.messaging import Channel

Prices = Mapping[Channel, Decimal]
"""In the merchant's currency; a channel without one costs nobody knows what."""

_PRICES = "SELECT channel, price FROM message_prices WHERE merchant_id = $1 ORDER BY channel"
_FORGET = "DELETE FROM message_prices WHERE merchant_id = $1 AND channel <> ALL ($2::text[])"
_SAVE = """
INSERT INTO message_prices (merchant_id, channel, price, changed_at, changed_by)
SELECT $1, k.channel, k.price, $4, $5
FROM unnest($2::text[], $3::numeric[]) AS k (channel, price)
ON CONFLICT (merchant_id, channel) DO UPDATE
SET price = excluded.price, changed_at = excluded.changed_at, changed_by = excluded.changed_by
WHERE message_prices.price <> excluded.price
"""


async def prices_of(session: AsyncSession) -> Prices:
    """What the merchant has entered."""
    rows = await (await bulk(session)).fetch(_PRICES, merchant_of(session))
    return {Channel(row[0]): row[1] for row in rows}


async def save_prices(
    session: AsyncSession, prices: Prices, *, actor: str, now: datetime
) -> Prices:
    """Let these be the prices from now on; a channel that is left out has none."""
    connection, merchant_id = await bulk(session), merchant_of(session)
    channels = [it.value for it in prices]
    await connection.execute(_FORGET, merchant_id, channels)
    await connection.execute(_SAVE, merchant_id, channels, list(prices.values()), now, actor)
    return await prices_of(session)
