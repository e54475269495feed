"""Who would enter journeys by what became of their stamp cards."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import stamps
from loyalnest.journeys.service import Entry
from loyalnest.journeys.values import Candidate, CardAlmostFull, CardMilestone, Journey
from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import LoggedEvent
from loyalnest.stamps import CardChanged, StampGiven

MOVED = frozenset({StampGiven.type, CardChanged.type})
"""By what a card can come to have more on it."""

# How many stamps of a program its customer had with each stamping when it became known, and how
# many of them it gave: by now there may be more. A program has many cards, so that it must not
# lead to an index.
STAMPED = """
SELECT k.customer_id, it.card_id, it.count,
       (SELECT sum(s.count)::int
        FROM (
            SELECT k.customer_id AS id
            UNION ALL
            SELECT m.id
            FROM customers m
            WHERE m.merchant_id = $1 AND m.merged_into = k.customer_id
        ) p
        JOIN stamps s
          ON s.merchant_id = $1 AND s.customer_id = p.id AND s.undone_at IS NULL
         AND (s.recorded_at, s.id) <= (it.recorded_at, it.id)
        JOIN cards c
          ON c.merchant_id = s.merchant_id AND c.id = s.card_id
         AND c.program_id IS NOT DISTINCT FROM $4)
FROM unnest($2::uuid[], $3::uuid[]) AS k (customer_id, stamp_id)
JOIN stamps it ON it.merchant_id = $1 AND it.id = k.stamp_id AND it.undone_at IS NULL
"""


async def almost_full(
    session: AsyncSession,
    journey: Journey,
    trigger: CardAlmostFull,
    events: Sequence[LoggedEvent],
    living: Mapping[UUID, UUID],
) -> list[Entry]:
    """Whoever lacks few stamps now. An empty card has only just begun, however short it is."""
    program_id = from_wire(stamps.PROGRAM, trigger.card_program_id)
    moved = _of_program(events, program_id, MOVED)
    who = {living[it.customer_id] for it in moved if it.customer_id}
    held = await stamps.holdings_of(session, {(journey.merchant_id, it, program_id) for it in who})
    entries: list[Entry] = []
    for (_, customer_id, _), card in held.items():
        stage = card.ahead(at_the_end=trigger.up_to == "full_card")
        if stage is None or card.collected <= 0:
            continue
        missing = stage.count - card.collected
        if missing <= trigger.missing_at_most:
            facts = {
                "card_id": str(card.card_id),
                "card": card.program.terms.name,
                "missing": missing,
                "stage": stage.key,
                "reward": stage.name,
            }
            occurrence = f"card:{card.card_id}:{card.round}:{stage.key}"
            entries.append(Entry(journey, Candidate(customer_id, occurrence, facts)))
    return entries


async def milestones(
    session: AsyncSession,
    journey: Journey,
    trigger: CardMilestone,
    events: Sequence[LoggedEvent],
    living: Mapping[UUID, UUID],
) -> list[Entry]:
    """Whoever has come to a number of stamps; to the highest, with several at once."""
    program_id = from_wire(stamps.PROGRAM, trigger.card_program_id)
    fresh = [
        (living[it.customer_id], UUID(it.data["stamp_id"]))
        for it in _of_program(events, program_id, {StampGiven.type})
        if it.customer_id
    ]
    if not fresh:
        return []
    asked = [journey.merchant_id, *map(list, zip(*fresh, strict=True)), program_id]
    programs = await stamps.programs_of(session, {(journey.merchant_id, program_id)})
    reached: dict[UUID, tuple[int, UUID]] = {}
    for customer_id, card_id, count, total in await (await bulk(session)).fetch(STAMPED, *asked):
        passed = [it for it in trigger.stamps if total - count < it <= total]
        if passed:
            reached[customer_id] = max(
                (max(passed), card_id), reached.get(customer_id, (0, card_id))
            )
    name = programs[stamps.CardProgramId(program_id)].terms.name
    return [
        Entry(
            journey,
            Candidate(
                customer_id,
                f"stamps:{program_id}:{number}",
                {"card_id": str(card_id), "card": name, "stamps": number},
            ),
        )
        for customer_id, (number, card_id) in reached.items()
    ]


def _of_program(
    events: Iterable[LoggedEvent], program_id: UUID, types: frozenset[str] | set[str]
) -> list[LoggedEvent]:
    return [it for it in events if it.type in types and UUID(it.data["program_id"]) == program_id]
