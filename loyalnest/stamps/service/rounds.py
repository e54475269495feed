"""What the stamps on cards come to: stages reached, rounds completed, and back again."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import rules, storage
from loyalnest.stamps.events import CardCompleted, CardRewardEarned
from loyalnest.stamps.storage import REWARD_COLUMNS
from loyalnest.stamps.values import CARD, Card, CardId, CardProgram, CardReward, CardTerms, Stamping

# A stage of a round brings its reward once. One that was taken back unused is there again.
_EARN = f"""
INSERT INTO card_rewards AS r (merchant_id, id, card_id, customer_id, round, version, stage, count,
                               name, cost, state, entry_id, earned_at, changed_at)
SELECT $1, k.id, k.card_id, k.customer_id, k.round, k.version, k.stage, k.count, k.name, k.cost,
       'due', k.entry_id, $2, $2
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::int[], $8::text[], $9::int[],
            $10::text[], $11::numeric[], $12::uuid[])
  AS k (id, card_id, customer_id, round, version, stage, count, name, cost, entry_id)
ON CONFLICT (merchant_id, card_id, round, stage) DO UPDATE
  SET state = 'due', version = excluded.version, count = excluded.count, name = excluded.name,
      cost = excluded.cost, entry_id = excluded.entry_id, earned_at = excluded.earned_at,
      changed_at = excluded.changed_at
  WHERE r.state = 'taken_back'
RETURNING {REWARD_COLUMNS}
"""  # noqa: S608
# What completes a round can have been had before: on the way there, or when its stamps were taken
# back after it was used. Its line says by which version the round was filled.
_KEEP_ENTRY = """
UPDATE card_rewards r SET entry_id = k.entry_id, version = k.version, count = k.count
FROM unnest($2::uuid[], $3::int[], $4::text[], $5::uuid[], $6::int[], $7::int[])
  AS k (card_id, round, stage, entry_id, version, count)
WHERE r.merchant_id = $1 AND r.card_id = k.card_id AND r.round = k.round AND r.stage = k.stage
  AND r.entry_id IS DISTINCT FROM k.entry_id
"""
# A round whose stamps have lapsed is over, if it had brought something: what it brought is kept.
_LAPSED = """
SELECT c.id
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS k (id, customer_id, unit_id)
JOIN cards c ON c.merchant_id = $1 AND c.id = k.id
CROSS JOIN LATERAL (
    SELECT max(r.earned_at) AS earned_at
    FROM card_rewards r
    WHERE r.merchant_id = $1 AND r.card_id = c.id AND r.round = c.round AND r.state <> 'taken_back'
) r
WHERE EXISTS (
    SELECT FROM entries e
    WHERE e.merchant_id = $1 AND e.customer_id = k.customer_id AND e.unit_id = k.unit_id
      AND e.kind = 'expire' AND e.recorded_at >= r.earned_at)
"""
_WRITE = f"""
WITH written AS (
    UPDATE cards c
    SET round = k.round, version = k.version, moves = k.moves,
        last_stamp_at = greatest(c.last_stamp_at, k.last_stamp_at), changed_at = $3
    FROM unnest($4::uuid[], $5::int[], $6::int[], $7::bigint[], $8::timestamptz[])
      AS k (id, round, version, moves, last_stamp_at)
    WHERE c.merchant_id = $1 AND c.id = k.id
)
{storage.DUE}
"""  # noqa: S608


class Filling(msgspec.Struct):
    """A card that is held, while it changes."""

    card: Card
    program: CardProgram
    collected: int = 0
    """What the books say is on it; below zero: what it owes."""
    version: int = 0
    """Under which terms it is filled; 0 until its balance is known."""
    last_stamp_at: datetime | None = None
    was_empty: bool = False
    """Nothing was on it when it was taken in hand."""

    @property
    def moves(self) -> int:
        """The number of this change."""
        return self.card.moves + 1

    @property
    def terms(self) -> CardTerms:
        """The terms of the round."""
        return self.program.versions[self.version]

    def holds(self, collected: int) -> None:
        """Begin with this balance: it says which terms hold."""
        self.collected = collected
        self.was_empty = collected <= 0
        self.version = rules.held_version(
            self.program.versions, self.card.version, self.program.version, collected
        )

    def written(self, standing: rules.Standing, now: datetime) -> Card:
        """The card as it is written down."""
        last = [it for it in (self.card.last_stamp_at, self.last_stamp_at) if it]
        return msgspec.structs.replace(
            self.card,
            round=standing.round,
            version=standing.version,
            moves=self.moves,
            last_stamp_at=max(last, default=None),
            changed_at=now,
        )

    def stamped(self, stamping: Stamping, entry: ledger.Entry) -> int:
        """Take a stamping in that is in the books; what is on the card then."""
        if not self.version:
            self.holds(entry.balance_after - entry.amount)
        self.collected = entry.balance_after
        self.last_stamp_at = max(self.last_stamp_at or stamping.occurred_at, stamping.occurred_at)
        return self.collected


class Carried(NamedTuple):
    """A card once all of it is written down, and what it brought on the way."""

    card: Card
    collected: int
    """Below zero: what it owes."""
    earned: tuple[CardReward, ...]
    due: tuple[CardReward, ...]
    """Of its program, the oldest first."""


class _Step(NamedTuple):
    filling: Filling
    advance: rules.Advance


async def carry_on(
    session: AsyncSession, fillings: Sequence[Filling], *, actor: str, now: datetime
) -> dict[CardId, Carried]:
    """Complete what is full, write down what stages bring, and the cards; where they are then."""
    await _begin_anew(session, [it for it in fillings if it.was_empty and it.card.last_stamp_at])
    steps = [_Step(it, _advance(it)) for it in fillings]
    entries = await _complete(session, steps, actor=actor, now=now)
    earned = await _earn(session, steps, entries, now=now)
    standings = [(it.filling, it.advance.standing) for it in steps]
    due = await write_cards(session, standings, now=now)
    await publish(session, _news(steps, earned, now), now=now)
    return {
        filling.card.id: Carried(
            filling.written(advance.standing, now),
            advance.standing.collected,
            tuple(earned.get(filling.card.id, ())),
            tuple(due.get((filling.card.customer_id, filling.card.program_id), ())),
        )
        for filling, advance in steps
    }


async def _begin_anew(session: AsyncSession, fillings: Sequence[Filling]) -> None:
    """Let the next round begin on cards whose stamps had lapsed."""
    if not fillings:
        return
    rows = await (await bulk(session)).fetch(
        _LAPSED,
        merchant_of(session),
        [it.card.id for it in fillings],
        [it.card.customer_id for it in fillings],
        [it.program.unit_id for it in fillings],
    )
    lapsed = {row[0] for row in rows}
    for it in fillings:
        if it.card.id in lapsed:
            it.card = msgspec.structs.replace(it.card, round=it.card.round + 1)


def _advance(it: Filling) -> rules.Advance:
    standing = rules.Standing(it.card.round, it.version, it.collected)
    return rules.advance(standing, it.program.versions, it.program.version)


async def _complete(
    session: AsyncSession, steps: Sequence[_Step], *, actor: str, now: datetime
) -> dict[tuple[UUID, int], ledger.EntryId]:
    """Take the stamps of full rounds off the cards: the book's line by card and round."""
    full = [(it.filling, one) for it in steps for one in it.advance.completed]
    postings = [
        ledger.Posting(
            merchant_id=filling.card.merchant_id,
            customer_id=filling.card.customer_id,
            unit_id=ledger.UnitId(filling.program.unit_id),
            kind=ledger.EntryKind.REDEEM,
            amount=-one.stamps,
            source=ledger.Source("card", to_wire(CARD, filling.card.id)),
            # A round can be completed again, once it was taken back.
            step=f"round:{one.round}:{filling.moves}",
            occurred_at=filling.last_stamp_at or now,
            actor=actor,
            program_version=one.version,
        )
        for filling, one in full
    ]
    posted = await ledger.post_many(session, postings, now=now)
    return {
        (filling.card.id, one.round): it.entry.id
        for (filling, one), it in zip(full, posted, strict=True)
    }


