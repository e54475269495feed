"""What is done once a night, and what is deleted apart from the change that asks for it."""

from datetime import datetime, timedelta
from uuid import UUID

from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.jobs import Job, Payload, Recurring
from loyalnest.wallet import queries
from loyalnest.wallet.files import OpenObjects, throw_away
from loyalnest.wallet.service.passes import THROW_AWAY, note_thrown_away

_PHONES_KEPT, _VOID_KEPT = timedelta(days=1), timedelta(days=30)
_CALLBACKS_KEPT, _TELLINGS_KEPT = timedelta(days=7), timedelta(days=90)

_LET_GO_OF_VOID = """
DELETE FROM pass_registrations r
USING passes p
WHERE p.voided_at < $1
  AND r.merchant_id = p.merchant_id
  AND r.pass_id = p.id
"""
_FORGET_PHONES = """
WITH gone AS (
    DELETE FROM pass_devices d
    WHERE d.made_at < $1
      AND NOT EXISTS (
          SELECT FROM pass_registrations r
          WHERE r.merchant_id = d.merchant_id AND r.device_id = d.id
      )
    RETURNING d.merchant_id, d.id, d.name_hash
)
DELETE FROM directory i
USING gone
WHERE i.kind = 'pass_device'
  AND i.hash = gone.name_hash
  AND i.merchant_id = gone.merchant_id
  AND i.subject_id = gone.id
"""
_FORGET_CALLBACKS = "DELETE FROM pass_callbacks WHERE came_at < $1"
_FORGET_TELLINGS = "DELETE FROM pass_tellings WHERE last_at < $1"


async def _forget(database: Database, now: datetime) -> None:
    """Forget phones that hold nothing any more, and what is too old to be of use."""
    async with database.platform() as session:
        connection = await bulk(session)
        await connection.execute(_LET_GO_OF_VOID, now - _VOID_KEPT)
        await connection.execute(_FORGET_PHONES, now - _PHONES_KEPT)
        await connection.execute(_FORGET_CALLBACKS, now - _CALLBACKS_KEPT)
        await connection.execute(_FORGET_TELLINGS, now - _TELLINGS_KEPT)


NIGHTLY = Recurring("wallet.forget", "50 3 * * *", _forget)


def throwing_away(open_objects: OpenObjects) -> Job:
    """Deletes the files of passes whose customer was forgotten."""

    async def handle(database: Database, payload: Payload, now: datetime) -> None:
        merchant_id = UUID(payload["merchant_id"])
        pass_ids = [UUID(it) for it in payload["pass_ids"]]
        async with database.tenant(merchant_id) as session:
            passes = await queries.passes_of(session, pass_ids)
        objects = open_objects()
        try:
            for it in passes.values():
                await throw_away(objects, it)
        finally:
            await objects.close()
        async with database.tenant(merchant_id) as session:
            await note_thrown_away(session, passes.values())

    return Job(THROW_AWAY, handle)
