"""What badges bring, and what is taken back when they are lost: once a person, whoever merged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants
from loyalnest.customers import WIRE_PREFIX
from loyalnest.gamification.rules import Verdict
from loyalnest.gamification.values import GameVersion, Pair, Person
from loyalnest.kernel.ids import to_wire

SOURCE_KIND = "badge"


async def settle(
    session: AsyncSession,
    verdicts: Sequence[tuple[Person, Verdict]],
    games: Mapping[UUID, GameVersion],
    *,
    now: datetime,
) -> dict[tuple[Pair, str], int]:
    """Post what these verdicts are worth; answers what was newly paid, by person and badge.

    A person whose merged identity has been paid for a badge is not paid for it again. While the
    program is paused nothing is paid.
    """
    keys = [
        (one.merchant_id, SOURCE_KIND, _source(id_, it.badge).id)
        for one, it in verdicts
        for id_ in one.identities
    ]
    earlier = await ledger.entries_of_sources(session, keys)
    merchant_ids = list({one.merchant_id for one, _ in verdicts})
    units = await ledger.unit_ids_of(session, merchant_ids)
    programs = await merchants.programs_of(session, merchant_ids)
    postings: list[ledger.Posting] = []
    paid: dict[tuple[Pair, str], int] = {}
    for one, it in verdicts:
        unit_id = units[one.merchant_id]
        settings = programs[one.merchant_id].at(now).settings
        sources = [_source(id_, it.badge) for id_ in sorted(one.identities)]
        entries = {each: earlier[one.merchant_id, each.kind, each.id] for each in sources}
        held = {source: sum(e.amount for e in found) for source, found in entries.items()}
        if it.after is not None and it.after.goal is not None:
            points = _worth(games[one.merchant_id], it)
            if points and settings.running and not any(held.values()):
                own = _source(one.customer_id, it.badge)
                postings.append(_award(one, it, unit_id, points, len(entries[own]) + 1, now))
                paid[one.key, it.badge] = points
        else:
            postings += [
                _claw(one, source, unit_id, amount, len(entries[source]) + 1, settings.debt, now)
                for source, amount in held.items()
                if amount > 0
            ]
    await ledger.post_many(session, postings, now=now)
    return paid


def _worth(version: GameVersion, it: Verdict) -> int:
    badge = version.game.badge(it.badge)
    return badge.points if badge and it.pays else 0


def _award(
    one: Person, it: Verdict, unit_id: ledger.UnitId, points: int, turn: int, now: datetime
) -> ledger.Posting:
    assert it.after is not None
    return ledger.Posting(
        merchant_id=one.merchant_id,
        customer_id=one.customer_id,
        unit_id=unit_id,
        kind=ledger.EntryKind.EARN,
        amount=points,
        source=_source(one.customer_id, it.badge),
        step=f"earn:{turn}",
        occurred_at=now,
        basis={"badge": it.badge, "game_version": it.after.game_version},
    )


def _claw(
    one: Person,
    source: ledger.Source,
    unit_id: ledger.UnitId,
    amount: int,
    turn: int,
    debt: merchants.DebtPolicy,
    now: datetime,
) -> ledger.Posting:
    return ledger.Posting(
        merchant_id=one.merchant_id,
        customer_id=one.customer_id,
        unit_id=unit_id,
        kind=ledger.EntryKind.REFUND,
        amount=-amount,
        source=source,
        step=f"claw:{turn}",
        occurred_at=now,
        clawback_of=source,
        shortfall=None if debt.allowed else ledger.Shortfall.WRITE_OFF,
    )


def _source(customer_id: UUID, badge: str) -> ledger.Source:
    """What the books know a badge's points by: whose, and of which badge."""
    return ledger.Source(SOURCE_KIND, f"{to_wire(WIRE_PREFIX, customer_id)}:{badge}")
