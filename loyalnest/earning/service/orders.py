"""From what shops say to what the books hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, merchants, orders
from loyalnest.earning import rules
from loyalnest.earning.service.boosts import boosts_basis, boosts_of
from loyalnest.earning.values import Posted, Step, Target
from loyalnest.merchants import HoldKind, Program, ProgramVersion

_KINDS = {
    "earn": ledger.EntryKind.EARN,
    "correct": ledger.EntryKind.REFUND,
    "claw": ledger.EntryKind.REFUND,
    "restore": ledger.EntryKind.EARN,
}


class _Judged(NamedTuple):
    """An order, the program it falls under, and where its books stand and should stand."""

    order: orders.Order
    before: orders.Order | None
    version: ProgramVersion
    goal: Target
    posted: Posted


async def take_in(
    session: AsyncSession, facts: Sequence[orders.Facts], *, now: datetime
) -> list[orders.RecordedOrder]:
    """Record what shops say about orders and bring the books to where that puts them.

    Whatever came before, and in whatever order, the balances end the same: each order's entries are
    the difference between what it should have earned and what is posted. The order rows are locked,
    so two batches never judge the same order at once. Answers each order once.
    """
    recorded = await orders.record_many(session, facts, now=now)
    telling = [
        it for it in recorded if it.changed and it.order.facts.snapshot and it.order.customer_id
    ]
    if not telling:
        return recorded
    buyers = {(it.order.facts.merchant_id, _buyer(it.order)) for it in telling}
    living = await customers.current_many(session, list(buyers))
    judged = await _judge(session, telling, living, now=now)
    await _post(session, judged, living, now=now)
    await _release(session, judged, now=now)
    return recorded


async def _judge(
    session: AsyncSession,
    recorded: Sequence[orders.RecordedOrder],
    living: Mapping[UUID, UUID],
    *,
    now: datetime,
) -> list[_Judged]:
    merchant_ids = list({it.order.facts.merchant_id for it in recorded})
    programs = await merchants.programs_of(session, merchant_ids)
    old = [it.order for it in recorded if it.before is not None]
    found = await ledger.entries_of_sources(session, [_books_key(order) for order in old])
    entries = [found.get(_books_key(it.order), ()) if it.before else () for it in recorded]
    versions = [
        _version(programs[it.order.facts.merchant_id], it.order.facts, earlier)
        for it, earlier in zip(recorded, entries, strict=True)
    ]
    worths = [
        rules.worth_of(snapshot, version.settings)
        for it, version in zip(recorded, versions, strict=True)
        if (snapshot := it.order.facts.snapshot)
    ]
    boosts = await boosts_of(session, recorded, versions, entries, worths, living, now=now)
    return [
        _Judged(
            it.order,
            it.before,
            version,
            rules.target(it.order.facts, version.settings, more, worth),
            rules.posted_by((entry.step, entry.amount) for entry in earlier),
        )
        for it, version, earlier, worth, more in zip(
            recorded, versions, entries, worths, boosts, strict=True
        )
    ]


def _version(
    program: Program, facts: orders.Facts, entries: Sequence[ledger.Entry]
) -> ProgramVersion:
    """The settings an order is judged by: those that awarded it, else those of its day."""
    awarded_by = next((it.program_version for it in entries if it.program_version), None)
    for version in program.versions if awarded_by else ():
        if version.version == awarded_by:
            return version
    assert facts.snapshot is not None
    return program.at(facts.snapshot.placed_at)


async def _post(
    session: AsyncSession,
    judged: Sequence[_Judged],
    living: Mapping[UUID, UUID],
    *,
    now: datetime,
) -> None:
    due = [(it, steps) for it in judged if (steps := rules.steps_to(it.goal, it.posted))]
    if not due:
        return
    units = await ledger.unit_ids_of(session, list({it.order.facts.merchant_id for it, _ in due}))
    postings = [
        _posting(it, step, living[_buyer(it.order)], units[it.order.facts.merchant_id])
        for it, steps in due
        for step in steps
    ]
    await ledger.post_many(session, postings, now=now)


def _posting(it: _Judged, step: Step, customer_id: UUID, unit_id: ledger.UnitId) -> ledger.Posting:
    name = step.name.partition(":")[0]
    source = it.order.source
    taken = step.amount < 0
    may_owe = it.version.settings.debt.allowed
    return ledger.Posting(
        merchant_id=it.order.facts.merchant_id,
        customer_id=customer_id,
        unit_id=unit_id,
        kind=_KINDS[name],
        amount=step.amount,
        source=source,
        step=step.name,
        occurred_at=_occurred_at(it, name),
        program_version=it.version.version,
        basis=_basis(it, name),
        held_until=None if taken else _held_until(it),
        clawback_of=source if taken else None,
        store_id=it.order.facts.store_id,
        shortfall=ledger.Shortfall.WRITE_OFF if taken and not may_owe else None,
    )


def _held_until(it: _Judged) -> datetime | None:
    fulfilled_at = it.order.facts.fulfilled_at
    return rules.held_until(it.goal, it.version.settings, fulfilled_at, ever=ledger.HELD)


def _occurred_at(it: _Judged, step: str) -> datetime:
    """The first earning happens when the order meets the condition; all else when it turned."""
    facts = it.order.facts
    assert it.goal.awarded_at is not None
    if step == "earn":
        assert facts.snapshot is not None
        return facts.snapshot.version if it.posted.steps else it.goal.awarded_at
    return max(it.goal.awarded_at, rules.turned_at(facts) or it.goal.awarded_at)


def _basis(it: _Judged, step: str) -> Mapping[str, Any]:
    """The figures behind an entry: of an earning the share of every line, else the sums."""
    goal = it.goal
    if step != "earn":
        return {"earned": goal.earned, "taken_back": goal.clawed}
    snapshot = it.order.facts.snapshot
    assert snapshot is not None
    award = goal.award
    basis = {
        "currency": snapshot.currency,
        "spend": str(award.spend),
        "rate": str(award.rate),
        "parts": [[part.id, str(part.spend), part.points] for part in award.parts],
    }
    if award.boosts:
        basis |= {"base": award.base, **boosts_basis(award)}
    return basis


async def _release(session: AsyncSession, judged: Sequence[_Judged], *, now: datetime) -> None:
    """Let go of the points that waited for orders which this batch says are fulfilled."""
    released = {
        _books_key(it.order): at
        for it in judged
        if it.version.settings.hold.kind is HoldKind.FULFILLED
        and it.posted.steps
        and (at := it.order.facts.fulfilled_at)
        and not (it.before and it.before.facts.fulfilled_at)
    }
    if released:
        await ledger.release_many(session, released, now=now)


def _books_key(order: orders.Order) -> tuple[UUID, str, str]:
    source = order.source
    return (order.facts.merchant_id, source.kind, source.id)


def _buyer(order: orders.Order) -> UUID:
    assert order.customer_id is not None
    return order.customer_id
