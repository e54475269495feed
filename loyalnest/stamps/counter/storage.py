"""Reading, locking and writing rows of intents; a whole batch at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk, merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.stamps.counter.queries import STAMPER_COLUMNS, place_of, stamper_of
from loyalnest.stamps.counter.values import (
    Case,
    IntentKind,
    IntentOutcome,
    Known,
    Place,
    Policy,
    Stamper,
    Verdict,
    Wish,
)
from loyalnest.stamps.values import CardProgramId

# One row is read and locked: a device's batches come one after the other.
_LOCKED = f"""
SELECT {", ".join(f"s.{it.strip()}" for it in STAMPER_COLUMNS.split(","))},
       p.offline_hours, p.offline_stamps, l.hours, l.latitude, l.longitude
FROM stampers s
LEFT JOIN counter_policies p ON p.merchant_id = s.merchant_id
LEFT JOIN counter_places l ON l.merchant_id = s.merchant_id AND l.store_id = s.store_id
WHERE s.merchant_id = $1 AND s.id = $2
FOR UPDATE OF s
"""  # noqa: S608
_KNOWN = """
SELECT counter, digest, kind, outcome, code, detail, card_id, stamp_id, reward_id, undoes, pairing
FROM intents
WHERE merchant_id = $1 AND stamper_id = $2 AND pairing = ANY($3::int[])
  AND counter = ANY($4::bigint[])
UNION ALL
SELECT counter, digest, kind, outcome, code, detail, card_id, stamp_id, reward_id, undoes, pairing
FROM intents
WHERE merchant_id = $1 AND stamper_id = $2 AND pairing = ANY($3::int[])
  AND undoes = ANY($5::bigint[]) AND outcome = 'done'
"""
_CLERKS = """
SELECT id, suspended_at FROM clerks WHERE merchant_id = $1 AND id = ANY($2::uuid[])
"""
# Of several at the counter who mean the same card the second waits for the first: what a code of
# its has been used for is known by then.
_CARDS = """
SELECT c.id, c.number, c.program_id, c.customer_id, c.moves, c.code_step
FROM cards c
WHERE c.merchant_id = $1
  AND (c.id = ANY($2::uuid[]) OR c.number = ANY($3::text[]))
ORDER BY c.id
FOR NO KEY UPDATE OF c
"""
_OF_REWARDS = """
SELECT id, card_id FROM card_rewards WHERE merchant_id = $1 AND id = ANY($2::uuid[])
"""
_GIVEN = """
SELECT card_id, happened_at, count FROM intents
WHERE merchant_id = $1 AND card_id = ANY($2::uuid[]) AND happened_at >= $3
  AND kind = 'stamp' AND outcome = 'done' AND offline AND stamp_id IS NOT NULL
"""
_STEPS = """
SELECT i.card_id, i.code_step
FROM unnest($2::uuid[], $3::bigint[]) k (card_id, step)
JOIN intents i ON i.merchant_id = $1 AND i.card_id = k.card_id AND i.code_step = k.step
WHERE i.outcome = 'done' AND i.kind = 'stamp'
"""
_WRITE = """
INSERT INTO intents (merchant_id, stamper_id, pairing, counter, id, digest, kind, card_id, clerk_id,
                     store_id, undoes, code_step, count, offline, happened_at, received_at, outcome,
                     code, detail, flags, wish, stamp_id, reward_id)
SELECT $1, $2, k.pairing, k.counter, k.id, k.digest, k.kind, k.card_id, k.clerk_id, $3, k.undoes,
       k.code_step, k.count, k.offline, k.happened_at, $4, k.outcome, k.code, k.detail,
       string_to_array(k.flags, ' '), k.wish::jsonb, k.stamp_id, k.reward_id
FROM unnest($5::int[], $6::bigint[], $7::uuid[], $8::bytea[], $9::text[], $10::uuid[], $11::uuid[],
            $12::bigint[], $13::bigint[], $14::int[], $15::boolean[], $16::timestamptz[],
            $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::uuid[],
            $23::uuid[])
  AS k (pairing, counter, id, digest, kind, card_id, clerk_id, undoes, code_step, count, offline,
        happened_at, outcome, code, detail, flags, wish, stamp_id, reward_id)
