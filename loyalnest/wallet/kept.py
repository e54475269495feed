"""Passes that a platform keeps by itself, which is told what is on them: Google's."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.meeting import once_through
from loyalnest.wallet import queries, rules
from loyalnest.wallet.content import Made, contents_of, programs_of
from loyalnest.wallet.ports import PassKeeper
from loyalnest.wallet.values import PassId, ProgramContent, PushOutcome, Told

_AT_ONCE = 8
_MISSING = PushOutcome(Told.GONE, "CARD_GONE")
_KNOWN = PushOutcome(Told.TAKEN)

_PROGRAMS = "SELECT program_id, made_of FROM pass_programs WHERE merchant_id = $1"
_NOTE_PROGRAM = """
INSERT INTO pass_programs (merchant_id, program_id, made_of, put_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (merchant_id, program_id) DO UPDATE
SET made_of = excluded.made_of, put_at = excluded.put_at
"""
_NOTE_PASSES = """
UPDATE passes p
SET made_of = k.made_of,
    notified_at = CASE
        WHEN k.notified
        THEN (p.notified_at || $2::timestamptz)[greatest(1, cardinality(p.notified_at) - 1):]
        ELSE p.notified_at
    END
FROM unnest($3::uuid[], $4::text[], $5::boolean[]) AS k (id, made_of, notified)
WHERE p.merchant_id = $1 AND p.id = k.id
"""


@dataclass(frozen=True, slots=True)
class _Put:
    made: Made
    digest: str
    outcome: PushOutcome
    notified: bool


class Kept:
    """What a platform is told of the passes of this installation."""

    def __init__(self, database: Database, keeper: PassKeeper, *, address: str):
        self._database = database
        self._keeper = keeper
        self._address = address

    def save_link(self, serial: str) -> str:
        """Where somebody saves a pass that was put."""
        return self._keeper.save_link(serial)

    async def close(self) -> None:
        """Give connections back."""
        await self._keeper.close()

    async def put_many(
        self, merchant_id: UUID, pass_ids: Sequence[PassId], *, now: datetime
    ) -> dict[PassId, PushOutcome]:
        """Tell what is on a merchant's passes now; nothing of those that are known to be so.

        What all passes of a program have in common goes first. No call is made in a transaction.
        """
        async with self._database.tenant(merchant_id) as session:
            passes = await queries.passes_of(session, pass_ids)
            made = await contents_of(session, list(passes.values()), address=self._address, now=now)
            wanted = sorted({it.program_id for it in made.values()})
            programs = await programs_of(session, wanted, address=self._address)
            known = await _known_programs(session, merchant_id)
        refused = await self._put_programs(merchant_id, programs, known, now)
        slots = asyncio.Semaphore(_AT_ONCE)
        puts = await asyncio.gather(
            *(self._put(it, refused.get(it.program_id), slots, now) for it in made.values())
        )

        # What Google was told and isn't noted would be told again, with a notice too many.
        async def note() -> None:
            async with self._database.tenant(merchant_id) as session:
                await _note(session, merchant_id, puts, now)

        await once_through(note)
        found = {it.made.it.id: it.outcome for it in puts}
        return {pass_id: found.get(pass_id, _MISSING) for pass_id in pass_ids}

    async def _put_programs(
        self,
        merchant_id: UUID,
        programs: Mapping[UUID, ProgramContent],
        known: Mapping[UUID, str],
        now: datetime,
    ) -> dict[UUID, PushOutcome]:
        """Tell of programs that changed. Returns what became of those that were not taken."""
        refused: dict[UUID, PushOutcome] = {}
        for program_id, content in programs.items():
            digest = rules.digest_of(content, self._keeper.edition)
            if known.get(program_id) == digest:
                continue
            outcome = await self._keeper.put_program(content)
            if outcome.told is Told.TAKEN:
                await self._note_program(merchant_id, program_id, digest, now)
            else:
                refused[program_id] = outcome
        return refused

    async def _note_program(
        self, merchant_id: UUID, program_id: UUID, digest: str, now: datetime
    ) -> None:
        async def note() -> None:
            async with self._database.tenant(merchant_id) as session:
                await (await bulk(session)).execute(
                    _NOTE_PROGRAM, merchant_id, program_id, digest, now
                )

        await once_through(note)

    async def _put(
        self, made: Made, refused: PushOutcome | None, slots: asyncio.Semaphore, now: datetime
    ) -> _Put:
        it = made.it
        digest = rules.kept_as(made.content, self._keeper.edition)
        if refused is not None:
            return _Put(made, digest, refused, notified=False)
        if digest == it.made_of:
            return _Put(made, digest, _KNOWN, notified=False)
        notify = rules.is_worth_a_word(it.made_of, digest) and rules.may_notify(it.notified_at, now)
        async with slots:
            outcome = await self._keeper.put_pass(
                made.content, program_id=made.program_id.hex, notify=notify
            )
        return _Put(made, digest, outcome, notify and outcome.told is Told.TAKEN)


async def _known_programs(session: AsyncSession, merchant_id: UUID) -> dict[UUID, str]:
    rows = await (await bulk(session)).fetch(_PROGRAMS, merchant_id)
    return {row[0]: row[1] for row in rows}


async def _note(
    session: AsyncSession, merchant_id: UUID, puts: Sequence[_Put], now: datetime
) -> None:
    taken = [it for it in puts if it.outcome.told is Told.TAKEN]
    await (await bulk(session)).execute(
        _NOTE_PASSES,
        merchant_id,
        now,
        [it.made.it.id for it in taken],
        [it.digest for it in taken],
        [it.notified for it in taken],
    )
