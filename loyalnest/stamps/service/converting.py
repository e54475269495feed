"""Stamps for points, and points for stamps, at the rate of the card's terms."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps import errors, queries, storage
from loyalnest.stamps.events import CardChanged
from loyalnest.stamps.service.rounds import Filling, carry_on
from loyalnest.stamps.values import CONVERSION, CardId, CardState

Direction = Literal["to_points", "to_stamps"]

_RECORD = """
INSERT INTO card_conversions (merchant_id, id, card_id, direction, stamps, points, actor,
                              converted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def convert(
    session: AsyncSession,
    card_id: CardId,
    direction: Direction,
    *,
    times: int,
    conversion_id: UUID,
    actor: str,
    now: datetime,
) -> CardState:
    """Exchange so many times what the terms of the round name, both sides or neither.

    `conversion_id` is drawn beforehand. Raises CardNotFound, CardVoid, NotConvertible,
    InsufficientPoints.
    """
    leading = await storage.leading(session, [card_id], lock=True)
    card = leading.find(card_id)
    if card is None:
        raise errors.CardNotFound
    if card.state == "void":
        raise errors.CardVoid
    before = (await queries.states(session, [card.id], now=now))[card.id]
    rate = before.terms.conversion
    if rate is None or not (rate.to_points if direction == "to_points" else rate.to_stamps):
        raise errors.NotConvertible
    points = (await ledger.unit_ids_of(session, [card.merchant_id])).get(card.merchant_id)
    if points is None:
        raise errors.NotConvertible
    filling = Filling(card, before.program)
    filling.holds(before.collected - before.debt)
    stamps, worth = rate.stamps * times, rate.points * times
    if direction == "to_points":
        stamps, worth = -stamps, -worth
    filling.collected = await _exchange(
        session, filling, points, (stamps, -worth), conversion_id, actor=actor, now=now
    )
    amounts = (abs(stamps), abs(worth))
    await (await bulk(session)).execute(
        _RECORD, merchant_of(session), conversion_id, card.id, direction, *amounts, actor, now
    )
    await carry_on(session, [filling], actor=actor, now=now)
    await publish(session, [changed(filling, now)], now=now)
    return (await queries.states(session, [card.id], now=now))[card.id]


async def _exchange(
    session: AsyncSession,
    filling: Filling,
    points: ledger.UnitId,
    amounts: tuple[int, int],
    conversion_id: UUID,
    *,
    actor: str,
    now: datetime,
) -> int:
    """Write both sides, stamps and points, into the books; what is on the card then."""

    def side(unit_id: ledger.UnitId, amount: int, step: str) -> ledger.Posting:
        return ledger.Posting(
            merchant_id=filling.card.merchant_id,
            customer_id=filling.card.customer_id,
            unit_id=unit_id,
            kind=ledger.EntryKind.TRANSFER,
            amount=amount,
            source=ledger.Source("conversion", to_wire(CONVERSION, conversion_id)),
            step=step,
            occurred_at=now,
            actor=actor,
            program_version=filling.version,
        )

    sides = [
        side(ledger.UnitId(filling.program.unit_id), amounts[0], "stamps"),
        side(points, amounts[1], "points"),
    ]
    posted = await ledger.post_many(session, sides, now=now)
    return posted[0].entry.balance_after


def changed(filling: Filling, now: datetime) -> CardChanged:
    """The news that a card shows something else."""
    return CardChanged(
        merchant_id=filling.card.merchant_id,
        customer_id=filling.card.customer_id,
        occurred_at=now,
        card_id=filling.card.id,
        program_id=filling.card.program_id,
        moves=filling.moves,
    )
