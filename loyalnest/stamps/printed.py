"""Cards of paper: nobody's as they come from the printer, somebody's from their first use.

Whoever shows one is a member without a name, known by the card's number; should they give a name
and a phone one day, the two are merged like any others.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import Contact
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.stamps.service.opening import open_cards
from loyalnest.stamps.values import CardId, CardProgramId, Opening

_PROVIDER = "paper"

_FIND = text("""
SELECT b.program_id, b.id, b.store_id, c.card_id
FROM printed_cards c
JOIN card_batches b ON b.merchant_id = c.merchant_id AND b.id = c.batch_id
WHERE c.merchant_id = :merchant_id AND c.number = :number
FOR UPDATE OF c
""")
_BEARING = text("""
SELECT number, card_id FROM printed_cards
WHERE merchant_id = :merchant_id AND number = ANY(:numbers)
ORDER BY number
""")
_BIND = text("""
UPDATE printed_cards
SET card_id = :card_id, bound_at = :now
WHERE merchant_id = :merchant_id AND number = :number AND card_id IS NULL
RETURNING true
""")


class Paper(NamedTuple):
    """A card of paper as it lies there."""

    number: str
    program_id: CardProgramId
    batch_id: UUID
    store_id: UUID | None
    card_id: CardId | None
    """None: nobody's yet."""


async def find(session: AsyncSession, number: str) -> Paper | None:
    """A card of paper by its number, held until the transaction ends; None if there is none."""
    about = {"merchant_id": merchant_of(session), "number": number}
    row = (await session.execute(_FIND, about)).one_or_none()
    return None if row is None else Paper(number, *row)


async def take_up(session: AsyncSession, number: str, *, now: datetime) -> CardId | None:
    """The card that a number on paper stands for, opened if this is its first use.

    None where no card of paper bears it. Raises CardProgramPaused.
    """
    paper = await find(session, number)
    if paper is None or paper.card_id is not None:
        return None if paper is None else paper.card_id
    contact = Contact(
        merchant_of(session), store_id=paper.batch_id, provider=_PROVIDER, external_id=number
    )
    customer_id, _ = await customers.enrol(session, contact, now=now)
    opening = Opening(
        customer_id=customer_id,
        program_id=paper.program_id,
        store_id=paper.store_id,
        actor="paper",
        number=number,
    )
    (state,) = await open_cards(session, [opening], now=now)
    await bind(session, number, state.card.id, now=now)
    return state.card.id


async def take_up_many(
    session: AsyncSession, numbers: Collection[str], *, now: datetime
) -> dict[str, CardId | DomainError]:
    """The cards that those of these numbers stand for which are on paper, or why not."""
    papers = await bearing(session, numbers)
    found: dict[str, CardId | DomainError] = {
        number: card_id for number, card_id in papers.items() if card_id is not None
    }
    # One by one, but each once in its life: a card of paper is nobody's only until its first use.
    for number in sorted(papers.keys() - found.keys()):
        try:
            async with session.begin_nested():
                card_id = await take_up(session, number, now=now)
        except DomainError as error:
            found[number] = error
        else:
            assert card_id is not None  # its row is there
            found[number] = card_id
    return found


async def bearing(session: AsyncSession, numbers: Collection[str]) -> dict[str, CardId | None]:
    """Those of these numbers that stand on paper, and the cards that they came to be."""
    if not numbers:
        return {}
    asked = {"merchant_id": merchant_of(session), "numbers": list(numbers)}
    rows = await session.execute(_BEARING, asked)
    return {row.number: None if row.card_id is None else CardId(row.card_id) for row in rows}


async def bind(session: AsyncSession, number: str, card_id: CardId, *, now: datetime) -> bool:
    """Let a card of paper be a customer's card from now on; whether it was nobody's until now."""
    asked = {"merchant_id": merchant_of(session), "number": number, "card_id": card_id, "now": now}
    return bool(await session.scalar(_BIND, asked))
