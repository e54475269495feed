"""Named reads: programs, cards as they are shown, and what was stamped."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.stamps import errors, rules, storage
from loyalnest.stamps.storage import CARD_COLUMNS, REWARD_COLUMNS, STAMP_COLUMNS
from loyalnest.stamps.values import (
    Card,
    CardId,
    CardProgram,
    CardProgramId,
    CardReward,
    CardRewardId,
    CardState,
    Stamp,
    StampId,
)

_OF_CUSTOMERS = f"""
SELECT DISTINCT ON (coalesce(o.merged_into, o.id), c.program_id) {CARD_COLUMNS}
FROM customers o
JOIN cards c ON c.merchant_id = $1 AND c.customer_id = o.id
WHERE o.merchant_id = $1 AND (o.id = ANY($2::uuid[]) OR o.merged_into = ANY($2::uuid[]))
ORDER BY coalesce(o.merged_into, o.id), c.program_id, o.merged_into IS NOT NULL, c.opened_at, c.id
"""  # noqa: S608
_STAMPS = f"""
SELECT {STAMP_COLUMNS} FROM stamps
WHERE merchant_id = $1 AND card_id = $2 AND ($3::uuid IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4
"""  # noqa: S608
_REWARD = f"SELECT {REWARD_COLUMNS} FROM card_rewards r WHERE r.merchant_id = $1 AND r.id = $2"  # noqa: S608
_REWARDS = f"""
SELECT {REWARD_COLUMNS}
FROM customers f
JOIN card_rewards r ON r.merchant_id = $1 AND r.customer_id = f.id
WHERE f.merchant_id = $1 AND (f.id = $2 OR f.merged_into = $2)
ORDER BY r.earned_at DESC, r.id DESC LIMIT $3
"""  # noqa: S608
_COUNTS = """
SELECT c.program_id, count(*) FROM cards c
WHERE c.merchant_id = $1 AND c.state = 'active' AND ($2::uuid IS NULL OR c.program_id = $2)
GROUP BY c.program_id
"""
_EXPORT_CARDS = f"""
SELECT {CARD_COLUMNS}
FROM customers o
JOIN cards c ON c.merchant_id = $1 AND c.customer_id = o.id
WHERE o.merchant_id = $1 AND (o.id = $2 OR o.merged_into = $2)
ORDER BY c.opened_at, c.id
"""  # noqa: S608
_EXPORT_STAMPS = f"""
SELECT {", ".join(f"s.{it.strip()}" for it in STAMP_COLUMNS.split(","))}
FROM customers o
JOIN stamps s ON s.merchant_id = $1 AND s.customer_id = o.id
WHERE o.merchant_id = $1 AND (o.id = $2 OR o.merged_into = $2)
ORDER BY s.occurred_at, s.id
"""  # noqa: S608


async def programs(session: AsyncSession) -> list[CardProgram]:
    """The merchant's card programs in the order they were made, those put away too."""
    return list((await storage.programs_of(session)).values())


async def get_program(session: AsyncSession, program_id: CardProgramId) -> CardProgram:
    """One program. Raises CardProgramNotFound."""
    found = await storage.programs_of(session, [program_id])
    if program_id not in found:
        raise errors.CardProgramNotFound
    return found[program_id]


async def count_cards(
    session: AsyncSession, program_id: CardProgramId | None = None
) -> dict[CardProgramId, int]:
    """How many cards of each program are in circulation, or of one of them."""
    rows = await (await bulk(session)).fetch(_COUNTS, merchant_of(session), program_id)
    return {row[0]: row[1] for row in rows}


async def states(
    session: AsyncSession, card_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, CardState]:
    """Cards as they are, by the id that was asked for; unknown ones are left out.

    Of two cards of one program that a merge made one customer's, the one that counts is answered
    for both.
    """
    leading = await storage.leading(session, card_ids, lock=False)
    shown = await _shown(session, leading.cards.values(), now=now)
    return {asked: shown[card_id] for asked, card_id in leading.of.items()}


async def states_of_customers(
    session: AsyncSession, customer_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, list[CardState]]:
    """The cards of living customers, in the order their programs were made."""
    rows = await (await bulk(session)).fetch(
        _OF_CUSTOMERS, merchant_of(session), list(customer_ids)
    )
    shown = await _shown(session, map(storage.card_of, rows), now=now)
    held: dict[UUID, list[CardState]] = {customer_id: [] for customer_id in customer_ids}
    for state in sorted(shown.values(), key=lambda it: (it.program.created_at, it.program.id)):
        held[state.card.customer_id].append(state)
    return held


async def get_state(session: AsyncSession, card_id: CardId, *, now: datetime) -> CardState:
    """One card. Raises CardNotFound."""
    found = await states(session, [card_id], now=now)
    if card_id not in found:
        raise errors.CardNotFound
    return found[card_id]


async def find_card(session: AsyncSession, number: str) -> CardId | None:
    """Which card bears this number."""
    return (await storage.cards_by_number(session, [number])).get(number)


async def get_stamp(session: AsyncSession, stamp_id: StampId) -> Stamp:
    """One stamping. Raises StampNotFound."""
    found = await storage.find_stamp(session, stamp_id)
    if found is None:
        raise errors.StampNotFound
    return found


async def list_stamps(
    session: AsyncSession, card_id: CardId, *, before: StampId | None, limit: int
) -> list[Stamp]:
    """What was stamped on a card, the latest first. Raises CardNotFound."""
    if not (await storage.leading(session, [card_id], lock=False)).of:
        raise errors.CardNotFound
    rows = await (await bulk(session)).fetch(_STAMPS, merchant_of(session), card_id, before, limit)
    return [storage.stamp_of(row) for row in rows]


async def get_reward(session: AsyncSession, reward_id: CardRewardId) -> CardReward:
    """What one stage brought. Raises CardRewardNotFound."""
    row = await (await bulk(session)).fetchrow(_REWARD, merchant_of(session), reward_id)
    if row is None:
        raise errors.CardRewardNotFound
    return storage.reward_of(row)


async def list_rewards(session: AsyncSession, customer_id: UUID, *, limit: int) -> list[CardReward]:
    """What a living customer's cards have brought, the latest first."""
    rows = await (await bulk(session)).fetch(_REWARDS, merchant_of(session), customer_id, limit)
    return [storage.reward_of(row) for row in rows]


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, Any]:
    """What is kept of somebody's cards, and of whoever was merged into them."""
    connection, merchant_id = await bulk(session), merchant_of(session)
    cards = await connection.fetch(_EXPORT_CARDS, merchant_id, customer_id)
    stamps = await connection.fetch(_EXPORT_STAMPS, merchant_id, customer_id)
    rewards = await connection.fetch(_REWARDS, merchant_id, customer_id, None)
    return {
        "cards": [_told_card(storage.card_of(row)) for row in cards],
        "stamps": [_told_stamp(storage.stamp_of(row)) for row in stamps],
        "card_rewards": [_told_reward(storage.reward_of(row)) for row in rewards],
    }


