"""Pass files, kept by their content: one that has not changed is not signed again.

Of a pass one file is kept, the newest. Its name says what it was made from, so that nobody is ever
handed another one. The old file goes first, then the new one's digest is written down, and then it
is put: whatever fails in between, no file lies there that its pass doesn't name, and erasure finds
all of them. Whoever finds a newer digest written down afterwards takes their own file away again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar

import structlog

from loyalnest.kernel.database import Database
from loyalnest.kernel.objects import Objects, ObjectsUnavailable
from loyalnest.wallet import queries, rules
from loyalnest.wallet.content import Made
from loyalnest.wallet.ports import PassMaker
from loyalnest.wallet.service.passes import note_made_of
from loyalnest.wallet.values import Pass

OpenObjects: TypeAlias = Callable[[], Objects]

MEDIA_TYPE = "application/vnd.apple.pkpass"
_PATIENCE_S = 5.0
_Found = TypeVar("_Found")

log = structlog.get_logger("wallet")


class Files:
    """The pass files of an installation."""

    def __init__(self, database: Database, maker: PassMaker, open_objects: OpenObjects):
        self._database = database
        self._maker = maker
        self._open_objects = open_objects
        self._opened: Objects | None = None

    async def file_of(self, made: Made) -> bytes:
        """A pass as a phone takes it: the file that is kept, or one that is made and, where the
        place for files answers, kept."""
        it = made.it
        digest = rules.digest_of(made.content, self._maker.edition)
        try:
            kept = await self._find(it, digest)
            if kept is not None:
                return kept
        except ObjectsUnavailable as error:
            log.warning("wallet.files_away", detail=error.detail)
            return await asyncio.to_thread(self._maker.make, made.content)
        body = await asyncio.to_thread(self._maker.make, made.content)
        try:
            await self._keep(it, digest, body)
        except ObjectsUnavailable as error:
            log.warning("wallet.files_away", detail=error.detail)
        return body

    async def close(self) -> None:
        """Give connections back."""
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    @property
    def _objects(self) -> Objects:
        """Opened when it is asked for first, where an event loop runs."""
        if self._opened is None:
            self._opened = self._open_objects()
        return self._opened

    async def _find(self, it: Pass, digest: str) -> bytes | None:
        if digest != it.made_of:
            return None
        return await _soon(self._objects.find(_name(it, digest)))

    async def _keep(self, it: Pass, digest: str, body: bytes) -> None:
        if it.made_of not in (None, digest):
            await _soon(throw_away(self._objects, it))
        async with self._database.tenant(it.merchant_id) as session:
            if not await note_made_of(session, it, digest):
                return
        await _soon(self._objects.put(_name(it, digest), body, media_type=MEDIA_TYPE))
        async with self._database.tenant(it.merchant_id) as session:
            now = (await queries.passes_of(session, [it.id])).get(it.id)
        if now is None or (now.made_of, now.voided_at) != (digest, it.voided_at):
            await _soon(self._objects.delete(_name(it, digest)))


async def _soon(asked: Awaitable[_Found]) -> _Found:
    """What a place for files says, in the time that a phone waits. Raises ObjectsUnavailable."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await asked
    except TimeoutError:
        raise ObjectsUnavailable from None


async def throw_away(objects: Objects, it: Pass) -> None:
    """Keep no file of a pass, as it was read. Raises ObjectsUnavailable."""
    if it.made_of is not None:
        await objects.delete(_name(it, it.made_of))


def _name(it: Pass, digest: str) -> str:
    return f"passes/{it.merchant_id.hex}/{it.serial}/{digest}.pkpass"
