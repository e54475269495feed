"""Whoever has something to tell somebody: what it is becomes what is asked of `messaging`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers
from loyalnest.customers import Customer
from loyalnest.messaging import Ask, Purpose, Source
from loyalnest.notices.values import NoticeSettings
from loyalnest.templates import Occasion, terms_of


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell somebody."""

    merchant_id: UUID
    customer_id: UUID
    occasion: Occasion
    source: Source
    """What makes it due, once."""
    variables: Mapping[str, Any]
    until: datetime | None = None
    """Nobody wants to hear of it from then on."""


@dataclass(frozen=True, slots=True)
class Members:
    """Those of some customers who are told anything: members, who are there still."""

    people: Mapping[UUID, Customer] = field(default_factory=dict[UUID, Customer])
    """By the ids that were asked for, as the customers they are now."""
    languages: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    """What they read, by the same, as far as they or their shop have said so."""

    def called(self, customer_id: UUID, name: str, names: Mapping[str, str]) -> str:
        """What something is called in somebody's language, as far as the merchant has said so."""
        language = self.languages.get(customer_id)
        if language is None:
            return name
        return names.get(language) or names.get(language.partition("-")[0]) or name


async def members_of(session: AsyncSession, who: Collection[tuple[UUID, UUID]]) -> Members:
    """The members among these (merchant, customer)s. A query each for all of them."""
    living = await customers.current_many(session, list(who))
    found = await customers.find_each(session, [(it, living[id_]) for it, id_ in who])
    people = {
        id_: it
        for id_, now_is in living.items()
        if (it := found.get(now_is)) and it.enrolled_at and not it.erased_at
    }
    chosen = await consents.languages_of(
        session, list({(it.merchant_id, it.id) for it in people.values()})
    )
    read = {id_: chosen.get(it.id) or it.locale for id_, it in people.items()}
    return Members(people, {id_: language for id_, language in read.items() if language})


def asks_for(
    news: Iterable[News], members: Members, wanted: Mapping[UUID, NoticeSettings]
) -> list[Ask]:
    """What is asked for, as far as the merchant wants it told. Only members are told."""
    return [
        Ask(
            merchant_id=it.merchant_id,
            customer_id=member.id,
            source=it.source,
            occasion=it.occasion,
            purpose=Purpose(terms_of(it.occasion).purpose),
            channels=notice.channels,
            variables={k: v for k, v in {**_name(member), **it.variables}.items() if v is not None},
            expires_at=it.until,
        )
        for it in news
        if (notice := wanted[it.merchant_id].of(it.occasion)).on
        and (member := members.people.get(it.customer_id))
    ]


def last_day(ends_at: datetime, zone: ZoneInfo) -> date:
    """The last day on which something can be used that ends at an instant."""
    return (ends_at - timedelta(microseconds=1)).astimezone(zone).date()


def _name(member: Customer) -> Mapping[str, str | None]:
    return {"name": member.name.split()[0] if member.name and member.name.strip() else None}
