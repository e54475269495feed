"""Whose stamps are about to lapse, of many merchants at once: what is told before it happens."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.stamps import storage
from loyalnest.stamps.across import holdings_of
from loyalnest.stamps.values import CardId, CardProgram, CardState

_PROGRAMS = f"""
{storage.PROGRAM_ROWS}
WHERE p.merchant_id = ANY ($1::uuid[]) AND p.state <> 'archived'
ORDER BY p.created_at, p.id, v.version
"""

Marks: TypeAlias = Mapping[ledger.UnitKey, ledger.After]
"""Which of a merchant's cards there may be more of, and behind whom."""


class CardLapse(NamedTuple):
    """Stamps that one card loses at the end of a day."""

    merchant_id: UUID
    customer_id: UUID
    card_id: CardId
    program: CardProgram
    day: date
    """The merchant's, the last on which they count."""
    stamps: int


async def lapsing_ahead(
    session: AsyncSession,
    until: Mapping[UUID, datetime],
    *,
    after: Mapping[UUID, Marks],
    limit: int,
    now: datetime,
) -> tuple[list[CardLapse], dict[UUID, Marks]]:
    """The stamps that lapse by an instant of each merchant's, on cards that are good.

    They are found in the second half of their time at the earliest: a card that is good for a
    fortnight after each visit isn't about to lapse the day after one. Up to `limit` cards of each
    program are looked at; the merchants of whose cards there may be more come back second.
    """
    rows = await (await bulk(session)).fetch(_PROGRAMS, list(until))
    programs = {
        (it.merchant_id, ledger.UnitId(it.unit_id)): it for it in storage.programs_in(rows).values()
    }
    asked = {
        key: _ahead(it, until[it.merchant_id], now)
        for key, it in programs.items()
        if key in after.get(it.merchant_id, programs)
    }
    if not asked:
        return [], {}
    marks = {key: mark for each in after.values() for key, mark in each.items()}
    found, more = await ledger.lapsing_ahead(session, asked, after=marks, limit=limit, now=now)
    keys = [(it.merchant_id, it.customer_id, programs[it[:2]].id) for it in found]
    held = await holdings_of(session, set(keys))
    lapses = [
        CardLapse(*key[:2], card.card_id, card.program, it.day, it.points)
        for it, key in zip(found, keys, strict=True)
        if (card := held.get(key))
    ]
    left: dict[UUID, dict[ledger.UnitKey, ledger.After]] = defaultdict(dict)
    for key, mark in more.items():
        left[key[0]][key] = mark
    return lapses, {**left}


async def last_days(
    session: AsyncSession, states: Collection[CardState], *, now: datetime
) -> dict[CardId, date]:
    """Until when the stamps on cards count as things are, where they lapse at all: the merchant's
    last day of the first of them."""
    lapsing = [it for it in states if it.terms.validity and it.collected]
    if not lapsing:
        return {}
    zone = (await merchants.get(session, merchant_of(session))).zone
    owners = {it.card.customer_id for it in lapsing}
    lapses = await ledger.next_lapses(session, owners, now=now)
    return {
        it.card.id: (at.astimezone(zone) - timedelta(microseconds=1)).date()
        for it in lapsing
        if (at := lapses.get((it.card.customer_id, it.program.unit)))
    }


def _ahead(program: CardProgram, until: datetime, now: datetime) -> datetime:
    """Until when a program's cards are looked ahead."""
    validity = program.terms.validity
    return min(until, now + timedelta(days=validity.days) / 2) if validity else until
