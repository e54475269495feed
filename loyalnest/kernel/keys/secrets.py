"""Secrets of merchants' own: what is made with one outlasts the installation's keys.

A secret never changes. It is sealed under those keys like everything else, so that replacing them
leaves what was made with it as it is: a link in a mail of last year, the code on a card of paper.
"""

import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import ring_of, wait_for_the_disk
from loyalnest.kernel.keys.rotation import Sealed

_BYTES = 32
_REMEMBERED = 10_000


class Secrets:
    """The secrets of all merchants for one purpose, in a table (merchant_id, secret_sealed)."""

    def __init__(self, table: str):
        self._sealed_as = f"{table}.secret"
        self._in_session = f"secrets of {table}"
        self._find = text(f"""
        SELECT merchant_id, secret_sealed FROM {table} WHERE merchant_id = ANY (:merchant_ids)
        """)  # noqa: S608
        self._make = text(f"""
        INSERT INTO {table} (merchant_id, secret_sealed)
        SELECT * FROM unnest(cast(:merchant_ids AS uuid[]), cast(:sealed AS bytea[]))
        ON CONFLICT (merchant_id) DO NOTHING
        RETURNING merchant_id
        """)  # noqa: S608
        self._remembered: OrderedDict[UUID, bytes] = OrderedDict()
        self.sealed = Sealed(table, "secret_sealed", self._sealed_as)
        """What to declare among what is held under the installation's keys."""

    async def of(self, session: AsyncSession, merchant_ids: Iterable[UUID]) -> dict[UUID, bytes]:
        """These merchants' secrets, made when they are asked for first.

        The process remembers them once they are sure to stay: one that this transaction has made
        goes with it, should it be rolled back.
        """
        wanted = set(merchant_ids)
        known = await self.find(session, wanted)
        if missing := sorted(wanted - known.keys()):
            made = await self._make_for(session, missing)
            self._own(session).update(made)
            known |= made
        return known

    async def find(self, session: AsyncSession, merchant_ids: Iterable[UUID]) -> dict[UUID, bytes]:
        """Those that there are: whoever reads what others bring makes none."""
        own, wanted = self._own(session), set(merchant_ids)
        known = {it: found for it in wanted if (found := self._remembered.get(it) or own.get(it))}
        if unknown := sorted(wanted - known.keys()):
            found = await self._look_up(session, unknown)
            self._remember(found)
            known |= found
        return known

    def _own(self, session: AsyncSession) -> dict[UUID, bytes]:
        """What this transaction has made."""
        return session.info.setdefault(self._in_session, {})

    async def _look_up(
        self, session: AsyncSession, merchant_ids: Sequence[UUID]
    ) -> dict[UUID, bytes]:
        ring = ring_of(session)
        rows = await session.execute(self._find, {"merchant_ids": list(merchant_ids)})
        return {row[0]: ring.open(row[0], self._sealed_as, bytes(row[1])) for row in rows}

    async def _make_for(
        self, session: AsyncSession, merchant_ids: Sequence[UUID]
    ) -> dict[UUID, bytes]:
        """Secrets for those who have none; of whom somebody else was quicker with, theirs."""
        # Whoever sees one from the commit on remembers it: no crash may take it back then.
        await wait_for_the_disk(session)
        ring = ring_of(session)
        fresh = {it: secrets.token_bytes(_BYTES) for it in merchant_ids}
        sealed = [ring.seal(it, self._sealed_as, secret) for it, secret in fresh.items()]
        asked = {"merchant_ids": list(fresh), "sealed": sealed}
        made = set(await session.scalars(self._make, asked))
        others = [it for it in merchant_ids if it not in made]
        return fresh | (await self._look_up(session, others) if others else {})

    def _remember(self, found: Mapping[UUID, bytes]) -> None:
        self._remembered.update(found)
        while len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
