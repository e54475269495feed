"""Once for an occurrence, whoever somebody turns out to be."""

from datetime import timedelta
from uuid import UUID

from bench.post import Post
from loyalnest import campaigns, journeys, ledger
from loyalnest.journeys import Candidate, Entry, Journey, Milestone
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import publish
from tests.conftest import NOW
from tests.journeys.cast import begun, bought_last, orders_of, plan
from tests.messaging.cast import Bakery, open_bakery


async def _enters(bakery: Bakery, journey: Journey, who: UUID, occurrence: str) -> int:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        entry = Entry(journey, Candidate(who, occurrence))
        return await journeys.enter_many(session, [entry], now=NOW)


async def test_whoever_entered_as_another_doesnt_enter_again_and_stays_in_their_group(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(20)
    async with Post().open() as post:
        await bakery.uses(post)
    journey = await begun(database, bakery.merchant_id, plan(holdout=50), now=NOW)
    out = {it: campaigns.is_held_out(journey.id, it, 50) for it in people}
    merged = next(it for it in people if out[it])
    kept = next(it for it in people if not out[it])
    assert await _enters(bakery, journey, merged, "year:2026") == 1
    async with database.tenant(bakery.merchant_id) as session:
        await ledger.merge(
            session,
            merchant_id=bakery.merchant_id,
            kept_id=kept,
            merged_id=merged,
            actor="test",
            now=NOW,
        )
    assert await _enters(bakery, journey, kept, "year:2026") == 0
    assert await _enters(bakery, journey, kept, "year:2027") == 1
    async with database.tenant(bakery.merchant_id) as session:
        (entered,) = await journeys.list_enrolments(
            session, journey.id, customer_id=kept, before=None, limit=10
        )
    assert entered.held_out
    assert entered.due_at is None


async def test_a_milestone_is_not_missed_where_the_news_come_behind_the_orders(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    (person,) = await bakery.enrols(1)
    async with Post().open() as post:
        await bakery.uses(post)
    drawn = plan(trigger=Milestone(orders=(2,)), holdout=0)
    journey = await begun(database, bakery.merchant_id, drawn, now=NOW)
    for hours in range(1, 5):
        await bought_last(database, bakery.merchant_id, [person], NOW + timedelta(hours=hours))
    for news in await orders_of(database, bakery.merchant_id, person):
        async with database.tenant(bakery.merchant_id) as session:
            await publish(session, [news], now=NOW + timedelta(hours=5))
        await relay.settle(database, [journeys.ENTRIES])
    async with database.tenant(bakery.merchant_id) as session:
        found = await journeys.list_enrolments(
            session, journey.id, customer_id=person, before=None, limit=10
        )
    assert [it.occurrence for it in found] == ["orders:2"]


async def test_nobody_enters_a_journey_that_was_paused_or_ended_meanwhile(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    (person,) = await bakery.enrols(1)
    async with Post().open() as post:
        await bakery.uses(post)
    journey = await begun(database, bakery.merchant_id, plan(), now=NOW)
    async with database.tenant(bakery.merchant_id) as session:
        await journeys.pause(session, journey.id, now=NOW)
    assert await _enters(bakery, journey, person, "a silence") == 0
    async with database.tenant(bakery.merchant_id) as session:
        await journeys.end(session, journey.id, now=NOW)
    assert await _enters(bakery, journey, person, "a silence") == 0