"""
_WITHDRAW = """
UPDATE intents SET outcome = 'refused', code = $5, detail = $6, wish = NULL, decided_at = $7
WHERE merchant_id = $1 AND stamper_id = $2 AND pairing = $3 AND counter = ANY($4::bigint[])
  AND outcome = 'held'
"""
_KEPT_AFTER_CUT = """
SELECT count(*) FROM intents
WHERE merchant_id = $1 AND stamper_id = $2 AND outcome = 'held' AND code = 'STAMPER_REVOKED'
"""


class AtCounter(msgspec.Struct, frozen=True):
    """A device with what it is held to."""

    stamper: Stamper
    policy: Policy
    place: Place | None


class FoundCard(msgspec.Struct, frozen=True):
    """A card as it is looked up by what a device names."""

    id: UUID
    number: str
    program_id: CardProgramId
    customer_id: UUID
    moves: int
    code_step: int


async def lock_stamper(session: AsyncSession, stamper_id: UUID) -> AtCounter:
    """The device whose turn it is; others of its requests wait until this transaction ends."""
    row = await (await bulk(session)).fetchrow(_LOCKED, merchant_of(session), stamper_id)
    assert row is not None  # whoever asks has been known by this row
    named = _Named(row)
    stamper = stamper_of(named)  # pyright: ignore[reportArgumentType]
    policy = (
        Policy()
        if row["offline_hours"] is None
        else Policy(row["offline_hours"], row["offline_stamps"])
    )
    place = None
    if stamper.store_id is not None:
        hours = row["hours"] and msgspec.json.decode(row["hours"])
        place = place_of(stamper.store_id, hours, row["latitude"], row["longitude"])
    return AtCounter(stamper, policy, place)


class _Named:
    """A raw row whose columns are read like those of others."""

    def __init__(self, row: Row):
        self._row = row

    def __getattr__(self, name: str) -> object:
        return self._row[name]


async def known_of(
    session: AsyncSession, stamper_id: UUID, cases: Iterable[Case]
) -> tuple[dict[tuple[int, int], Known], set[tuple[int, int]]]:
    """What is on record by (pairing, counter), and what was taken back before it came."""
    cases = list(cases)
    if not cases:
        return {}, set()
    counters = {it.said.counter for it in cases}
    named = counters | {it.said.undoes for it in cases if it.said.undoes}
    rows = await (await bulk(session)).fetch(
        _KNOWN,
        merchant_of(session),
        stamper_id,
        list({it.pairing for it in cases}),
        list(named),
        list(counters),
    )
    known = {(row["pairing"], row["counter"]): _known(row) for row in rows}
    undone = {(row["pairing"], row["undoes"]) for row in rows if row["undoes"] is not None}
    return known, undone


async def clerks_of(
    session: AsyncSession, clerk_ids: Collection[UUID]
) -> dict[UUID, datetime | None]:
    """Those of these clerks who are there, and since when they are suspended."""
    rows = await (await bulk(session)).fetch(_CLERKS, merchant_of(session), list(clerk_ids))
    return {row[0]: row[1] for row in rows}


async def lock_cards(
    session: AsyncSession, ids: Collection[UUID], numbers: Collection[str]
) -> list[FoundCard]:
    """Cards by id or number, held until the transaction ends."""
    if not ids and not numbers:
        return []
    rows = await (await bulk(session)).fetch(_CARDS, merchant_of(session), list(ids), list(numbers))
    return [FoundCard(*row) for row in rows]


async def cards_of_rewards(session: AsyncSession, reward_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """On which card each of these rewards was collected."""
    if not reward_ids:
        return {}
    rows = await (await bulk(session)).fetch(_OF_REWARDS, merchant_of(session), list(reward_ids))
    return {row[0]: row[1] for row in rows}


async def given_offline(
    session: AsyncSession, cases: Iterable[Case], policy: Policy
) -> dict[UUID, tuple[tuple[datetime, int], ...]]:
    """What was stamped on these cards without a network around that time, by any device."""
    late = [it for it in cases if it.late and it.card and it.said.kind is IntentKind.STAMP]
    if not late:
        return {}
    since = min(it.at for it in late) - timedelta(hours=policy.offline_hours)
    ids = list({it.card.id for it in late if it.card})
    rows = await (await bulk(session)).fetch(_GIVEN, merchant_of(session), ids, since)
    found: dict[UUID, list[tuple[datetime, int]]] = defaultdict(list)
    for card_id, at, count in rows:
        found[card_id].append((at, count or 1))
    return {card_id: tuple(stamps) for card_id, stamps in found.items()}


async def used_steps(session: AsyncSession, cases: Iterable[Case]) -> set[tuple[UUID, int]]:
    """Which of the live codes in a batch have counted before."""
    asked = {(it.card.id, it.step) for it in cases if it.card and it.step is not None}
    if not asked:
        return set()
    ids, steps = zip(*asked, strict=True)
    rows = await (await bulk(session)).fetch(_STEPS, merchant_of(session), ids, steps)
    return {(row[0], row[1]) for row in rows}


async def kept_after_cut(session: AsyncSession, stamper_id: UUID) -> int:
    """How much of a device that was cut off waits already."""
    connection = await bulk(session)
    return await connection.fetchval(_KEPT_AFTER_CUT, merchant_of(session), stamper_id)


async def write(
    session: AsyncSession, stamper: Stamper, cases: Sequence[Case], *, now: datetime
) -> dict[int, UUID]:
    """Put a batch on record; the ids of intents by their counters."""
    if not cases:
        return {}
    ids = {it.said.counter: new_id() for it in cases}
    rows = [_row(it, ids[it.said.counter]) for it in cases]
    await (await bulk(session)).execute(
        _WRITE,
        merchant_of(session),
        stamper.id,
        stamper.store_id,
        now,
        *map(list, zip(*rows, strict=True)),
    )
    return ids


async def withdraw(
    session: AsyncSession,
    stamper: Stamper,
    counters: Sequence[int],
    verdict: Verdict,
    *,
    now: datetime,
) -> None:
    """End what waits because the clerk took it back."""
    if counters:
        await (await bulk(session)).execute(
            _WITHDRAW,
            merchant_of(session),
            stamper.id,
            stamper.pairing,
            list(counters),
            verdict.code,
            verdict.detail,
            now,
        )


def _known(row: Row) -> Known:
    verdict = Verdict(IntentOutcome(row["outcome"]), row["code"], row["detail"])
    return Known(
        counter=row["counter"],
        digest=bytes(row["digest"]),
        kind=IntentKind(row["kind"]),
        verdict=verdict,
        card_id=row["card_id"],
        stamp_id=row["stamp_id"],
        reward_id=row["reward_id"],
        undoes=row["undoes"],
    )


def _row(case: Case, id_: UUID) -> tuple[object, ...]:
    verdict, said = case.verdict, case.said
    assert verdict is not None
    counted = verdict.outcome is IntentOutcome.DONE and case.stamp_id is not None
    held = verdict.outcome is IntentOutcome.HELD
    wish = Wish(
        amount=said.amount,
        count=said.count,
        reward_id=case.reward_id,
        reason=said.reason,
    )
    return (
        case.pairing,
        said.counter,
        id_,
        case.digest,
        said.kind.value,
        case.card.id if case.card else None,
        case.clerk_id,
        said.undoes,
        case.step if counted else None,
        case.count or None,
        case.late,
        case.at,
        verdict.outcome.value,
        verdict.code,
        verdict.detail,
        " ".join(sorted(case.flags)),
        msgspec.json.encode(wish).decode() if held else None,
        case.stamp_id,
        case.reward_id,
    )
