"""Birthdays, lapses and points that lapse: who enters on which day, and how often."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bench.post import Post
from loyalnest import consents, customers, journeys, ledger, segments
from loyalnest.customers import is_birthday
from loyalnest.customers.service import amend
from loyalnest.journeys import JourneyPlan, Wait
from loyalnest.journeys.rules.steps import next_stop
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import State
from tests.conftest import NOW
from tests.journeys.cast import begun, bought_last, plan
from tests.messaging.cast import Bakery, a_worker, by_day, open_bakery, settled, until

SAYS: dict[str, Any] = {"kind": "tell", "occasion": "offer", "channels": ["email"]}


async def a_bakery(database: Database) -> Bakery:
    """A merchant in London that has somebody to send by, and nobody else."""
    bakery = await open_bakery(database)
    async with Post().open() as post:
        await bakery.uses(post)
    return bakery


async def born(bakery: Bakery, *birthdays: date | None) -> list[UUID]:
    """Members who were born on these days; None: nobody knows when."""
    contacts = [
        customers.Contact(bakery.merchant_id, email=f"{new_id().hex}@example.com", birthday=it)
        for it in birthdays
    ]
    async with bakery.database.batch([bakery.merchant_id]) as session:
        found = await customers.identify_many(session, contacts, now=NOW)
        people = [it for it in found if it]
        await customers.enrol_many(session, [(bakery.merchant_id, it) for it in people], now=NOW)
        await bakery.agrees(session, people)
    return people


async def drawn(bakery: Bakery, trigger: dict[str, Any], **more: Any) -> journeys.Journey:
    over: JourneyPlan = plan(trigger=trigger, steps=[SAYS], holdout=0, **more)
    return await begun(bakery.database, bakery.merchant_id, over, now=NOW)


async def entered(bakery: Bakery, journey: journeys.Journey) -> dict[UUID, list[str]]:
    """Who entered, and for what, the first first."""
    async with bakery.database.tenant(bakery.merchant_id) as session:
        ways = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=1000
        )
    found: dict[UUID, list[str]] = {}
    for it in reversed(ways):
        found.setdefault(it.customer_id, []).append(it.occurrence)
    return found


async def look(database: Database, *instants: datetime) -> None:
    for at in instants:
        await journeys.enter_by_calendar(database, at)


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


async def test_a_birthday_comes_once_a_year_and_an_unknown_one_never(database: Database) -> None:
    bakery = await a_bakery(database)
    leap, usual, _ = await born(bakery, date(1992, 2, 29), date(1980, 3, 1), None)
    journey = await drawn(bakery, {"kind": "birthday"})
    for year in (2027, 2028):
        days = [noon(year, 2, 28), noon(year, 2, 28) + timedelta(days=1), noon(year, 3, 1)]
        await look(database, *days, *days)
    assert await entered(bakery, journey) == {
        leap: ["year:2027", "year:2028"],
        usual: ["year:2027", "year:2028"],
    }
    assert is_birthday(date(1992, 2, 29), date(2100, 2, 28))  # no leap year, though four divide it


async def test_a_birthday_is_the_day_on_the_wall_where_the_customer_is(database: Database) -> None:
    bakery = await a_bakery(database)
    far, near = await born(bakery, date(1990, 6, 2), date(1990, 6, 2))
    async with database.tenant(bakery.merchant_id) as session:
        there = consents.Preferences(time_zone="Pacific/Auckland")
        await consents.save_preferences(session, far, there, actor="test", now=NOW)
    journey = await drawn(bakery, {"kind": "birthday"})
    await look(database, noon(2027, 6, 1) + timedelta(hours=1))
    assert await entered(bakery, journey) == {far: ["year:2027"]}
    await look(database, noon(2027, 6, 2))
    assert set(await entered(bakery, journey)) == {far, near}


async def test_who_moves_their_birthday_or_whose_shop_moves_has_it_once(database: Database) -> None:
    bakery = await a_bakery(database)
    (person,) = await born(bakery, date(1990, 6, 2))
    journey = await drawn(bakery, {"kind": "birthday"})
    await look(database, noon(2027, 6, 2))
    moved = {"name": None, "locale": "en", "birthday": date(1990, 6, 3)}
    async with database.tenant(bakery.merchant_id) as session:
        await amend(
            session,
            customer_id=person,
            changes=moved,
            may_move_birthday=True,
            now=NOW,
        )
        await session.execute(
            text("UPDATE merchants SET time_zone = 'Pacific/Honolulu' WHERE merchant_id = :id"),
            {"id": bakery.merchant_id},
        )
    await look(database, noon(2027, 6, 3), noon(2027, 6, 4) - timedelta(hours=3))
    assert await entered(bakery, journey) == {person: ["year:2027"]}


async def test_a_lapse_is_told_by_days_or_by_each_ones_own_rhythm(database: Database) -> None:
    bakery = await a_bakery(database)
    weekly, monthly, once = await bakery.enrols(3)
    for person, gaps in ((weekly, (28, 21, 14)), (monthly, (104, 74, 44)), (once, (44,))):
        for days in gaps:
            await bought_last(database, bakery.merchant_id, [person], NOW - timedelta(days=days))
    async with database.tenant(bakery.merchant_id) as session:
        await segments.score_everybody(session, bakery.merchant_id, now=NOW)
    by_days = await drawn(bakery, {"kind": "inactivity", "days": 30})
    by_rhythm = await drawn(bakery, {"kind": "inactivity", "rhythm": "1.5"})
    await look(database, NOW, NOW)
    # Who buys every week is missed after ten days and a half, who buys every month not after 44.
    assert set(await entered(bakery, by_days)) == {monthly, once}
    assert set(await entered(bakery, by_rhythm)) == {weekly}
    # A new silence after a new order is another lapse; the old one is none any more.
    await bought_last(database, bakery.merchant_id, [weekly], NOW + timedelta(days=1))
    later = NOW + timedelta(days=12)
    async with database.tenant(bakery.merchant_id) as session:
        await segments.score_everybody(session, bakery.merchant_id, now=later)
    await look(database, later, later)
    assert len((await entered(bakery, by_rhythm))[weekly]) == 2


async def test_points_that_lapse_are_told_ahead_once_for_a_day(database: Database) -> None:
    bakery = await a_bakery(database)
    soon, late = await bakery.enrols(2)
    async with database.batch([bakery.merchant_id]) as session:
        await ledger.set_expiry(
            session,
            merchant_id=bakery.merchant_id,
            code=ledger.POINTS,
            expiry=ledger.Expiry(ledger.ExpiryKind.DAYS, 100),
            now=NOW,
        )
    await grant(bakery, [soon], 30, NOW - timedelta(days=90))
    await grant(bakery, [soon], 12, NOW - timedelta(days=90) + timedelta(hours=1))
    await grant(bakery, [late], 50, NOW - timedelta(days=40))
    # Held back until a return was over, and free since: these lapse as others do.
    free_at = NOW - timedelta(days=90)
    await grant(bakery, [soon], 8, NOW - timedelta(days=95), held_until=free_at)
    journey = await drawn(bakery, {"kind": "expiry", "days_before": 14})
    await look(database, NOW, NOW + timedelta(hours=5))
    async with database.tenant(bakery.merchant_id) as session:
        (way,) = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=9
        )
    assert (way.customer_id, way.facts["points"]) == (soon, 50)
    assert way.facts["expires_on"] == (NOW + timedelta(days=10)).date().isoformat()


async def grant(
    bakery: Bakery,
    people: Sequence[UUID],
    points: int,
    at: datetime,
    held_until: datetime | None = None,
) -> None:
    async with bakery.database.batch([bakery.merchant_id]) as session:
        units = await ledger.unit_ids_of(session, [bakery.merchant_id])
        brought = [
            ledger.Posting(
                merchant_id=bakery.merchant_id,
                customer_id=it,
                unit_id=units[bakery.merchant_id],
                kind=ledger.EntryKind.IMPORT,
                amount=points,
                source=ledger.Source("import", new_id().hex),
                step="import",
                occurred_at=at,
                held_until=held_until,
            )
            for it in people
        ]
        await ledger.post_many(session, brought, now=NOW)


@pytest.mark.parametrize("month", [3, 10])
def test_waiting_is_time_that_passes_whatever_the_clocks_on_the_wall_do(month: int) -> None:
    over = plan(steps=[SAYS, Wait(hours=24).model_dump(), SAYS])
    days = {3: datetime(2027, 3, 27, 12, tzinfo=UTC), 10: datetime(2027, 10, 30, 12, tzinfo=UTC)}
    stop = next_stop(over, 1, days[month])
    assert stop is not None
    assert stop.due_at - days[month] == timedelta(hours=24)


async def test_what_comes_due_at_night_goes_in_the_morning(database: Database) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(1)
    night = by_day().replace(hour=23, minute=30)
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(
            database, bakery.merchant_id, plan(trigger={"kind": "birthday"}, steps=[SAYS]), now=NOW
        )
        async with database.tenant(bakery.merchant_id) as session:
            entries = [journeys.Entry(journey, journeys.Candidate(it, "test")) for it in people]
            await journeys.enter_many(session, entries, now=night)
        await journeys.take_due_steps(database, night)
        async with a_worker(database, journeys=journeys.standings_of, now=lambda: night):
            await until(lambda: put_off(bakery))
        assert await bakery.states() == [State.WAITING]
        morning = night + timedelta(hours=10)
        async with a_worker(database, journeys=journeys.standings_of, now=lambda: morning):
            await until(lambda: settled(bakery))
    assert await bakery.states() == [State.SENT]


async def put_off(bakery: Bakery) -> bool:
    """Whether a message waits for a time of day: until eight, by the shop's own clock."""
    async with bakery.database.tenant(bakery.merchant_id) as session:
        due = await session.scalar(text("SELECT due_at FROM message_queue"))
    return due is not None and due.astimezone(UTC).time() >= time(6) and due.hour < 9
