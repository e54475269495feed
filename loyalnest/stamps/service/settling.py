"""Cards whose stamps changed without stamping: by a merge, a lapse, a correction, new terms."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import jobs
from loyalnest.kernel.database import Database, bulk, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.jobs import Job, Payload
from loyalnest.stamps import queries, storage
from loyalnest.stamps.service.converting import changed
from loyalnest.stamps.service.rounds import Filling, carry_on
from loyalnest.stamps.values import CardId, CardProgramId

_PAGE = 500
_OF_CUSTOMERS = """
SELECT c.id
FROM customers o
JOIN cards c ON c.merchant_id = $1 AND c.customer_id = o.id
WHERE o.merchant_id = $1 AND (o.id = ANY($2::uuid[]) OR o.merged_into = ANY($2::uuid[]))
  AND c.state = 'active'
"""
_OF_PROGRAM = """
SELECT c.id FROM cards c
WHERE c.merchant_id = $1 AND c.program_id = $2 AND c.state = 'active' AND c.id > $3
ORDER BY c.id LIMIT $4
"""
_FIRST = UUID(int=0)


async def settle_customers_soon(
    session: AsyncSession, customer_ids: Mapping[UUID, Collection[UUID]]
) -> None:
    """Have jobs look at all cards of some customers, by merchant."""
    payloads = [
        {"merchant_id": str(merchant_id), "customer_ids": sorted(map(str, ids))}
        for merchant_id, ids in customer_ids.items()
    ]
    await jobs.enqueue_many(session, SETTLE.name, payloads)


async def settle_program_soon(
    session: AsyncSession, program_id: CardProgramId, *, version: int
) -> None:
    """Have a job look at all cards of a program, once for a version of it."""
    payload = {"merchant_id": str(merchant_of(session)), "program_id": str(program_id)}
    await jobs.enqueue(session, SETTLE.name, payload, key=f"{SETTLE.name} {program_id} {version}")


async def settle(database: Database, payload: Payload, now: datetime) -> None:
    """Bring cards to where their balances say that they are, a page at a time."""
    merchant_id = UUID(payload["merchant_id"])
    if "customer_ids" in payload:
        async with database.tenant(merchant_id) as session:
            rows = await (await bulk(session)).fetch(
                _OF_CUSTOMERS, merchant_id, [UUID(it) for it in payload["customer_ids"]]
            )
            await _settle(session, [row[0] for row in rows], now=now)
        return
    program_id, after = UUID(payload["program_id"]), _FIRST
    while True:
        async with database.tenant(merchant_id) as session:
            rows = await (await bulk(session)).fetch(
                _OF_PROGRAM, merchant_id, program_id, after, _PAGE
            )
            await _settle(session, [row[0] for row in rows], now=now, if_reached=True)
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]


async def _settle(
    session: AsyncSession, card_ids: Sequence[CardId], *, now: datetime, if_reached: bool = False
) -> None:
    """Carry on with these cards; `if_reached`: those alone that have enough for a stage."""
    if not card_ids:
        return
    leading = await storage.leading(session, card_ids, lock=True)
    states = await queries.states(session, list(leading.cards), now=now)
    fillings: list[Filling] = []
    for card in leading.cards.values():
        state = states[card.id]
        if if_reached and state.collected < state.terms.stages[0].count:
            continue
        filling = Filling(card, state.program)
        filling.holds(state.collected - state.debt)
        fillings.append(filling)
    await carry_on(session, fillings, actor="system", now=now)
    await publish(session, [changed(it, now) for it in fillings], now=now)


SETTLE = Job("stamps.settle", settle)
