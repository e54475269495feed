"""A card of paper becomes part of whoever enrols with its number: its stamps come along.

The number is all there is to know a card of paper by, so it is taken from nobody: what somebody
with a name, a phone or an address has is theirs. Every refusal is in the same word, so that nobody
learns which numbers there are.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger
from loyalnest.kernel.database import merchant_of
from loyalnest.stamps import codes, printed, queries
from loyalnest.stamps.enrolling.errors import PaperCardUnfit
from loyalnest.stamps.printed import Paper
from loyalnest.stamps.values import CardId, CardProgramId


@dataclass(frozen=True, slots=True)
class Shown:
    """A card of paper that somebody names."""

    paper: Paper
    holder: UUID | None
    """Whose stamps are on it; None: it was never used."""
    free: bool
    """Whether its holder is nobody but whoever has it in their hand."""


async def look_at(
    session: AsyncSession, typed: str, program_id: CardProgramId, *, now: datetime
) -> Shown:
    """The card of paper with a number that somebody typed. Raises PaperCardUnfit."""
    number = codes.typed_number(typed)
    paper = None if number is None else await printed.find(session, number)
    if paper is None or paper.program_id != program_id:
        raise unfit()
    if paper.card_id is None:
        return Shown(paper, None, free=True)
    state = (await queries.states(session, [paper.card_id], now=now))[paper.card_id]
    holder = await customers.get(session, state.card.customer_id)
    named = holder.name or holder.phone or holder.email
    return Shown(paper, holder.id, free=state.card.state == "active" and not named)


async def bring_along(
    session: AsyncSession, shown: Shown, customer_id: UUID, *, actor: str, now: datetime
) -> None:
    """Let what is on a card of paper be a customer's from now on."""
    if shown.holder is None or shown.holder == customer_id:
        return
    await ledger.merge(
        session,
        merchant_id=merchant_of(session),
        kept_id=customer_id,
        merged_id=shown.holder,
        actor=actor,
        now=now,
    )


async def bind(session: AsyncSession, shown: Shown, card_id: CardId, *, now: datetime) -> None:
    """Let a number that was never used find a customer's card."""
    if shown.holder is None:
        await printed.bind(session, shown.paper.number, card_id, now=now)


def unfit() -> PaperCardUnfit:
    """The one word for whatever can't be taken over."""
    return PaperCardUnfit(fields={"paper_number": "is on no card that can be taken over"})
