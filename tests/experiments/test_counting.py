"""What is counted of what pages report, what is not, and what is left of it later."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers, experiments, ledger
from loyalnest.experiments import (
    Batch,
    ExperimentGoal,
    ExperimentState,
    ExperimentVerdict,
    GoalKind,
    Happening,
)
from loyalnest.experiments.storage import NUDGES_A_DAY
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.contracts.shopify.bodies import order, refund
from tests.experiments.cast import (
    NEEDED,
    NUDGE,
    begins,
    click,
    design,
    domain_of,
    ends,
    meeting,
    meets,
    report,
    result_of,
    tallies,
    used,
    view,
    visitor,
)
from tests.shop import ADA, Shop, Told, open_shop

BEA, CLEO = "bea@example.com", "cleo@example.com"
LATER = NOW + timedelta(days=2)


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


async def test_a_visitor_is_met_once_and_counts_once_the_time_is_over(shop: Shop) -> None:
    experiment = await begins(shop)
    (anna,) = meeting(experiment, "b", 1)
    await meets(shop, experiment, "b", [anna])
    again = NOW + timedelta(hours=1)
    await meets(shop, experiment, "b", [anna], clicking=1, now=again)
    assert await tallies(shop, experiment, now=again) == {"b": (1, 0, 0)}
    assert await tallies(shop, experiment, now=LATER) == {"b": (1, 1, 1)}
    assert await used(shop) == {(NUDGE, "view"): 2, (NUDGE, "click"): 1}


async def test_a_report_that_comes_again_counts_once(shop: Shop) -> None:
    experiment = await begins(shop)
    (anna,) = meeting(experiment, "a", 1)
    batch = Batch(await domain_of(shop), anna, [view(experiment, "a"), click()])
    assert await report(shop, batch, batch) == 1
    assert await report(shop, batch, now=NOW + timedelta(hours=5)) == 0
    assert await used(shop) == {(NUDGE, "view"): 1, (NUDGE, "click"): 1}
    # By the time it is forgotten that it came, it is too old to count.
    await experiments.forget(shop.database, NOW + timedelta(days=4))
    await report(shop, batch, now=NOW + timedelta(days=4))
    assert await used(shop) == {(NUDGE, "view"): 1, (NUDGE, "click"): 1}


async def test_what_is_forged_or_foreign_is_no_exposure(shop: Shop) -> None:
    other = await open_shop(shop.database)
    ours, theirs = await begins(shop), await begins(other)
    ended = await ends(other, await begins(other, design(subject="launcher", variants=_WORDS)))
    (anna,) = meeting(ours, "b", 1)
    place = await domain_of(shop)
    elsewhere = Happening(experiments.Action.VIEW, "panel", NOW, ours.key, "b")
    said = [
        view(ours, "a"),  # not hers
        view(ours, "c"),  # nobody's
        view(ours, None),
        view(theirs, "a"),
        view(theirs, "b"),
        view(ended, "a"),
        elsewhere,
        Happening(experiments.Action.VIEW, NUDGE, NOW, "exp_made_up", "b"),
    ]
    await report(shop, *(Batch(place, anna, [each]) for each in said))
    await report(shop, Batch("nobody.myshopify.com", anna, [view(ours, "b")]))
    for experiment, at in ((ours, shop), (theirs, other), (ended, other)):
        assert await tallies(at, experiment) == {}
    # The views themselves were seen.
    assert (await used(shop))[NUDGE, "view"] == 6
    assert await used(other) == {}


async def test_one_report_that_cannot_be_counted_takes_no_other_with_it(shop: Shop) -> None:
    experiment = await begins(shop)
    place, people = await domain_of(shop), meeting(experiment, "a", 6)
    nobody = (shop.merchant_id, UUID(int=7))
    said = [
        Batch(place, one, [view(experiment, "a")], member=nobody if number == 2 else None)
        for number, one in enumerate(people)
    ]
    reports = experiments.reports()
    answers = await asyncio.gather(
        *(reports.ask(shop.database, experiments.Report(each, NOW)) for each in said),
        return_exceptions=True,
    )
    assert [number for number, answer in enumerate(answers) if answer] == [2]
    assert await tallies(shop, experiment) == {"a": (5, 0, 0)}
    assert (await used(shop))[NUDGE, "view"] == 5


async def test_a_clock_that_is_a_day_off_is_forgiven_and_no_more(shop: Shop) -> None:
    place, anna = await domain_of(shop), visitor(1)
    hours = (-25, -23, 0, 23, 25)
    said = [click("panel", at=NOW + timedelta(hours=each)) for each in hours]
    await report(shop, Batch(place, anna, said))
    assert await used(shop) == {("panel", "click"): 3}


async def test_a_click_before_the_meeting_was_not_brought_by_it(shop: Shop) -> None:
    experiment = await begins(shop)
    early, late = meeting(experiment, "a", 2)
    place = await domain_of(shop)
    before = click(at=NOW - timedelta(seconds=9))
    await report(shop, Batch(place, early, [view(experiment, "a"), before]))
    await report(shop, Batch(place, late, [view(experiment, "a")]))
    too_late = NOW + timedelta(days=1)
    await report(shop, Batch(place, late, [click(at=too_late)]), now=too_late)
    assert await tallies(shop, experiment, now=LATER) == {"a": (2, 2, 0)}
    # After the end of an experiment the time to click goes on.
    await meets(shop, experiment, "a", meeting(experiment, "a", 3)[2:])
    ended = await ends(shop, experiment)
    assert ended.state is ExperimentState.ENDED
    third = meeting(experiment, "a", 3)[2]
    await report(shop, Batch(place, third, [click(at=NOW)]), now=NOW + timedelta(hours=1))
    assert await tallies(shop, experiment, now=LATER) == {"a": (3, 3, 1)}


async def test_only_as_many_as_planned_are_ever_counted(shop: Shop) -> None:
    experiment = await begins(shop)
    assert experiment.needed == {"a": NEEDED, "b": NEEDED}
    first, then = NOW, NOW + timedelta(hours=1)
    for variant, clicking in (("a", 0), ("b", NEEDED)):
        people = meeting(experiment, variant, NEEDED + 3)
        await meets(shop, experiment, variant, people[:NEEDED], clicking=clicking, now=first)
        await meets(shop, experiment, variant, people[NEEDED:], clicking=3, now=then)
    decided = await result_of(shop, experiment, now=LATER)
    assert [tuple(it.tally) for it in decided.variants] == [(6, 3, 0), (6, 3, 3)]
    assert decided.verdict is ExperimentVerdict.DIFFERENCE
    # Ninety days on nothing is known of any visitor, and what was found stays found.
    long_after = NOW + timedelta(days=91)
    await experiments.forget(shop.database, long_after)
    await experiments.forget(shop.database, long_after)
    assert await _exposures(shop) == 0
    assert await result_of(shop, experiment, now=long_after) == decided
    # Whoever comes now is one too many.
    late = meeting(experiment, "a", 1, after=10_000)
    await meets(shop, experiment, "a", late, clicking=1, now=long_after)
    later = await tallies(shop, experiment, now=long_after + timedelta(days=2))
    assert later == {"a": (7, 3, 0), "b": (6, 3, 3)}


async def test_ids_that_somebody_makes_up_fill_no_table(shop: Shop) -> None:
    place = await domain_of(shop)

    def made_up(first: int) -> list[Happening]:
        names = [f"nudge:ndg_{number:032x}" for number in range(first, first + 50)]
        return [Happening(experiments.Action.VIEW, name, NOW) for name in names]

    await report(shop, *(Batch(place, visitor(n), made_up(50 * n)) for n in range(3)))
    await report(shop, Batch(place, visitor(9), [*made_up(0), click("panel")]))
    found = await used(shop)
    assert len(found) == NUDGES_A_DAY + 1
    assert found[f"nudge:ndg_{0:032x}", "view"] == 2
    assert found["panel", "click"] == 1


async def test_a_member_counts_once_with_however_many_browsers(shop: Shop) -> None:
    """Else one member with one order would be as many who reached the goal as they like."""
    orders = await begins(shop, design(goal=ExperimentGoal(kind=GoalKind.ORDER, within_days=7)))
    place, ada = await domain_of(shop), from_wire("cus", await shop.customer_id(ADA))
    (first,) = meeting(orders, "a", 1)
    member = (shop.merchant_id, ada)
    await report(shop, Batch(place, first, [view(orders, "a")], member=member))
    others = [
        Batch(place, it, [view(orders, "b")], member=member) for it in meeting(orders, "b", 9)
    ]
    await report(shop, *others[:5])
    for other in others[5:]:
        await report(shop, other)
    await shop.tells(bought(1, ADA, days=3))
    done = NOW + timedelta(days=10)
    assert await tallies(shop, orders, now=done) == {"a": (1, 1, 1)}


async def test_members_goals_count_whoever_was_signed_in_when_they_met_it(shop: Shop) -> None:
    orders = await begins(shop, design(goal=ExperimentGoal(kind=GoalKind.ORDER, within_days=7)))
    place = await domain_of(shop)
    guest, first, second, third = meeting(orders, "a", 4)
    ada, bea, cleo = [from_wire("cus", await shop.customer_id(email)) for email in (ADA, BEA, CLEO)]
    said = [
        Batch(place, one, [view(orders, "a")], member=(shop.merchant_id, who))
        for one, who in ((first, ada), (second, bea), (third, cleo))
    ]
    await report(shop, Batch(place, guest, [view(orders, "a")]), *said)
    # Signing in later, or with another shop's session, makes nobody a member of the count.
    stranger = Batch(place, guest, [view(orders, "a")], member=(UUID(int=1), ada))
    await report(shop, stranger, now=NOW + timedelta(minutes=1))
    await shop.tells(bought(1, ADA, days=3), bought(2, BEA, days=3), bought(3, CLEO, days=8))
    done = NOW + timedelta(days=10)
    assert await tallies(shop, orders, now=done) == {"a": (3, 3, 2)}
    await shop.tells(("refunds/create", refund(502, 2, lines={1: 1}, amount="10.00")))
    assert await tallies(shop, orders, now=done) == {"a": (3, 3, 1)}
    # Cleo and Ada turn out to be one: what Ada bought, Cleo bought.
    async with shop.database.tenant(shop.merchant_id) as session:
        await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=cleo,
            merged_id=ada,
            actor="test",
            now=NOW,
        )
    assert await tallies(shop, orders, now=done) == {"a": (3, 3, 2)}
    async with shop.database.tenant(shop.merchant_id) as session:
        told = json.dumps(await experiments.export_customer(session, cleo))
        assert told.count(orders.key) == 2
        await customers.erase_customer(
            session, merchant_id=shop.merchant_id, customer_id=cleo, now=NOW
        )
    await relay.settle(shop.database, [experiments.VISITORS], clock=lambda: NOW)
    assert await tallies(shop, orders, now=done) == {"a": (1, 1, 0)}


def bought(number: int, email: str, *, days: int) -> Told:
    """Somebody's order, so many days from now."""
    person = {"id": number, "email": email}
    placed = (NOW + timedelta(days=days)).isoformat()
    return "orders/paid", order(number, email=email, customer=person, created_at=placed)


_WORDS = (
    experiments.Variant(key="a"),
    experiments.Variant(key="b", changes={"launcher": "Your points"}),
)


async def _exposures(shop: Shop) -> int | None:
    async with shop.database.tenant(shop.merchant_id) as session:
        return await session.scalar(text("SELECT count(*) FROM experiment_exposures"))
