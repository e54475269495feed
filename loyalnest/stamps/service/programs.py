"""Card programs: drawing them up, changing them while cards are in circulation, putting them away.

A card in circulation keeps the terms its round began with, or gets better ones: see
`rules.held_version`. So nothing is rewritten when a program changes.
"""

import secrets
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.stamps import errors, queries, rules
from loyalnest.stamps.events import CardProgramSaved
from loyalnest.stamps.numbers import ALPHABET
from loyalnest.stamps.service.settling import settle_program_soon
from loyalnest.stamps.values import CardProgram, CardProgramId, CardTerms, ProgramState, Validity

_ADD = """
INSERT INTO card_programs (merchant_id, id, unit_id, state, version, created_at, updated_at,
                           updated_by)
VALUES ($1, $2, $3, $4, 1, $5, $5, $6)
"""
_LOCK = "SELECT 1 FROM card_programs WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE"
_CHANGE = """
UPDATE card_programs SET state = $3, version = $4, updated_at = $5, updated_by = $6
WHERE merchant_id = $1 AND id = $2
"""
_ADD_VERSION = """
INSERT INTO card_program_versions (merchant_id, program_id, version, terms, made_at, made_by)
VALUES ($1, $2, $3, $4::jsonb, $5, $6)
"""
_NAMES = {"en": ("stamp", "stamps")}


async def create(
    session: AsyncSession,
    terms: CardTerms,
    *,
    state: ProgramState = ProgramState.DRAFT,
    actor: str,
    now: datetime,
) -> CardProgram:
    """Draw a card program up. Its stamps are counted in a unit of their own."""
    merchant_id, program_id = merchant_of(session), CardProgramId(new_id())
    unit = await ledger.open_unit(
        session,
        merchant_id=merchant_id,
        code="card-" + "".join(secrets.choice(ALPHABET) for _ in range(8)).lower(),
        kind="stamps",
        names=_NAMES,
        expiry=_expiry(terms.validity),
        now=now,
    )
    connection = await bulk(session)
    await connection.execute(_ADD, merchant_id, program_id, unit.id, state, now, actor)
    await _add_version(session, program_id, 1, terms, actor, now)
    return await _saved(session, program_id, now)


async def save(
    session: AsyncSession,
    program_id: CardProgramId,
    terms: CardTerms,
    *,
    state: ProgramState,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> CardProgram:
    """Change a program from now on. A round that has begun keeps its terms, or gets better ones.

    Every change is a new version, one of the state alone too: who saves from what they read before
    it revives nothing that was paused since. Stamps that were given keep the date they had. Raises
    CardProgramNotFound, CardProgramArchived, CardProgramChanged.
    """
    connection, merchant_id = await bulk(session), merchant_of(session)
    await connection.execute(_LOCK, merchant_id, program_id)
    current = await queries.get_program(session, program_id)
    if (current.terms, current.state) == (terms, state):
        return current
    if current.state is ProgramState.ARCHIVED and current.terms != terms:
        raise errors.CardProgramArchived
    if read_version is not None and read_version != current.version:
        raise errors.CardProgramChanged
    version = current.version + 1
    await _add_version(session, program_id, version, terms, actor, now)
    await connection.execute(_CHANGE, merchant_id, program_id, state, version, now, actor)
    if terms.validity != current.terms.validity:
        await ledger.set_expiry(
            session,
            merchant_id=merchant_id,
            code=current.unit,
            expiry=_expiry(terms.validity),
            now=now,
        )
    if rules.asks_less(terms, current.terms):
        # Who has enough for a stage by the new terms has what it brings from now on.
        await settle_program_soon(session, program_id, version=version)
    return await _saved(session, program_id, now)


def _expiry(validity: Validity | None) -> ledger.Expiry:
    if validity is None:
        return ledger.NEVER
    by_stamp = validity.counted == "each_stamp"
    kind = ledger.ExpiryKind.DAYS if by_stamp else ledger.ExpiryKind.INACTIVITY
    return ledger.Expiry(kind, days=validity.days)


async def _add_version(
    session: AsyncSession,
    program_id: CardProgramId,
    version: int,
    terms: CardTerms,
    actor: str,
    now: datetime,
) -> None:
    await (await bulk(session)).execute(
        _ADD_VERSION,
        merchant_of(session),
        program_id,
        version,
        terms.model_dump_json(),
        now,
        actor,
    )


async def _saved(session: AsyncSession, program_id: CardProgramId, now: datetime) -> CardProgram:
    program = await queries.get_program(session, program_id)
    saved = CardProgramSaved(
        merchant_id=program.merchant_id,
        occurred_at=now,
        program_id=program.id,
        version=program.version,
        state=program.state.value,
    )
    await publish(session, [saved], now=now)
    return program
