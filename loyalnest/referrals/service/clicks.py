"""Counting clicks on links: numbers by day and channel, and nothing about who clicked."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.referrals import rules
from loyalnest.referrals.values import Channel

_COUNT = text("""
INSERT INTO referral_clicks AS c (merchant_id, code, day, channel, clicks)
SELECT r.merchant_id, r.code,
       (cast(:now AS timestamptz) AT TIME ZONE m.time_zone)::date, :channel, 1
FROM referral_codes r
JOIN merchants m ON m.merchant_id = r.merchant_id
WHERE r.merchant_id = :merchant_id AND r.code = :code
ON CONFLICT (merchant_id, code, day, channel) DO UPDATE SET clicks = c.clicks + 1
""")


async def count_click(session: AsyncSession, code: str, channel: Channel, *, now: datetime) -> None:
    """Count one click on a code's link; a code that isn't there counts nothing."""
    about = {
        "merchant_id": merchant_of(session),
        "code": rules.normal_code(code),
        "channel": channel.value,
        "now": now,
    }
    await session.execute(_COUNT, about)
