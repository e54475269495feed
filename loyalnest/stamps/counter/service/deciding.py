"""What waits is decided by the owner: it counts at its time, or it doesn't."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.stamps.counter import storage
from loyalnest.stamps.counter.errors import (
    AlreadyDecided,
    HeldIntentNotFound,
    HeldRejected,
    NothingToUndo,
)
from loyalnest.stamps.counter.events import IntentDecided
from loyalnest.stamps.counter.rules import judging
from loyalnest.stamps.counter.service.applying import carry_out
from loyalnest.stamps.counter.values import (
    CardFacts,
    Case,
    IntentKind,
    IntentOutcome,
    Said,
    Stamper,
    Verdict,
    Wish,
)
from loyalnest.stamps.storage import programs_of

_WHOSE = text("SELECT stamper_id FROM intents WHERE merchant_id = :merchant_id AND id = :id")
_LOCK = text("""
SELECT stamper_id, pairing, counter, digest, kind, card_id, clerk_id, undoes, count AS wanted,
       offline, happened_at, outcome, wish
FROM intents
WHERE merchant_id = :merchant_id AND id = :id
FOR UPDATE
""")
_DECIDE = text("""
UPDATE intents
SET outcome = :outcome, code = :code, detail = :detail, wish = NULL, stamp_id = :stamp_id,
    decided_at = :now, decided_by = :actor
WHERE merchant_id = :merchant_id AND id = :id
""")


async def accept(session: AsyncSession, intent_id: UUID, *, actor: str, now: datetime) -> None:
    """Let what waits count, at the time it happened.

    Raises HeldIntentNotFound, AlreadyDecided, and what refuses it now; then it still waits.
    """
    row, stamper = await _waiting(session, intent_id)
    case = await _case(session, row, stamper)
    await carry_out(session, stamper, [case], now=now)
    verdict = case.verdict
    assert verdict is not None
    if case.refusal is not None:
        raise case.refusal
    await _decide(session, intent_id, verdict, case.stamp_id, actor, now)
    await _announce(session, row, intent_id, accepted=True, now=now)


async def reject(session: AsyncSession, intent_id: UUID, *, actor: str, now: datetime) -> None:
    """Don't let what waits count. Raises HeldIntentNotFound, AlreadyDecided."""
    row, _ = await _waiting(session, intent_id)
    await _decide(session, intent_id, judging.refused(HeldRejected()), None, actor, now)
    await _announce(session, row, intent_id, accepted=False, now=now)


async def _waiting(session: AsyncSession, intent_id: UUID) -> tuple[Row[Any], Stamper]:
    asked = {"merchant_id": merchant_of(session), "id": intent_id}
    stamper_id = await session.scalar(_WHOSE, asked)
    if stamper_id is None:
        raise HeldIntentNotFound
    # The clerk may be taking it back at this moment: whoever has the device decides, and the other
    # finds it decided.
    at_counter = await storage.lock_stamper(session, stamper_id)
    row = (await session.execute(_LOCK, asked)).one()
    if row.outcome != IntentOutcome.HELD:
        raise AlreadyDecided
    return row, at_counter.stamper


async def _case(session: AsyncSession, row: Row[Any], stamper: Stamper) -> Case:
    """What waits, as it would have been carried out at the time."""
    wish = msgspec.convert(row.wish, Wish)
    kind = IntentKind(row.kind)
    said = Said(
        v=1,
        stamper="",
        counter=row.counter,
        at=row.happened_at,
        clerk="",
        kind=kind,
        count=wish.count,
        amount=wish.amount,
        undoes=row.undoes,
        reason=wish.reason,
    )
    case = Case(
        said=said,
        digest=bytes(row.digest),
        pairing=row.pairing,
        at=row.happened_at,
        late=row.offline,
        clerk_id=row.clerk_id,
        reward_id=wish.reward_id,
        count=row.wanted or 0,
    )
    if row.card_id is not None:
        (found,) = await storage.lock_cards(session, [row.card_id], [])
        programs = await programs_of(session, [found.program_id])
        terms = programs[found.program_id].terms
        case.card = CardFacts(
            id=found.id,
            number=found.number,
            program_id=found.program_id,
            customer_id=found.customer_id,
            moves=found.moves,
            code_step=found.code_step,
            terms=terms,
        )
    if kind is IntentKind.UNDO:
        known, _ = await storage.known_of(session, stamper.id, [case])
        target = known.get((row.pairing, row.undoes))
        if target is None or target.verdict != Verdict(IntentOutcome.DONE):
            raise NothingToUndo
        case.undoing = target
    return case


async def _decide(
    session: AsyncSession,
    intent_id: UUID,
    verdict: Verdict,
    stamp_id: UUID | None,
    actor: str,
    now: datetime,
) -> None:
    about = {
        "merchant_id": merchant_of(session),
        "id": intent_id,
        "outcome": verdict.outcome.value,
        "code": verdict.code,
        "detail": verdict.detail,
        "stamp_id": stamp_id,
        "actor": actor,
        "now": now,
    }
    await session.execute(_DECIDE, about)


async def _announce(
    session: AsyncSession, row: Row[Any], intent_id: UUID, *, accepted: bool, now: datetime
) -> None:
    decided = IntentDecided(
        merchant_id=merchant_of(session),
        occurred_at=now,
        stamper_id=row.stamper_id,
        intent_id=intent_id,
        accepted=accepted,
    )
    await publish(session, [decided], now=now)
