"""What a journey would come to, how several get on at once, and why messages were not sent."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bench.post import Post
from loyalnest import journeys, segments
from loyalnest.journeys import PointsGift, Tell, Wait
from loyalnest.journeys.routes import router as journeys_router
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.messaging import Channel
from loyalnest.templates import Occasion
from tests.doors import caller_for, door
from tests.journeys.cast import WINS_BACK, begun, bought_last, plan
from tests.messaging.cast import Bakery, a_worker, by_day, open_bakery, settled, until

PRICES = "/v1/api/journeys/prices"


@pytest.fixture
async def bakery(database: Database) -> Bakery:
    return await open_bakery(database)


@pytest.fixture
async def client(bakery: Bakery) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(bakery.merchant_id)
    async with door(bakery.database, journeys_router, caller=caller, now=clock.now()) as client:
        yield client


def id_of(journey: journeys.Journey) -> str:
    return to_wire(journeys.WIRE_PREFIX, journey.id)


def decimals(told: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(figure) for name, figure in told.items()}


async def report(client: httpx.AsyncClient, journey: journeys.Journey) -> Any:
    return (await client.get(f"/v1/api/journeys/{id_of(journey)}/report")).json()


async def test_messages_are_told_by_their_channels_and_cost_what_was_entered(
    bakery: Bakery, client: httpx.AsyncClient
) -> None:
    """Each step by the first channel that reaches somebody, not all by that of the first."""
    now = clock.now()
    people = await bakery.enrols(3)
    await bought_last(bakery.database, bakery.merchant_id, people, now - timedelta(days=40))
    drawn = plan(
        steps=(
            Tell(occasion=Occasion.WIN_BACK, channels=(Channel.SMS, Channel.EMAIL)),
            Wait(hours=24),
            Tell(occasion=Occasion.OFFER, channels=(Channel.SMS,), gift=PointsGift(points=50)),
            Wait(hours=24),
            Tell(occasion=Occasion.OFFER, channels=(Channel.EMAIL,), gift=PointsGift(points=7)),
        )
    )
    async with bakery.database.tenant(bakery.merchant_id) as session:
        await segments.score_everybody(session, bakery.merchant_id, now=now)
        journey = await journeys.create(session, drawn, actor="test", now=now)
    path = f"/v1/api/journeys/{id_of(journey)}/estimate"
    free = (await client.get(path)).json()
    assert (free["by_channel"], free["messages"]) == ({"sms": 6, "email": 3}, 9)
    assert (free["reachable"], free["points"]) == ({"sms": 3}, 3 * 50 + 3 * 7)
    assert (free["cost"], free["currency"]) == ({}, "GBP")
    entered = await client.put(PRICES, json={"prices": {"sms": "0.05"}})
    assert entered.status_code == 200, entered.text
    assert decimals((await client.get(path)).json()["cost"]) == {"sms": Decimal("0.3")}


async def test_prices_are_replaced_as_a_whole(client: httpx.AsyncClient) -> None:
    await client.put(PRICES, json={"prices": {"email": "0.002", "sms": "0.05"}})
    await client.put(PRICES, json={"prices": {"sms": "0.04"}})
    assert decimals((await client.get(PRICES)).json()["prices"]) == {"sms": Decimal("0.04")}
    assert (await client.put(PRICES, json={"prices": {"sms": "-1"}})).status_code == 422
    assert (await client.put(PRICES, json={"prices": {"pigeon": "1"}})).status_code == 422


async def test_several_journeys_tell_how_they_get_on_at_once(
    bakery: Bakery, client: httpx.AsyncClient
) -> None:
    """Each by its own days of counting, and as its report has it."""
    now = clock.now()
    people = await bakery.enrols(300)
    async with Post().open() as post:
        await bakery.uses(post)
    half = [
        await begun(bakery.database, bakery.merchant_id, drawn, now=now - timedelta(days=20))
        for drawn in (plan(holdout=50), plan(name="Longer", holdout=50, counts_days=30))
    ]
    async with bakery.database.tenant(bakery.merchant_id) as session:
        for journey in half:
            entries = [journeys.Entry(journey, journeys.Candidate(it, "once")) for it in people]
            await journeys.enter_many(session, entries, now=now - timedelta(days=20))
    asked = "&".join(f"journey_id={id_of(it)}" for it in half)
    told = (await client.get(f"/v1/api/journeys/glances?{asked}")).json()["items"]
    assert [it["journey_id"] for it in told] == [id_of(it) for it in half]
    for journey, glance in zip(half, told, strict=True):
        whole = await report(client, journey)
        assert glance["under_way"] == whole["under_way"] > 0
        assert glance["conversion"] == whole["conversion"]
    assert [it["conversion"]["says"] for it in told] == ["unclear", "too_few"]
    unknown = to_wire(journeys.WIRE_PREFIX, new_id())
    nobodys = await client.get(f"/v1/api/journeys/glances?journey_id={unknown}")
    assert nobodys.json()["items"] == []


async def test_a_report_tells_why_messages_were_dropped(
    bakery: Bakery, client: httpx.AsyncClient
) -> None:
    now = by_day()
    silent = await bakery.enrols(2, wanting_outreach=False)
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(bakery.database, bakery.merchant_id, WINS_BACK, now=now)
        async with bakery.database.tenant(bakery.merchant_id) as session:
            entries = [journeys.Entry(journey, journeys.Candidate(it, "once")) for it in silent]
            await journeys.enter_many(session, entries, now=now)
        await journeys.take_due_steps(bakery.database, now)
        async with a_worker(bakery.database, journeys=journeys.standings_of):
            await until(lambda: settled(bakery))
    assert (await report(client, journey))["not_sent"] == [
        {"state": "dropped", "reason": "no_consent", "messages": 2}
    ]
