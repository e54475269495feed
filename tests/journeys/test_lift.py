"""What is said of a journey's effect: what is there is found, and what is not is not claimed."""

import random
from datetime import timedelta

from bench.post import Post
from loyalnest import journeys
from loyalnest.journeys.rules.lift import AT_LEAST, Group, Says, lift
from loyalnest.kernel.database import Database
from tests.conftest import NOW
from tests.journeys.cast import begun, bought_last, plan
from tests.messaging.cast import open_bakery


def group(chance: random.Random, people: int, share: float) -> Group:
    """So many people of whom about this share buys, for sums as crooked as those of shops."""
    spent = [
        chance.lognormvariate(3.5, 1.0) if chance.random() < share else 0.0 for _ in range(people)
    ]
    buyers = sum(1 for it in spent if it)
    return Group(people, buyers, sum(spent), sum(it * it for it in spent))


def test_an_effect_that_is_there_is_found() -> None:
    chance = random.Random(7)
    found = lift(group(chance, 9000, 0.14), group(chance, 1000, 0.08))
    assert found.conversion.says is Says.MORE
    assert found.conversion.interval is not None
    assert found.conversion.interval.low < 0.06 < found.conversion.interval.high
    harm = lift(group(chance, 9000, 0.05), group(chance, 1000, 0.10))
    assert (harm.conversion.says, harm.revenue.says) == (Says.LESS, Says.LESS)


def test_where_there_is_none_hardly_ever_anything_is_claimed() -> None:
    chance = random.Random(11)
    claims = 0
    for _ in range(300):
        found = lift(group(chance, 900, 0.1), group(chance, 400, 0.1))
        claims += bool({found.conversion.says, found.revenue.says} & {Says.MORE, Says.LESS})
    # One in twenty may be wrong; 25 or more of 300 would be chance once in a hundred times.
    assert claims < 25


def test_of_few_people_nothing_is_said() -> None:
    found = lift(Group(9000, 9000, 9e5, 9e7), Group(AT_LEAST - 1, 0, 0.0, 0.0))
    assert (found.conversion.says, found.conversion.interval) == (Says.TOO_FEW, None)
    found = lift(Group(900, 90, 9e3, 9e5), Group(100, 10, 1e3, 1e5))
    assert (found.conversion.says, found.revenue.says) == (Says.UNCLEAR, Says.TOO_FEW)


async def test_a_report_counts_each_person_by_how_they_were_assigned(database: Database) -> None:
    bakery = await open_bakery(database)
    people = await bakery.enrols(400)
    async with Post().open() as post:
        await bakery.uses(post)
    drawn = plan(holdout=50, counts_days=14)
    journey = await begun(database, bakery.merchant_id, drawn, now=NOW)
    async with database.tenant(bakery.merchant_id) as session:
        for turn in ("once", "again"):
            entries = [journeys.Entry(journey, journeys.Candidate(it, turn)) for it in people]
            await journeys.enter_many(session, entries, now=NOW)
        ways = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=1000
        )
    told = sorted({it.customer_id for it in ways if not it.held_out})
    held = sorted({it.customer_id for it in ways if it.held_out})
    # Every second of those who were told buys, every fifth of the others; one far too late.
    day = NOW + timedelta(days=3)
    await bought_last(database, bakery.merchant_id, [*told[::2], *held[::5]], day)
    await bought_last(database, bakery.merchant_id, held[1:2], NOW + timedelta(days=15))
    async with database.tenant(bakery.merchant_id) as session:
        early = await journeys.report_of(session, journey.id, now=NOW + timedelta(days=13))
        late = await journeys.report_of(session, journey.id, now=NOW + timedelta(days=14))
    assert (early.counted.people, early.lift.conversion.says) == (0, Says.TOO_FEW)
    assert (late.entered, late.held_out) == (2 * len(told), 2 * len(held))
    assert (late.counted.people, late.counted.buyers) == (len(told), len(told[::2]))
    assert (late.counted_held_out.buyers, late.counted.spent) == (
        len(held[::5]),
        20.0 * len(told[::2]),
    )
    assert (late.lift.conversion.says, late.lift.revenue.says) == (Says.MORE, Says.MORE)