async def _earn(
    session: AsyncSession,
    steps: Sequence[_Step],
    entries: dict[tuple[UUID, int], ledger.EntryId],
    *,
    now: datetime,
) -> dict[CardId, list[CardReward]]:
    rows: list[tuple[object, ...]] = []
    kept: list[tuple[UUID, int, str, UUID, int, int]] = []
    for filling, advance in steps:
        last = {one.round: one.stage.key for one in advance.completed}
        for round_, version, stage in advance.reached:
            card = filling.card
            entry = entries[card.id, round_] if last.get(round_) == stage.key else None
            what = (round_, version, stage.key, stage.count, stage.name, stage.cost)
            rows.append((new_id(), card.id, card.customer_id, *what, entry))
            if entry is not None:
                kept.append((card.id, round_, stage.key, entry, version, stage.count))
    if not rows:
        return {}
    connection, merchant_id = await bulk(session), merchant_of(session)
    written = await connection.fetch(_EARN, merchant_id, now, *map(list, zip(*rows, strict=True)))
    if kept:
        await connection.execute(_KEEP_ENTRY, merchant_id, *map(list, zip(*kept, strict=True)))
    earned: dict[CardId, list[CardReward]] = {}
    for reward in sorted(map(storage.reward_of, written), key=lambda it: (it.round, it.count)):
        earned.setdefault(reward.card_id, []).append(reward)
    return earned


async def write_cards(
    session: AsyncSession, cards: Sequence[tuple[Filling, rules.Standing]], *, now: datetime
) -> storage.DueRewards:
    """Write down where cards are, and that they have changed; what is due to their holders."""
    if not cards:
        return {}
    rows = [
        (it.card.id, standing.round, standing.version, it.moves, it.last_stamp_at)
        for it, standing in cards
    ]
    holders = list({it.card.customer_id for it, _ in cards})
    columns = map(list, zip(*rows, strict=True))
    connection = await bulk(session)
    return storage.due_in(
        await connection.fetch(_WRITE, merchant_of(session), holders, now, *columns)
    )


def _news(
    steps: Sequence[_Step], earned: dict[CardId, list[CardReward]], now: datetime
) -> list[Event]:
    news: list[Event] = []
    for filling, advance in steps:
        card, at = filling.card, filling.last_stamp_at or now
        news += [
            CardRewardEarned(
                merchant_id=card.merchant_id,
                customer_id=card.customer_id,
                occurred_at=at,
                card_id=card.id,
                program_id=card.program_id,
                moves=filling.moves,
                reward_id=it.id,
                count=it.count,
            )
            for it in earned.get(card.id, ())
        ]
        news += [
            CardCompleted(
                merchant_id=card.merchant_id,
                customer_id=card.customer_id,
                occurred_at=at,
                card_id=card.id,
                program_id=card.program_id,
                moves=filling.moves,
                round=it.round,
            )
            for it in advance.completed
        ]
    return news
