"""Intents are carried out: one path for what comes at once and what comes days later.

A device's batches come one after the other. Each intent is put on record with what became of it,
in the transaction that stamps, so that it counts once whatever is lost on the way; the cards it is
about are held until then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps import showing
from loyalnest.stamps.counter import errors, storage
from loyalnest.stamps.counter.events import IntentHeld
from loyalnest.stamps.counter.rules import judging, signed
from loyalnest.stamps.counter.service.naming import name_cards
from loyalnest.stamps.counter.service.stampers import note_contact
from loyalnest.stamps.counter.values import (
    CLERK,
    STAMPER,
    Answer,
    Case,
    Circumstances,
    IntentKind,
    IntentOutcome,
    Known,
    Signed,
    Stamper,
    Verdict,
)
from loyalnest.stamps.errors import RewardNotDue, RewardNotUsed
from loyalnest.stamps.service import Using, put_back, stamp_many, undo, use_many
from loyalnest.stamps.storage import leading
from loyalnest.stamps.values import CardRewardId, CardState, Stamped, StampId, Stamping

KEPT_AT_MOST = 500
"""So much of what a device brings that was cut off is kept for the owner."""

_USED_AS = text("SELECT use_key FROM card_rewards WHERE merchant_id = :merchant_id AND id = :id")
_USED_AT = text("""
SELECT id, used_at FROM card_rewards
WHERE merchant_id = :merchant_id AND id = ANY(:ids) AND state = 'used'
""")


async def apply_batch(
    session: AsyncSession, stamper_id: UUID, sent: Sequence[Signed], *, now: datetime
) -> tuple[list[Answer], dict[UUID, CardState]]:
    """Carry out what a device wishes: an answer for each in their order, and the cards as they are.

    Sent again, everything is answered from the record and nothing is done.
    """
    at_counter = await storage.lock_stamper(session, stamper_id)
    stamper = at_counter.stamper
    batch = signed.open_batch(stamper, sent, now)
    known, undone = await storage.known_of(session, stamper_id, batch.cases.values())
    answers: dict[int, Answer] = {}
    fresh: list[Case] = []
    for case in batch.cases.values():
        earlier = known.get((case.pairing, case.said.counter))
        if earlier is None:
            fresh.append(case)
        else:
            answers[case.said.counter] = judging.answer_known(earlier, case.digest)
    states = await _apply(session, at_counter, fresh, known, undone, now=now)
    answers |= {it.said.counter: answer_of(it) for it in fresh}
    if stamper.revoked_at is None:
        await note_contact(session, stamper_id, now=now)
    return _in_order(batch.order, answers, {it.said.counter for it in fresh}), states


async def _apply(
    session: AsyncSession,
    at_counter: storage.AtCounter,
    fresh: Sequence[Case],
    known: Mapping[tuple[int, int], Known],
    undone: set[tuple[int, int]],
    *,
    now: datetime,
) -> dict[UUID, CardState]:
    if not fresh:
        return {}
    stamper = at_counter.stamper
    judging.settle_pairs(fresh, undone)
    await name_cards(session, fresh, now=now)
    clerk_ids = {it.clerk_id for it in fresh if it.clerk_id}
    by = Circumstances(
        policy=at_counter.policy,
        place=at_counter.place,
        revoked=stamper.revoked_at is not None,
        pairing=stamper.pairing,
        clerks=await storage.clerks_of(session, clerk_ids),
        given=await storage.given_offline(session, fresh, at_counter.policy),
        used_steps=frozenset(await storage.used_steps(session, fresh)),
    )
    judging.judge(fresh, by, now)
    withdrawn = judging.settle_undos(fresh, known)
    taken_back = judging.refused(errors.TakenBack())
    await storage.withdraw(session, stamper, withdrawn, taken_back, now=now)
    states = await carry_out(session, stamper, fresh, now=now)
    kept = await _bounded(session, stamper, fresh)
    ids = await storage.write(session, stamper, kept, now=now)
    await _announce_held(session, stamper, kept, ids, now=now)
    return states


async def carry_out(
    session: AsyncSession, stamper: Stamper, cases: Sequence[Case], *, now: datetime
) -> dict[UUID, CardState]:
    """Do what nothing stands against; every case has its verdict afterwards."""
    states: dict[UUID, CardState] = {}
    for layer in judging.layers(it for it in cases if it.open):
        await _undo(session, stamper, layer[IntentKind.UNDO], states, now=now)
        await _stamp(session, stamper, layer[IntentKind.STAMP], states, now=now)
        await _use(session, stamper, layer[IntentKind.USE], states, now=now)
    steps: dict[UUID, int] = {}
    for case in cases:
        if case.step is not None and case.stamp_id is not None and case.card is not None:
            steps[case.card.id] = max(case.step, steps.get(case.card.id, 0))
    await showing.take_codes(session, steps)
    return states


def answer_of(case: Case) -> Answer:
    """What a device is told about a case that was decided."""
    verdict = case.verdict
    assert verdict is not None
    card_id = case.card.id if case.card else case.undoing and case.undoing.card_id
    return Answer(
        case.said.counter,
        verdict.outcome.value,
        verdict.code,
        verdict.detail,
        case.stamp_id,
        card_id,
    )


async def _stamp(
    session: AsyncSession,
    stamper: Stamper,
    cases: Sequence[Case],
    states: dict[UUID, CardState],
    *,
    now: datetime,
) -> None:
    asked = [
        Stamping(
            card_id=case.card.id,  # pyright: ignore[reportArgumentType, reportOptionalMemberAccess]
            count=case.count,
            occurred_at=case.at,
            key=_key(stamper, case),
            request_hash=case.digest,
            actor=_actor(stamper, case),
            store_id=stamper.store_id,
            stamper_id=stamper.id,
            clerk_id=case.clerk_id,
            purchase=case.said.amount,
            offline=case.late,
        )
        for case in cases
    ]
    for case, outcome in zip(cases, await stamp_many(session, asked, now=now), strict=True):
        if isinstance(outcome, Stamped):
            case.verdict, case.stamp_id = Verdict(IntentOutcome.DONE), outcome.stamp_id
            states[_card_id(case)] = outcome.state
        else:
            case.refuse(outcome)


async def _use(
    session: AsyncSession,
    stamper: Stamper,
    cases: Sequence[Case],
    states: dict[UUID, CardState],
    *,
    now: datetime,
) -> None:
    asked = [
        Using(
            reward_id=CardRewardId(case.reward_id),  # pyright: ignore[reportArgumentType]
            key=_key(stamper, case),
            actor=_actor(stamper, case),
            at=case.at,
            store_id=stamper.store_id,
            stamper_id=stamper.id,
            clerk_id=case.clerk_id,
        )
        for case in cases
    ]
    late: list[Case] = []
    for case, outcome in zip(cases, await use_many(session, asked, now=now), strict=True):
        if isinstance(outcome, CardState):
            case.verdict = Verdict(IntentOutcome.DONE)
            states[_card_id(case)] = outcome
        else:
            case.refuse(outcome)
            if isinstance(outcome, RewardNotDue):
                late.append(case)
    await _tell_who_was_first(session, late)


async def _tell_who_was_first(session: AsyncSession, cases: Sequence[Case]) -> None:
    """Say of rewards that are gone when they went: two devices may have handed out the same."""
    if not cases:
        return
    asked = {"merchant_id": merchant_of(session), "ids": [it.reward_id for it in cases]}
    used = {row.id: row.used_at for row in await session.execute(_USED_AT, asked)}
    for case in cases:
        if case.reward_id in used:
            at = used[case.reward_id]
            error = errors.RewardUsedElsewhere(
                f"This reward was used already, on {at:%Y-%m-%d} at {at:%H:%M} UTC."
            )
            case.refuse(error)


async def _undo(
    session: AsyncSession,
    stamper: Stamper,
    cases: Sequence[Case],
    states: dict[UUID, CardState],
    *,
    now: datetime,
) -> None:
    # One by one: what is taken back at the counter is a slip of the hand, and the slips of one
    # stretch without a network never got as far as the books.
    for case in cases:
        target = case.undoing
        assert target is not None
        assert target.card_id is not None
        actor = _actor(stamper, case)
        try:
            if target.stamp_id is not None:
                state = await undo(
                    session,
                    StampId(target.stamp_id),
                    reason=case.said.reason or "counter",
                    actor=actor,
                    now=now,
                )
            else:
                assert target.reward_id is not None
                await _own_use(session, stamper, case, target)
                state = await put_back(
                    session, CardRewardId(target.reward_id), actor=actor, now=now
                )
        except DomainError as error:
            case.refuse(error)
        else:
            case.verdict = Verdict(IntentOutcome.DONE)
            states[target.card_id] = state


async def _own_use(session: AsyncSession, stamper: Stamper, case: Case, target: Known) -> None:
    """Hold the card whose reward a case puts back.

    Raises RewardNotUsed where it is due again, or was used by somebody else since.
    """
    assert target.card_id is not None
    await leading(session, [target.card_id], lock=True)
    asked = {"merchant_id": stamper.merchant_id, "id": target.reward_id}
    if await session.scalar(_USED_AS, asked) != _key_of(stamper, case.pairing, target.counter):
        raise RewardNotUsed


async def _bounded(
    session: AsyncSession, stamper: Stamper, cases: Sequence[Case]
) -> Sequence[Case]:
    """What goes on record: of a device that was cut off no more than somebody would look at."""
    if stamper.revoked_at is None:
        return cases
    room = KEPT_AT_MOST - await storage.kept_after_cut(session, stamper.id)
    return cases[: max(room, 0)]


async def _announce_held(
    session: AsyncSession,
    stamper: Stamper,
    cases: Sequence[Case],
    ids: Mapping[int, UUID],
    *,
    now: datetime,
) -> None:
    news = [
        IntentHeld(
            merchant_id=stamper.merchant_id,
            customer_id=case.card.customer_id if case.card else None,
            occurred_at=now,
            stamper_id=stamper.id,
            intent_id=ids[case.said.counter],
            reason=case.verdict.code or "",
        )
        for case in cases
        if case.verdict and case.verdict.outcome is IntentOutcome.HELD
    ]
    await publish(session, news, now=now)


def _in_order(
    order: Sequence[Answer | int], answers: Mapping[int, Answer], fresh: set[int]
) -> list[Answer]:
    """Answers as they were asked for; what stands in a batch twice was done once."""
    told: set[int] = set()
    found: list[Answer] = []
    for each in order:
        if isinstance(each, Answer):
            found.append(each)
            continue
        answer = answers[each]
        if each in told and each in fresh and answer.outcome == "done":
            answer = Answer(each, "again", *_said(answer))
        told.add(each)
        found.append(answer)
    return found


def _said(answer: Answer) -> tuple[str | None, str | None, UUID | None, UUID | None]:
    return answer.code, answer.detail, answer.stamp_id, answer.card_id


def _key(stamper: Stamper, case: Case) -> str:
    return _key_of(stamper, case.pairing, case.said.counter)


def _key_of(stamper: Stamper, pairing: int, counter: int) -> str:
    return f"{to_wire(STAMPER, stamper.id)}:{pairing}:{counter}"


def _actor(stamper: Stamper, case: Case) -> str:
    """How the books name who did it."""
    if case.clerk_id is None:
        return f"stamper:{to_wire(STAMPER, stamper.id)}"
    return f"clerk:{to_wire(CLERK, case.clerk_id)}"


def _card_id(case: Case) -> UUID:
    assert case.card is not None
    return case.card.id
