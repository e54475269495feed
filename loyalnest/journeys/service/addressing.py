"""How customers are addressed: by their first name, and with things called as they read."""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, merchants
from loyalnest.kernel import languages


class Named(Protocol):
    """What has a name, and others in further languages."""

    @property
    def name(self) -> str: ...

    @property
    def names(self) -> Mapping[str, str]: ...


class Reader(NamedTuple):
    """Somebody who is told something."""

    name: str | None
    """The first word of what they are called."""
    language: str | None
    """What they chose to read, or what their shop told; None: the merchant's."""
    reads: str = languages.FALLBACK
    """The language of ours that their messages are in."""

    def called(self, it: Named) -> str:
        """What a reward or a card is called as they read, where the merchant has said so."""
        if self.language is None:
            return it.name
        short = self.language.partition("-")[0]
        return it.names.get(self.language) or it.names.get(short) or it.name


NOBODY = Reader(None, None)


async def readers_of(
    session: AsyncSession, merchant_id: UUID, customer_ids: Collection[UUID]
) -> Mapping[UUID, Reader]:
    """How to address these customers."""
    people = await customers.find_many(session, list(customer_ids))
    chosen = await consents.preferences_of(session, merchant_id, list(people))
    merchant = await merchants.get(session, merchant_id)
    told = {id_: chosen[id_].language or it.locale for id_, it in people.items()}
    return {
        id_: Reader(
            next(iter((it.name or "").split()), None),
            told[id_],
            languages.chosen([told[id_] or merchant.locale, merchant.locale]),
        )
        for id_, it in people.items()
    }
