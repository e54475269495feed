"""What lets customers into journeys, trigger by trigger."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bench.post import Post
from loyalnest import journeys, tiers
from loyalnest.customers import is_birthday
from loyalnest.journeys.finding import find
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import publish
from tests.conftest import NOW
from tests.journeys.cast import begun, bought_last, orders_of, percent_off, plan
from tests.messaging.cast import open_bakery

SAYS: dict[str, Any] = {"kind": "tell", "occasion": "offer", "channels": ["email"]}


async def test_news_lets_in_whom_it_is_about_once(database: Database) -> None:
    bakery = await open_bakery(database)
    (person,) = await bakery.enrols(1)
    async with Post().open() as post:
        await bakery.uses(post)
    merchant = bakery.merchant_id
    gift = await percent_off(database, merchant, 10, NOW)
    wanted: list[dict[str, Any]] = [
        {"kind": "tier", "tiers": ["gold"]},
        {"kind": "tier", "tiers": ["silver"]},
        {"kind": "milestone", "orders": [1, 5]},
        {"kind": "event", "event": "order.recorded"},
        {"kind": "almost_there", "reward_id": gift, "missing_at_most": 500},
        {"kind": "segment", "segments": ["lost"]},
    ]
    begun_ = [
        await begun(database, merchant, plan(trigger=it, steps=[SAYS], holdout=0), now=NOW)
        for it in wanted
    ]
    later = NOW + timedelta(hours=1)
    await bought_last(database, merchant, [person], later)
    about: dict[str, Any] = {"merchant_id": merchant, "customer_id": person, "occurred_at": later}
    (order,) = await orders_of(database, merchant, person)
    reached = tiers.TierReached(**about, from_tier=None, to_tier="gold", cause="spend")
    async with database.tenant(merchant) as session:
        await publish(session, [order, reached], now=later)
    await relay.settle(database, [journeys.ENTRIES, journeys.CODES], clock=lambda: later)
    async with database.tenant(merchant) as session:
        rows = await session.execute(text("SELECT journey_id, occurrence FROM enrolments"))
        entered = {row[0]: row[1] for row in rows}
    numbers = [n for n, it in enumerate(begun_) if it.id in entered]
    assert numbers == [0, 2, 3]
    assert entered[begun_[2].id] == "orders:1"


@pytest.mark.parametrize("kind", ["birthday", "expiry"])
async def test_the_calendar_is_asked_without_anybody_to_find(database: Database, kind: str) -> None:
    bakery = await open_bakery(database)
    await bakery.enrols(1)
    async with Post().open() as post:
        await bakery.uses(post)
    journey = await begun(
        database, bakery.merchant_id, plan(trigger={"kind": kind}, steps=[SAYS]), now=NOW
    )
    async with database.tenant(bakery.merchant_id) as session:
        assert await find(session, journey, now=NOW) == ([], None)


def test_who_was_born_on_a_leap_day_has_a_birthday_every_year() -> None:
    assert is_birthday(date(2000, 2, 29), date(2027, 2, 28))
    assert not is_birthday(date(2000, 2, 29), date(2028, 2, 28))
    assert is_birthday(date(2000, 2, 29), date(2028, 2, 29))