async def _shown(
    session: AsyncSession, cards: Iterable[Card], *, now: datetime
) -> dict[CardId, CardState]:
    cards = list(cards)
    if not cards:
        return {}
    programs_ = await storage.programs_of(session, {card.program_id for card in cards})
    owners = list({card.customer_id for card in cards})
    balances = await ledger.balances_of(session, owners, now=now)
    due = await storage.due_of(session, owners)
    shown: dict[CardId, CardState] = {}
    for card in cards:
        program = programs_[card.program_id]
        held = next((it for it in balances[card.customer_id] if it.unit == program.unit), None)
        collected = held.available if held else 0
        shown[card.id] = CardState(
            card=card,
            program=program,
            version=rules.held_version(program.versions, card.version, program.version, collected),
            collected=collected,
            debt=held.debt if held else 0,
            due=tuple(due.get((card.customer_id, card.program_id), ())),
        )
    return shown


def _told_card(card: Card) -> dict[str, Any]:
    return {
        "number": card.number,
        "state": card.state,
        "round": card.round,
        "opened_at": card.opened_at.isoformat(),
    }


def _told_stamp(stamp: Stamp) -> dict[str, Any]:
    return {
        "kind": stamp.kind.value,
        "count": stamp.count,
        "purchase": None if stamp.purchase is None else str(stamp.purchase),
        "currency": stamp.currency,
        "occurred_at": stamp.occurred_at.isoformat(),
        "undone_at": stamp.undone_at and stamp.undone_at.isoformat(),
    }


def _told_reward(reward: CardReward) -> dict[str, Any]:
    return {
        "name": reward.name,
        "state": reward.state.value,
        "earned_at": reward.earned_at.isoformat(),
        "used_at": reward.used_at and reward.used_at.isoformat(),
    }
