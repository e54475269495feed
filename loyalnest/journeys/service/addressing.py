"""How customers are addressed: by their first name, and with what gifts are called as they read."""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, rewards


class Reader(NamedTuple):
    """Somebody who is told something."""

    name: str | None
    """The first word of what they are called."""
    language: str | None
    """What they chose to read, or what their shop told; None: the merchant's."""

    def called(self, terms: rewards.Terms) -> str:
        """What a reward is called as they read, where the merchant has said so."""
        if self.language is None:
            return terms.name
        short = self.language.partition("-")[0]
        return terms.names.get(self.language) or terms.names.get(short) or terms.name


NOBODY = Reader(None, None)


async def readers_of(
    session: AsyncSession, merchant_id: UUID, customer_ids: Collection[UUID]
) -> Mapping[UUID, Reader]:
    """How to address these customers."""
    people = await customers.find_many(session, list(customer_ids))
    chosen = await consents.preferences_of(session, merchant_id, list(people))
    return {
        id_: Reader(next(iter((it.name or "").split()), None), chosen[id_].language or it.locale)
        for id_, it in people.items()
    }
