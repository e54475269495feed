"""Pass files, kept by their content: one that has not changed is not signed again.

Of a pass one file is kept, the newest. Its name says what it was made from, so that nobody is ever
handed another one; its digest is written down before the file is, and whoever finds a newer one
written down afterwards takes their own away again.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from loyalnest.kernel.database import Database
from loyalnest.kernel.objects import Objects
from loyalnest.wallet import queries, rules
from loyalnest.wallet.content import Made
from loyalnest.wallet.ports import PassMaker
from loyalnest.wallet.service.passes import note_made_of
from loyalnest.wallet.values import Pass

OpenObjects: TypeAlias = Callable[[], Objects]

MEDIA_TYPE = "application/vnd.apple.pkpass"


class Files:
    """The pass files of an installation."""

    def __init__(self, database: Database, maker: PassMaker, open_objects: OpenObjects):
        self._database = database
        self._maker = maker
        self._open_objects = open_objects
        self._opened: Objects | None = None

    async def file_of(self, made: Made) -> bytes:
        """A pass as a phone takes it. Raises ObjectsUnavailable."""
        it = made.it
        digest = rules.digest_of(made.content, self._maker.edition)
        if digest == it.made_of:
            kept = await self._objects.find(_name(it, digest))
            if kept is not None:
                return kept
        body = await asyncio.to_thread(self._maker.make, made.content)
        await self._keep(it, digest, body)
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

    async def _keep(self, it: Pass, digest: str, body: bytes) -> None:
        async with self._database.tenant(it.merchant_id) as session:
            await note_made_of(session, it, digest)
        await self._objects.put(_name(it, digest), body, media_type=MEDIA_TYPE)
        if it.made_of not in (None, digest):
            await throw_away(self._objects, it)
        async with self._database.tenant(it.merchant_id) as session:
            now = (await queries.passes_of(session, [it.id])).get(it.id)
        if now is None or now.made_of != digest:
            await self._objects.delete(_name(it, digest))


async def throw_away(objects: Objects, it: Pass) -> None:
    """Keep no file of a pass, as it was read. Raises ObjectsUnavailable."""
    if it.made_of is not None:
        await objects.delete(_name(it, it.made_of))


def _name(it: Pass, digest: str) -> str:
    return f"passes/{it.merchant_id.hex}/{it.serial}/{digest}.pkpass"
