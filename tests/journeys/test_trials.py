"""Steps that are said in several ways: who hears which, and when one is called better."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bench.post import Post
from loyalnest import journeys
from loyalnest.experiments import ExperimentVerdict, Outcome
from loyalnest.journeys import TrialGoal
from loyalnest.journeys.routes import router as journeys_router
from loyalnest.kernel.database import Database
from tests.doors import caller_for, door
from tests.journeys.cast import WINS_BACK, begun, plan
from tests.journeys.test_on_the_way import goes_out, let_in
from tests.messaging.cast import Bakery, by_day, open_bakery

OTHERWISE = {"en": {"subject": "Your usual?", "body": "We kept your usual for you, {{ name }}."}}
TRIAL: dict[str, Any] = {
    "variants": [
        {"key": "usual"},
        {"key": "warm", "words": OTHERWISE},
        {"key": "short", "words": {"en": {"subject": "Still here"}}},
    ],
    "goal": "clicked",
    "plan": {"baseline": 0.1, "effect": 0.6},
}


def tried(**changed: Any) -> Any:
    step = {"kind": "tell", "occasion": "win_back", "channels": ["email"], "trial": TRIAL}
    return plan(steps=[{**step, **changed}], counts_days=7)


def way_of(journey: journeys.Journey, who: UUID) -> str:
    """Which words are somebody's."""
    trial = tried().tells[0].trial
    return trial.of(f"{journeys.WIRE_PREFIX}_{journey.id.hex}:0", who).key


async def told(bakery: Bakery, post: Post) -> tuple[journeys.Journey, list[UUID]]:
    """Twenty people for each of the words were told, in the words that are theirs.

    Ids are divided by chance, and once in a thousand times so unevenly that no verdict is given:
    so there are more people than are told.
    """
    everybody = await bakery.enrols(150)
    await bakery.uses(post)
    journey = await begun(bakery.database, bakery.merchant_id, tried(), now=by_day())
    keys = [it["key"] for it in TRIAL["variants"]]
    theirs = [[it for it in everybody if way_of(journey, it) == key] for key in keys]
    people = [it for some in theirs for it in some[:20]]
    await let_in(bakery, journey, people)
    await journeys.take_due_steps(bakery.database, by_day())
    await goes_out(bakery)
    return journey, people


async def test_each_reads_their_own_variant_and_the_same_at_every_entry(database: Database) -> None:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        journey, people = await told(bakery, post)
        subjects = {it["to"]: it["subject"] for it in post.taken}
        met = Counter(subjects.values())
        assert met == dict.fromkeys(("We miss you", "Your usual?", "Still here"), 20)
        warm = [it for it in post.taken if it["subject"] == "Your usual?"]
        assert all("We kept your usual for you, Member." in it["text"] for it in warm)
        await let_in(bakery, journey, people, "another")
        async with database.batch([bakery.merchant_id]) as session:
            await session.execute(text("DELETE FROM outreach_marks"))
        await journeys.take_due_steps(database, by_day())
        await goes_out(bakery)
        assert len(post.taken) == 120
        assert all(subjects[it["to"]] == it["subject"] for it in post.taken)


async def test_nothing_is_called_better_before_the_plan_is_reached(database: Database) -> None:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        journey, people = await told(bakery, post)
    warm = [it for it in people if way_of(journey, it) == "warm"]
    async with database.tenant(bakery.merchant_id) as session:
        clicked = text(
            "UPDATE messages SET clicked_at = handed_over_at + interval '1 hour'"
            " WHERE customer_id = ANY (:people)"
        )
        await session.execute(clicked, {"people": warm})
        (early,) = await journeys.trials_of(session, journey.id, now=by_day() + timedelta(days=6))
        (late,) = await journeys.trials_of(session, journey.id, now=by_day() + timedelta(days=8))
    assert early.verdict is ExperimentVerdict.TOO_EARLY
    assert [it.judged.tally.counted for it in early.figures] == [0, 0, 0]
    assert all(it.judged.against_first is None for it in early.figures)
    assert sum(it.sent for it in late.figures) == 60
    usual, warmer, short = late.figures
    assert warmer.sent == len(warm)
    # As many are counted as the plan asks for, and no more.
    assert usual.judged.needed < 20
    assert all(it.judged.tally.counted == min(it.sent, it.judged.needed) for it in late.figures)
    assert warmer.shares[TrialGoal.CLICKED].people == warmer.judged.tally.counted
    assert late.verdict is ExperimentVerdict.DIFFERENCE
    assert warmer.judged.against_first is not None
    assert warmer.judged.against_first.outcome is Outcome.BETTER
    assert short.judged.against_first is not None
    assert short.judged.against_first.outcome is Outcome.NO_DIFFERENCE


def said(body: str) -> dict[str, Any]:
    return {"key": "b", "words": {"en": {"body": body}}}


@pytest.mark.parametrize(
    ("trial", "code"),
    [
        ({"variants": TRIAL["variants"][:1]}, "INVALID_REQUEST"),
        ({"variants": [{"key": "a"}, {"key": "b"}]}, "INVALID_REQUEST"),
        ({"goal": "redeemed"}, "INVALID_REQUEST"),
        ({"variants": [{"key": "a"}, said("Too short")]}, "TEXT_OUT_OF_BOUNDS"),
        ({"variants": [{"key": "a"}, said("a" * 1001)]}, "TEXT_OUT_OF_BOUNDS"),
        ({"variants": [{"key": "a"}, said("All yours, {{ password }}")]}, "VARIABLE_UNKNOWN"),
    ],
)
async def test_what_can_not_be_compared_or_said_is_refused(
    lasting_database: Database, trial: dict[str, Any], code: str
) -> None:
    bakery = await open_bakery(lasting_database)
    step = {"kind": "tell", "occasion": "win_back", "channels": ["email"]}
    drawn = WINS_BACK.model_dump(mode="json") | {"steps": [{**step, "trial": TRIAL | trial}]}
    caller = caller_for(bakery.merchant_id)
    async with door(bakery.database, journeys_router, caller=caller) as client:
        answer = await client.post("/v1/api/journeys", json={"plan": drawn})
        assert answer.json()["code"] == code, answer.text
        drawn["steps"][0]["trial"] = TRIAL
        made = (await client.post("/v1/api/journeys", json={"plan": drawn})).json()
        shown = await client.get(f"/v1/api/journeys/{made['id']}/trials")
    (report,) = shown.json()["items"]
    assert (report["step"], report["verdict"]) == (0, "too_early")
    assert [it["key"] for it in report["variants"]] == ["usual", "warm", "short"]
