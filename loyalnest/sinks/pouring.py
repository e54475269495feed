"""Pouring: one batch of one sink after another, by however many workers."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, ledger
from loyalnest.customers import Customer
from loyalnest.kernel import relay
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.clock import now as system_clock
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.pace import Pace
from loyalnest.kernel.relay import LoggedEvent
from loyalnest.messaging import Accepted, Doubtful, Fault, Outcome, Provider, Refused
from loyalnest.sinks import queries, service
from loyalnest.sinks.ports import Outflow, SinkOffer
from loyalnest.sinks.values import POURED, Drop, Person, Sink, SinkAccount

log = structlog.get_logger(__name__)

_LEAST_PAUSE_S = 0.2
_TIMEOUT_S = 45.0
_OF_ITS_OWN = frozenset({Fault.MESSAGE, Fault.ADDRESS})
_AGREED = frozenset({consents.Answer.ALLOWED, consents.Answer.QUIET})

# A worker has a sink for a minute, which is longer than a batch may take. One that dies leaves it
# to others then, who pour the same batch again. Instants are the database's.
_CLAIM = """
UPDATE sinks s
SET busy_until = now() + interval '1 minute'
FROM (
    SELECT free.merchant_id, free.id
    FROM sinks free
    WHERE free.state = 'on'
      AND free.provider = ANY ($2)
      AND (free.paused_until IS NULL OR free.paused_until <= $1)
      AND (free.busy_until IS NULL OR free.busy_until <= now())
      AND EXISTS (
          SELECT FROM events e
          WHERE e.merchant_id = free.merchant_id
            AND e.position > free.position
      )
    ORDER BY free.busy_until NULLS FIRST, free.merchant_id, free.id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
) mine
WHERE s.merchant_id = mine.merchant_id AND s.id = mine.id
RETURNING s.merchant_id, s.provider, (SELECT position FROM event_head)
"""


async def run(
    database: Database,
    offers: Sequence[SinkOffer],
    stopping: asyncio.Event,
    *,
    clock: Clock = system_clock,
) -> None:
    """Pour until told to stop; a batch that has been begun is finished."""
    pace = Pace(_LEAST_PAUSE_S)
    while not stopping.is_set():
        found = await pour_one(database, offers, clock=clock)
        if not found:
            try:
                async with asyncio.timeout(pace.pause_s(found=False) * 4):
                    await stopping.wait()
            except TimeoutError:
                pass


async def pour_due(
    database: Database, offers: Sequence[SinkOffer], *, clock: Clock = system_clock
) -> int:
    """Pour everything that is due now. Returns how many batches that took."""
    batches = 0
    while await pour_one(database, offers, clock=clock):
        batches += 1
    return batches


async def pour_one(
    database: Database, offers: Sequence[SinkOffer], *, clock: Clock = system_clock
) -> bool:
    """Pour the next batch of a sink that has any; whether there was one."""
    async with database.platform() as session:
        row = await (await bulk(session)).fetchrow(
            _CLAIM, clock(), [it.provider.value for it in offers]
        )
    if row is None:
        return False
    # The head was read before the events are: whatever lies up to it can be seen by now.
    merchant_id, provider, head = row[0], Provider(row[1]), row[2]
    offer = next(it for it in offers if it.provider is provider)
    async with database.tenant(merchant_id) as session:
        sink = await queries.get_sink(session, provider)
        account = await queries.account_of(session, provider)
        events = await relay.events_after(
            session,
            merchant_id=merchant_id,
            position=sink.position,
            types=POURED,
            limit=offer.at_most,
        )
        people = await _people(session, merchant_id, events, clock())
    upto = head if len(events) < offer.at_most else events[-1].position
    drops = [
        _drop(event, people[event.customer_id], sink)
        for event in events
        if event.customer_id is not None and event.customer_id in people and event.position <= upto
        # The stamps of a card are counted in the same books, and are no points.
        if event.data.get("unit", ledger.POINTS) == ledger.POINTS
    ]
    done: list[Drop] = []
    outcome = await _pour(offer, account, drops, done) if drops else Accepted()
    if not isinstance(outcome, Accepted):
        upto = done[-1].position if done else sink.position
    async with database.tenant(merchant_id) as session:
        await service.note(session, sink, outcome, upto=upto, now=clock())
    return True


async def _people(
    session: AsyncSession, merchant_id: UUID, events: Sequence[LoggedEvent], now: datetime
) -> Mapping[UUID, Person]:
    """Whom the events are about, as they are now, of those who may be told of."""
    named = {it.customer_id for it in events if it.customer_id is not None}
    living = await customers.living_many(session, named)
    known = await customers.find_many(session, sorted(set(living.values())))
    with_mail = {id_: it for id_, it in known.items() if it.email and not it.erased_at}
    asked = [
        consents.Asked(id_, consents.Channel.EMAIL, consents.Purpose.OUTREACH, it.email)
        for id_, it in with_mail.items()
    ]
    verdicts = await consents.may_send(session, merchant_id, asked, now)
    agreed = {
        question.customer_id
        for question, verdict in zip(asked, verdicts, strict=True)
        if verdict.answer in _AGREED
    }
    return {
        named_id: _person(with_mail[living_id])
        for named_id, living_id in living.items()
        if living_id in agreed
    }


def _person(it: Customer) -> Person:
    assert it.email
    return Person(it.id, it.email, it.phone, it.name, it.locale)


def _drop(event: LoggedEvent, person: Person, sink: Sink) -> Drop:
    return Drop(
        event_id=event.id,
        position=event.position,
        type=event.type,
        data=event.data,
        occurred_at=event.occurred_at,
        person=person,
        is_history=event.recorded_at < sink.connected_at,
    )


async def _pour(
    offer: SinkOffer, account: SinkAccount, drops: Sequence[Drop], done: list[Drop]
) -> Outcome:
    """The calls, outside of any transaction; `done` grows by what has been poured."""
    outflow = offer.open(account)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await _pour_apart(outflow, drops, done)
    except TimeoutError:
        return Doubtful("timeout")
    finally:
        await outflow.close()


async def _pour_apart(outflow: Outflow, drops: Sequence[Drop], done: list[Drop]) -> Outcome:
    """Pour a batch; one that is refused for what is in it is taken apart, in halves, until the
    event that the tool won't have stands alone. That one is passed over, and the log says so."""
    outcome = await outflow.pour(drops)
    if not isinstance(outcome, Refused) or outcome.reason.fault not in _OF_ITS_OWN:
        if isinstance(outcome, Accepted):
            done += drops
        return outcome
    if len(drops) == 1:
        log.warning("sinks.event_refused", event_id=str(drops[0].event_id), code=outcome.code)
        done += drops
        return Accepted()
    middle = len(drops) // 2
    first = await _pour_apart(outflow, drops[:middle], done)
    if not isinstance(first, Accepted):
        return first
    return await _pour_apart(outflow, drops[middle:], done)
