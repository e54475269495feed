"""What a platform tells of a pass that it keeps: somebody saved it, or removed it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database, bulk
from loyalnest.wallet import directory, queries
from loyalnest.wallet.service.devices import note_saved
from loyalnest.wallet.values import Platform

_NONCE = """
INSERT INTO pass_callbacks (merchant_id, nonce_hash, came_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
RETURNING true
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """Somebody saved a pass, or removed it."""

    serial: str
    saved: bool
    nonce: str
    """The same for each time the same is told."""


def note_saved_of(database: Database, clock: Clock) -> Callable[[Saved], Awaitable[None]]:
    """Writes down what is told, once; nothing of passes that are not known here."""

    async def note(told: Saved) -> None:
        async with database.batch([]) as session:
            listed = await directory.find(session, directory.PASS, told.serial)
        for it in listed:
            async with database.tenant(it.merchant_id) as session:
                found = await queries.get_pass(session, it.id)
                nonce = directory.hash_of(told.nonce)
                now = clock()
                is_new = await (await bulk(session)).fetchval(_NONCE, it.merchant_id, nonce, now)
                if is_new and found.platform is Platform.GOOGLE:
                    await note_saved(session, found, saved=told.saved, now=now)

    return note
