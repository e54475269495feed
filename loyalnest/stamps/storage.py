"""Reading and locking rows of cards; several at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk, merchant_of
from loyalnest.stamps.values import (
    Card,
    CardId,
    CardProgram,
    CardProgramId,
    CardReward,
    CardTerms,
    ProgramState,
    RewardStanding,
    Stamp,
    StampId,
    StampKind,
)

PROGRAM_ROWS = """
SELECT p.merchant_id, p.id, p.unit_id, u.code, p.state, p.version, m.time_zone, m.currency,
       p.created_at, p.updated_at, v.version AS of_version, v.terms::text
FROM card_programs p
JOIN units u ON u.merchant_id = p.merchant_id AND u.id = p.unit_id
JOIN merchants m ON m.merchant_id = p.merchant_id
JOIN card_program_versions v ON v.merchant_id = p.merchant_id AND v.program_id = p.id
"""
_PROGRAMS = f"""
{PROGRAM_ROWS}
WHERE p.merchant_id = $1 AND ($2::uuid[] IS NULL OR p.id = ANY($2))
ORDER BY p.created_at, p.id, v.version
"""
CARD_COLUMNS = """
c.merchant_id, c.id, c.program_id, coalesce(o.merged_into, o.id) AS customer_id, c.number, c.state,
c.round, c.version, c.moves, c.code_step, c.opened_at, c.last_stamp_at, c.changed_at
"""


def leading_card(merchant: str, living: str, program: str) -> str:
    """A table expression: the one card that counts of a living customer's, of a program.

    Whoever was merged into somebody brought a card along: of two of one program the survivor's own
    counts, else the older one. A customer has few cards and a program many. While tables are new
    and nothing is known of them, both seem to be as few: OFFSET lets a look-up by the customer be
    all there is.
    """
    return f"""(
    SELECT c.*
    FROM (
        SELECT {living} AS id, false AS was_merged
      UNION ALL
        SELECT m.id, true
        FROM customers m
        WHERE m.merchant_id = {merchant} AND m.merged_into = {living}
    ) f
    CROSS JOIN LATERAL (
        SELECT * FROM cards WHERE cards.merchant_id = {merchant} AND customer_id = f.id OFFSET 0
    ) c
    WHERE c.program_id = {program}
    ORDER BY f.was_merged, c.opened_at, c.id
    LIMIT 1
)"""  # noqa: S608


_LEADING = f"""
SELECT k.asked, {CARD_COLUMNS}
FROM unnest($2::uuid[]) AS k (asked)
JOIN cards a ON a.merchant_id = $1 AND a.id = k.asked
JOIN customers h ON h.merchant_id = $1 AND h.id = a.customer_id
CROSS JOIN LATERAL {leading_card("$1", "coalesce(h.merged_into, h.id)", "a.program_id")} l
JOIN cards c ON c.merchant_id = $1 AND c.id = l.id
JOIN customers o ON o.merchant_id = $1 AND o.id = l.customer_id
ORDER BY c.id
"""  # noqa: S608
LEADING_LOCKED = f"{_LEADING} FOR NO KEY UPDATE OF c"
STAMP_COLUMNS = """
merchant_id, id, card_id, customer_id, kind, count, store_id, stamper_id, clerk_id, actor, purchase,
currency, offline, key, request_hash, occurred_at, recorded_at, undone_at, undone_by, undone_reason
"""
REWARD_COLUMNS = """
r.merchant_id, r.id, r.card_id, r.customer_id, r.round, r.version, r.stage, r.count, r.name, r.cost,
r.state, r.earned_at, r.used_at, r.used_by
"""


BY_NUMBER = """
SELECT c.number, c.id
FROM unnest($2::text[]) AS k (number)
JOIN cards c ON c.merchant_id = $1 AND c.number = k.number
"""
BY_CUSTOMER = f"""
SELECT k.customer_id, k.program_id, x.id
FROM unnest($2::uuid[], $3::uuid[]) AS k (customer_id, program_id)
JOIN customers o ON o.merchant_id = $1 AND o.id = k.customer_id
CROSS JOIN LATERAL {leading_card("$1", "coalesce(o.merged_into, o.id)", "k.program_id")} x
"""  # noqa: S608


DueRewards = Mapping[tuple[UUID, UUID], Sequence[CardReward]]
"""What is due by living customer and program, the oldest first."""


class Leading(NamedTuple):
    """Cards that count, and which of them stands for each that was asked for."""

    of: Mapping[UUID, CardId]
    cards: Mapping[CardId, Card]

    def find(self, asked: UUID) -> Card | None:
        """The card that counts for one that was named."""
        leading = self.of.get(asked)
        return None if leading is None else self.cards[leading]


async def programs_of(
    session: AsyncSession, program_ids: Collection[UUID] | None = None
) -> dict[CardProgramId, CardProgram]:
    """Programs of the session's merchant in the order they were made; all of them for None."""
    wanted = None if program_ids is None else list(program_ids)
    return programs_in(await (await bulk(session)).fetch(_PROGRAMS, merchant_of(session), wanted))


