"""Taking stamps back: what they brought goes with them, unless it was used."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import Event, publish
from loyalnest.stamps import errors, queries, rules, storage
from loyalnest.stamps.events import CardRewardTakenBack, StampUndone
from loyalnest.stamps.service.rounds import Filling, write_cards
from loyalnest.stamps.service.stamping import source_of
from loyalnest.stamps.storage import REWARD_COLUMNS
from loyalnest.stamps.values import CardReward, CardState, Stamp, StampId

_MARK = """
UPDATE stamps SET undone_at = $3, undone_by = $4, undone_reason = $5
WHERE merchant_id = $1 AND id = $2 AND undone_at IS NULL
RETURNING id
"""
_FILLED = """
SELECT round, version, entry_id, state = 'due'
FROM card_rewards
WHERE merchant_id = $1 AND card_id = $2 AND entry_id IS NOT NULL AND state <> 'taken_back'
ORDER BY round DESC
LIMIT 100
"""
_TAKE_BACK = f"""
UPDATE card_rewards r SET state = 'taken_back', entry_id = NULL, changed_at = $5
WHERE r.merchant_id = $1 AND r.card_id = $2 AND r.state = 'due'
  AND (r.round > $3 OR (r.round = $3 AND r.count > $4))
RETURNING {REWARD_COLUMNS}
"""  # noqa: S608


async def undo(
    session: AsyncSession, stamp_id: StampId, *, reason: str, actor: str, now: datetime
) -> CardState:
    """Take a stamping back, whole.

    Unused rewards that it led to go with it. Where one was used, the card owes its stamps, or they
    are written off, as its terms say. Raises StampNotFound, StampAlreadyUndone.
    """
    stamp = await queries.get_stamp(session, stamp_id)
    leading = await storage.leading(session, [stamp.card_id], lock=True)
    (card,) = leading.cards.values()
    connection = await bulk(session)
    marked = await connection.fetchval(_MARK, merchant_of(session), stamp_id, now, actor, reason)
    if marked is None:
        raise errors.StampAlreadyUndone
    filling = Filling(
        card, (await storage.programs_of(session, [card.program_id]))[card.program_id]
    )
    before = (await queries.states(session, [card.id], now=now))[card.id]
    filling.holds(before.collected - before.debt)
    standing = await _unwind(session, filling, stamp, reason=reason, actor=actor, now=now)
    rows = await connection.fetch(
        _TAKE_BACK, card.merchant_id, card.id, standing.round, max(standing.collected, 0), now
    )
    await write_cards(session, [(filling, standing)], now=now)
    gone = [storage.reward_of(row) for row in rows]
    await publish(session, _news(filling, stamp, gone, now), now=now)
    return (await queries.states(session, [card.id], now=now))[card.id]


async def _unwind(
    session: AsyncSession,
    filling: Filling,
    stamp: Stamp,
    *,
    reason: str,
    actor: str,
    now: datetime,
) -> rules.Standing:
    """Write into the books what a stamping's end comes to; where the card is then."""
    card, versions = filling.card, filling.program.versions
    rows = await (await bulk(session)).fetch(_FILLED, card.merchant_id, card.id)
    filled = [rules.Filled(row[0], row[1], versions[row[1]].needed, row[3]) for row in rows]
    standing = rules.Standing(card.round, filling.version, filling.collected)
    unwound = rules.unwind(standing, stamp.count, filled)
    forgiven = filling.terms.after_use == "forgive"
    taken = ledger.Posting(
        merchant_id=card.merchant_id,
        customer_id=card.customer_id,
        unit_id=ledger.UnitId(filling.program.unit_id),
        kind=ledger.EntryKind.REFUND,
        amount=-stamp.count,
        source=source_of(stamp.id),
        step="undo",
        occurred_at=now,
        actor=actor,
        reason=reason,
        clawback_of=source_of(stamp.id),
        shortfall=ledger.Shortfall.WRITE_OFF if forgiven else ledger.Shortfall.OWE,
    )
    restored = [
        msgspec.structs.replace(
            taken,
            kind=ledger.EntryKind.RESTORE,
            amount=it.stamps,
            step=f"undo:{it.round}",
            reverses=ledger.EntryId(row[2]),
            clawback_of=None,
            shortfall=None,
        )
        for it, row in zip(filled[: unwound.reopened], rows, strict=False)
    ]
    posted = await ledger.post_many(session, [*restored, taken], now=now)
    left = posted[-1].entry.balance_after
    return unwound.standing._replace(collected=max(left, 0) if forgiven else left)


def _news(filling: Filling, stamp: Stamp, gone: Sequence[CardReward], now: datetime) -> list[Event]:
    card = filling.card
    undone = StampUndone(
        merchant_id=card.merchant_id,
        customer_id=card.customer_id,
        occurred_at=now,
        card_id=card.id,
        program_id=card.program_id,
        moves=filling.moves,
        stamp_id=stamp.id,
        kind=stamp.kind.value,
        count=stamp.count,
        store_id=stamp.store_id,
    )
    return [
        undone,
        *(
            CardRewardTakenBack(
                merchant_id=card.merchant_id,
                customer_id=card.customer_id,
                occurred_at=now,
                card_id=card.id,
                program_id=card.program_id,
                moves=filling.moves,
                reward_id=it.id,
            )
            for it in gone
        ),
    ]
