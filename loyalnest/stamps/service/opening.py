"""Cards that customers come to have: one of each program, however often they ask."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.errors import Contended
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import errors, queries, storage
from loyalnest.stamps.events import CardOpened
from loyalnest.stamps.numbers import new_number
from loyalnest.stamps.service.stamping import stamp_many
from loyalnest.stamps.values import (
    CARD,
    CardId,
    CardProgram,
    CardState,
    Opening,
    ProgramState,
    Stamping,
    StampKind,
)

_OPEN = """
INSERT INTO cards (merchant_id, id, program_id, customer_id, number, state, round, version, moves,
                   code_step, opened_at, changed_at)
SELECT $1, k.id, k.program_id, k.customer_id, k.number, 'active', 1, k.version, 1, 0, $2, $2
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::int[])
  AS k (id, program_id, customer_id, number, version)
ORDER BY k.customer_id, k.program_id
ON CONFLICT DO NOTHING
RETURNING id
"""


async def open_cards(
    session: AsyncSession, asked: Sequence[Opening], *, now: datetime
) -> list[CardState]:
    """Give customers of the session's merchant their cards, with what a card begins with.

    Whoever has a card of the program has that one. Raises CardProgramNotFound, CardProgramPaused,
    CardVoid, CustomerNotFound, CustomerGone, and Contended where a twin got in between.
    """
    if not asked:
        return []
    living = await _living(session, asked)
    programs = await storage.programs_of(session, {it.program_id for it in asked})
    for it in asked:
        program = programs.get(it.program_id)
        if program is None:
            raise errors.CardProgramNotFound
        if program.state is not ProgramState.ACTIVE:
            raise errors.CardProgramPaused
    held = await queries.states_of_customers(session, list(set(living.values())), now=now)
    cards = {
        (it.card.customer_id, it.program.id): it.card.id for owned in held.values() for it in owned
    }
    if any(it.card.state == "void" for owned in held.values() for it in owned):
        raise errors.CardVoid
    new: dict[tuple[object, object], tuple[CardId, Opening, CardProgram]] = {}
    for it in asked:
        key = (living[it.customer_id], it.program_id)
        if key not in cards:
            new.setdefault(key, (CardId(new_id()), it, programs[it.program_id]))
    await _write(session, living, list(new.values()), now=now)
    ids = cards | {key: card_id for key, (card_id, _, _) in new.items()}
    wanted = [ids[living[it.customer_id], it.program_id] for it in asked]
    states = await queries.states(session, set(wanted), now=now)
    return [states[it] for it in wanted]


async def _living(
    session: AsyncSession, asked: Sequence[Opening]
) -> dict[customers.CustomerId, customers.CustomerId]:
    ids = list({it.customer_id for it in asked})
    living = await customers.living_many(session, ids)
    if len(living) < len(ids):
        raise customers.CustomerNotFound
    people = await customers.find_many(session, list(living.values()))
    if any(person.erased_at for person in people.values()):
        raise customers.CustomerGone
    return living


async def _write(
    session: AsyncSession,
    living: dict[customers.CustomerId, customers.CustomerId],
    new: Sequence[tuple[CardId, Opening, CardProgram]],
    *,
    now: datetime,
) -> None:
    if not new:
        return
    merchant_id = merchant_of(session)
    rows = [
        (card_id, program.id, living[it.customer_id], it.number or new_number(), program.version)
        for card_id, it, program in new
    ]
    written = await (await bulk(session)).fetch(
        _OPEN, merchant_id, now, *map(list, zip(*rows, strict=True))
    )
    if len(written) < len(rows):
        raise Contended
    news = [
        CardOpened(
            merchant_id=merchant_id,
            customer_id=living[it.customer_id],
            occurred_at=now,
            card_id=card_id,
            program_id=program.id,
            moves=1,
            store_id=it.store_id,
        )
        for card_id, it, program in new
    ]
    await publish(session, news, now=now)
    welcome = [
        Stamping(
            card_id=card_id,
            count=program.terms.welcome_stamps,
            kind=StampKind.WELCOME,
            occurred_at=now,
            key=f"welcome:{to_wire(CARD, card_id)}",
            actor=it.actor,
            store_id=it.store_id,
        )
        for card_id, it, program in new
        if program.terms.welcome_stamps
    ]
    await stamp_many(session, welcome, now=now)