def programs_in(rows: Sequence[Row]) -> dict[CardProgramId, CardProgram]:
    """Programs from their rows, one for each version."""
    versions: dict[UUID, dict[int, CardTerms]] = {}
    for row in rows:
        terms = _terms(row["terms"])
        versions.setdefault(row["id"], {})[row["of_version"]] = terms
    return {row["id"]: _program(row, versions[row["id"]]) for row in rows}


# A text of terms never changes once it is written, and comes by with every stamping.
@lru_cache(maxsize=4096)
def _terms(text: str) -> CardTerms:
    return CardTerms.model_validate_json(text)


def _program(row: Row, versions: Mapping[int, CardTerms]) -> CardProgram:
    return CardProgram(
        merchant_id=row["merchant_id"],
        id=row["id"],
        unit_id=row["unit_id"],
        unit=row["code"],
        state=ProgramState(row["state"]),
        version=row["version"],
        versions=versions,
        time_zone=row["time_zone"],
        currency=row["currency"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


async def leading(session: AsyncSession, card_ids: Collection[UUID], *, lock: bool) -> Leading:
    """The cards that count for these; held until the transaction ends where they are locked."""
    asked, statement = list(set(card_ids)), LEADING_LOCKED if lock else _LEADING
    rows = await (await bulk(session)).fetch(statement, merchant_of(session), asked)
    of: dict[UUID, CardId] = {}
    cards: dict[CardId, Card] = {}
    for asked_id, *values in rows:
        card = card_of(values)
        of[asked_id], cards[card.id] = card.id, card
    return Leading(of, cards)


_REMEMBERED = 20_000
_known_programs: dict[CardProgramId, CardProgram] = {}


async def programs_by_version(
    session: AsyncSession, versions: Mapping[CardProgramId, int]
) -> dict[CardProgramId, CardProgram]:
    """Programs that are at these versions; one that has not changed is read once a process.

    Not for a transaction that has saved one of them: what it takes back would be remembered.
    """
    found = {
        program_id: known
        for program_id, version in versions.items()
        if (known := _known_programs.get(program_id)) is not None and known.version == version
    }
    if unknown := versions.keys() - found.keys():
        read = await programs_of(session, unknown)
        if len(_known_programs) + len(read) > _REMEMBERED:
            _known_programs.clear()
        _known_programs.update(read)
        found |= read
    return found


async def cards_by_number(session: AsyncSession, numbers: Collection[str]) -> dict[str, CardId]:
    """Which cards bear these numbers."""
    if not numbers:
        return {}
    rows = await (await bulk(session)).fetch(BY_NUMBER, merchant_of(session), list(numbers))
    return {row[0]: row[1] for row in rows}


async def cards_by_customer(
    session: AsyncSession, wanted: Collection[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], CardId]:
    """The card of each (customer, program), whoever the customer was merged into."""
    if not wanted:
        return {}
    rows = await (await bulk(session)).fetch(
        BY_CUSTOMER, merchant_of(session), *map(list, zip(*wanted, strict=True))
    )
    return {(row[0], row[1]): row[2] for row in rows}


def card_of(values: Iterable[Any]) -> Card:
    """What stands in CARD_COLUMNS."""
    return Card(*values)


def stamp_of(values: Iterable[Any]) -> Stamp:
    """What stands in STAMP_COLUMNS."""
    stamp = Stamp(*values)
    return msgspec.structs.replace(stamp, kind=StampKind(stamp.kind))


def reward_of(values: Iterable[Any]) -> CardReward:
    """What stands in REWARD_COLUMNS."""
    reward = CardReward(*values)
    return msgspec.structs.replace(reward, state=RewardStanding(reward.state))


BY_KEYS = f"""
SELECT {", ".join(f"s.{it.strip()}" for it in STAMP_COLUMNS.split(","))}
FROM unnest($2::text[]) AS k (key)
JOIN stamps s ON s.merchant_id = $1 AND s.key = k.key
"""  # noqa: S608
_BY_ID = f"SELECT {STAMP_COLUMNS} FROM stamps WHERE merchant_id = $1 AND id = $2"  # noqa: S608
DUE = f"""
SELECT {REWARD_COLUMNS}, c.program_id, f.owner
FROM unnest($2::uuid[]) AS k (asked)
CROSS JOIN LATERAL (
    SELECT k.asked AS id, k.asked AS owner
  UNION ALL
    SELECT m.id, m.merged_into
    FROM customers m
    WHERE m.merchant_id = $1 AND m.merged_into = k.asked
) f
CROSS JOIN LATERAL (
    SELECT * FROM card_rewards r
    WHERE r.merchant_id = $1 AND r.customer_id = f.id AND r.state = 'due'
    OFFSET 0
) r
CROSS JOIN LATERAL (
    SELECT program_id FROM cards WHERE merchant_id = $1 AND id = r.card_id OFFSET 0
) c
ORDER BY r.earned_at, r.count, r.id
"""  # noqa: S608


# Whoever waited for cards asks only then: the statement that waited saw what held before.
STANDING = f"""
SELECT p.id, p.version, s.*
FROM unnest($3::uuid[]) AS k (program_id)
LEFT JOIN card_programs p ON p.merchant_id = $1 AND p.id = k.program_id
LEFT JOIN LATERAL ({BY_KEYS}) s ON true
"""  # noqa: S608


async def standing(
    session: AsyncSession, cards: Leading, keys: Sequence[str]
) -> tuple[dict[CardProgramId, int], dict[str, Stamp]]:
    """At which version the programs of held cards are, and what was stamped under these keys."""
    program_ids = list({it.program_id for it in cards.cards.values()} or {None})
    rows = await (await bulk(session)).fetch(
        STANDING, merchant_of(session), list(keys), program_ids
    )
    versions: dict[CardProgramId, int] = {}
    stamps: dict[str, Stamp] = {}
    for program_id, version, *values in rows:
        if program_id is not None:
            versions[program_id] = version
        if values[0] is not None:
            stamp = stamp_of(values)
            stamps[stamp.key] = stamp
    return versions, stamps


async def stamps_by_key(session: AsyncSession, keys: Sequence[str]) -> dict[str, Stamp]:
    """What was stamped under these keys."""
    rows = await (await bulk(session)).fetch(BY_KEYS, merchant_of(session), list(keys))
    return {row["key"]: stamp_of(row) for row in rows}


async def find_stamp(session: AsyncSession, stamp_id: StampId) -> Stamp | None:
    """One stamping."""
    row = await (await bulk(session)).fetchrow(_BY_ID, merchant_of(session), stamp_id)
    return None if row is None else stamp_of(row)


async def due_of(session: AsyncSession, customer_ids: Iterable[UUID]) -> DueRewards:
    """What is due to living customers."""
    return due_in(
        await (await bulk(session)).fetch(DUE, merchant_of(session), list(set(customer_ids)))
    )


def due_in(rows: Sequence[Row]) -> DueRewards:
    """What is due, from rows of DUE."""
    due: dict[tuple[UUID, UUID], list[CardReward]] = {}
    for row in rows:
        *values, program_id, owner = row
        due.setdefault((owner, program_id), []).append(reward_of(values))
    return due
