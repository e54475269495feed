"""What keeps journeys from doing harm: bounds with codes of their own, and a watch over answers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bench.post import Answer, Post
from loyalnest import journeys
from loyalnest.journeys import State, errors
from loyalnest.journeys.watching import TOLD_AT_LEAST
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Invalid
from tests.conftest import NOW
from tests.journeys.cast import begun, plan
from tests.journeys.test_gifts import say_no
from tests.journeys.test_on_the_way import goes_out, let_in
from tests.messaging.cast import by_day, open_bakery


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"trigger": {"kind": "inactivity", "days": 6}}, errors.InactivityOutOfBounds, "days"),
        ({"trigger": {"kind": "inactivity", "days": 31}}, errors.InactivityOutOfBounds, "days"),
        ({"name": " ab "}, errors.NameOutOfBounds, "name"),
        ({"name": "a" * 256}, errors.NameOutOfBounds, "name"),
    ],
)
async def test_what_is_out_of_bounds_is_told_by_a_code_of_its_own(
    database: Database, changed: dict[str, Any], code: type[Invalid], field: str
) -> None:
    bakery = await open_bakery(database)
    async with database.tenant(bakery.merchant_id) as session:
        with pytest.raises(code) as refused:
            await journeys.create(session, plan(**changed), actor="test", now=NOW)
    assert [name.rpartition(".")[2] for name in refused.value.fields] == [field]


@pytest.mark.parametrize(
    "changed",
    [
        {"trigger": {"kind": "inactivity", "days": 7}, "name": "abc"},
        {"trigger": {"kind": "inactivity", "days": 30}, "name": "a" * 255},
        {"trigger": {"kind": "inactivity", "rhythm": "1.5"}},
    ],
)
async def test_what_is_within_bounds_is_taken_and_ones_own_rhythm_has_none(
    database: Database, changed: dict[str, Any]
) -> None:
    bakery = await open_bakery(database)
    async with database.tenant(bakery.merchant_id) as session:
        made = await journeys.create(session, plan(**changed), actor="test", now=NOW)
    assert made.state is State.DRAFT


async def test_a_journey_that_many_say_no_to_pauses_itself_until_somebody_lets_it_go_on(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(TOLD_AT_LEAST)
    async with Post().open() as post:
        await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, plan(), now=by_day())
        await let_in(bakery, journey, people)
        await journeys.take_due_steps(database, by_day())
        await goes_out(bakery)

    async def stands() -> tuple[State, str | None]:
        await journeys.pause_the_harmful(database, by_day())
        async with database.tenant(bakery.merchant_id) as session:
            found = await journeys.get(session, journey.id)
        return found.state, found.paused_for

    await say_no(database, bakery, people[:4])  # two in a hundred are borne
    assert await stands() == (State.ACTIVE, None)
    await say_no(database, bakery, people[4:5])
    assert await stands() == (State.PAUSED, "opted_out_too_often")
    await relay.settle(database, [journeys.SENDERS], clock=by_day)
    async with database.tenant(bakery.merchant_id) as session:
        said = "SELECT data->>'reason' FROM events WHERE type = 'journey.state_changed'"
        assert "opted_out_too_often" in set(await session.scalars(text(said)))
        await journeys.resume(session, journey.id, now=by_day() + timedelta(seconds=1))
    assert await stands() == (State.ACTIVE, None)


async def test_numbers_that_do_not_exist_are_told(database: Database) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(3)
    answers = [Answer(), Answer(400, b"address_invalid", takes=False)]
    async with Post(lambda _: answers.pop() if answers else Answer()).open() as post:
        await bakery.uses(post)
        journey = await begun(database, bakery.merchant_id, plan(), now=by_day())
        await let_in(bakery, journey, people)
        await journeys.take_due_steps(database, by_day())
        await goes_out(bakery)
    async with database.tenant(bakery.merchant_id) as session:
        report = await journeys.report_of(session, journey.id, now=by_day())
    assert (report.sent, report.failed, report.unknown) == (2, 1, 1)
