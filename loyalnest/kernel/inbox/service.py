"""What people and the timetable do with deliveries that have come in."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.inbox.errors import DeliveryNotFound, NothingToRetry
from loyalnest.kernel.inbox.values import lane_of

_CHUNK = 2000
# A delivery that was applied within an hour of its arrival bears no date of its application.
_UNDATED = timedelta(hours=1)

_REVIVE = """
WITH letter AS (
    DELETE FROM dead_letters
    WHERE merchant_id = $1
      AND delivery_id = $2
    RETURNING delivery_id
), kept AS (
    UPDATE deliveries
    SET state = 'queued'
    WHERE merchant_id = $1
      AND id = $2
      AND state = 'unhandled'
    RETURNING id
)
INSERT INTO inbox (merchant_id, delivery_id, lane, due_at)
SELECT $1, id, $3, $4
FROM (SELECT delivery_id FROM letter UNION SELECT id FROM kept) AS revived (id)
RETURNING delivery_id
"""

_EXISTS = "SELECT true FROM deliveries WHERE merchant_id = $1 AND id = $2"

_FORGET = """
DELETE FROM deliveries
WHERE ctid = ANY (ARRAY(
    SELECT old.ctid
    FROM deliveries AS old
    WHERE old.received_at < $2
      AND old.state <> 'request'
      AND (old.applied_at IS NULL OR old.applied_at < $1)
      AND NOT EXISTS (
          SELECT FROM inbox
          WHERE inbox.lane = get_byte(uuid_send(old.merchant_id), 15) % 16
            AND inbox.delivery_id = old.id)
      AND NOT EXISTS (
          SELECT FROM dead_letters AS letter
          WHERE letter.merchant_id = old.merchant_id
            AND letter.delivery_id = old.id)
    ORDER BY old.received_at
    LIMIT $3
))
"""


async def retry(
    session: AsyncSession, *, merchant_id: UUID, delivery_id: UUID, now: datetime
) -> None:
    """Queue a dead letter again, or a delivery that nobody handled when it came.

    Raises DeliveryNotFound, and NothingToRetry for one that waits, is applied or asks for people.
    """
    connection = await bulk(session)
    lane = lane_of(merchant_id)
    if await connection.fetchval(_REVIVE, merchant_id, delivery_id, lane, now):
        return
    if await connection.fetchval(_EXISTS, merchant_id, delivery_id):
        raise NothingToRetry
    raise DeliveryNotFound


async def forget_applied(database: Database, now: datetime) -> None:
    """Delete deliveries some days after they were applied, or after they came if nobody wants them.

    Never one that waits, is dead, or is an open request.
    """
    before = now - timedelta(days=database.settings.inbox_retention_days)
    deleted = _CHUNK
    while deleted == _CHUNK:
        async with database.platform() as session:
            done = await (await bulk(session)).execute(_FORGET, before, before - _UNDATED, _CHUNK)
            deleted = int(done.rpartition(" ")[2])
