"""What came of saying something in several ways, variant by variant."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import experiments, orders
from loyalnest.experiments import Tally
from loyalnest.journeys import queries
from loyalnest.journeys.trials import TrialGoal, WordsTrial
from loyalnest.journeys.values import SOURCE, Journey, JourneyId, State, Tell, trial_salt
from loyalnest.kernel import intervals
from loyalnest.kernel.database import bulk
from loyalnest.kernel.intervals import Interval

_VERSIONS = """
SELECT version FROM journey_versions WHERE merchant_id = $1 AND journey_id = $2
"""
# Each person's first message of the step, the first person first.
_TOLD = f"""
WITH told AS (
    SELECT DISTINCT ON (m.customer_id) m.customer_id, m.handed_over_at, m.clicked_at, m.redeemed_at
    FROM enrolments e
    JOIN messages m
      ON m.merchant_id = e.merchant_id AND m.source_id = e.id AND m.source_kind = $5
     AND m.step = $4
    WHERE e.merchant_id = $1
      AND e.journey_id = $2
      AND e.version = ANY ($3::int[])
      AND m.handed_over_at IS NOT NULL
    ORDER BY m.customer_id, m.handed_over_at
)
SELECT t.customer_id, t.handed_over_at, coalesce(t.clicked_at < d.ends_at, false) AS clicked,
       coalesce(t.redeemed_at < d.ends_at, false) AS redeemed, b.orders > 0 AS bought,
       coalesce(b.spent, 0)::float8 AS spent, d.ends_at <= $7 AS is_over
FROM told t
CROSS JOIN LATERAL (SELECT t.handed_over_at + make_interval(days => $6) AS ends_at) d
CROSS JOIN LATERAL (
    SELECT count(*) AS orders, sum({orders.OWN_MONEY}) AS spent
    FROM customers p
    JOIN merchants m ON m.merchant_id = p.merchant_id
    JOIN orders o
      ON o.merchant_id = p.merchant_id AND o.customer_id = p.id
     AND o.placed_at > t.handed_over_at AND o.placed_at < d.ends_at AND {orders.COUNTS}
    WHERE p.merchant_id = $1 AND (p.id = t.customer_id OR p.merged_into = t.customer_id)
) b
ORDER BY t.handed_over_at, t.customer_id
"""  # noqa: S608


class Share(NamedTuple):
    """How many of those who are counted did something."""

    people: int
    share: float | None = None
    interval: Interval | None = None


class Figures(NamedTuple):
    """What a variant has brought, of those who are counted."""

    key: str
    sent: int
    """People who were sent it, counted or not."""
    shares: Mapping[TrialGoal, Share]
    revenue: float
    judged: experiments.VariantResult


class Tried(NamedTuple):
    """What came of a step's trial."""

    step: int
    trial: WordsTrial
    verdict: experiments.ExperimentVerdict
    mismatch_p: float | None
    figures: Sequence[Figures]


async def trials_of(session: AsyncSession, journey_id: JourneyId, *, now: datetime) -> list[Tried]:
    """What came of the trials of a journey as it is now, step by step. Raises JourneyNotFound."""
    journey = await queries.get(session, journey_id)
    return [
        await _tried(session, journey, number, step.trial, now=now)
        for number, step in enumerate(journey.plan.steps)
        if isinstance(step, Tell) and step.trial
    ]


async def _tried(
    session: AsyncSession, journey: Journey, step: int, trial: WordsTrial, *, now: datetime
) -> Tried:
    """Counted is as many of each variant as the plan asks for, those who were told first; looking
    more often, or waiting longer, changes nothing."""
    keys = [it.key for it in trial.variants]
    needed = dict(zip(keys, experiments.visitors_needed(trial.plan, trial.weights), strict=True))
    sent, counted = await _sides(session, journey, step, trial, needed, now=now)
    tallies = {
        key: Tally(sent[key], len(counted[key]), sum(row[trial.goal] for row in counted[key]))
        for key in keys
    }
    is_over = journey.state is State.ENDED
    judged = experiments.judge_trial(
        experiments.Trial(keys, trial.weights, trial.plan.confidence, needed, is_over), tallies
    )
    z = intervals.critical(trial.plan.confidence)
    figures = [
        Figures(
            it.key,
            sent[it.key],
            {goal: _share(counted[it.key], goal, z) for goal in TrialGoal},
            sum(row["spent"] for row in counted[it.key]),
            it,
        )
        for it in judged.variants
    ]
    return Tried(step, trial, judged.verdict, judged.mismatch_p, figures)


async def _sides(
    session: AsyncSession,
    journey: Journey,
    step: int,
    trial: WordsTrial,
    needed: Mapping[str, int],
    *,
    now: datetime,
) -> tuple[Mapping[str, int], Mapping[str, list[Any]]]:
    """Of each variant, how many were sent it, and what those who are counted did."""
    connection = await bulk(session)
    versions = await _versions_with(session, journey, step, trial)
    days = journey.plan.counts_days
    asked = (journey.merchant_id, journey.id, versions, str(step), SOURCE, days, now)
    salt = trial_salt(journey.id, step)
    sent: defaultdict[str, int] = defaultdict(int)
    counted: defaultdict[str, list[Any]] = defaultdict(list)
    for row in await connection.fetch(_TOLD, *asked):
        key = trial.of(salt, row["customer_id"]).key
        sent[key] += 1
        # The first so many are counted, each once their days are over.
        if sent[key] <= needed[key] and row["is_over"]:
            counted[key].append(row)
    return sent, counted


async def _versions_with(
    session: AsyncSession, journey: Journey, step: int, trial: WordsTrial
) -> list[int]:
    """The versions of a journey that try the same at this step: only these can be compared."""
    rows = await (await bulk(session)).fetch(_VERSIONS, journey.merchant_id, journey.id)
    plans = await queries.plans_of(session, journey, [row[0] for row in rows])
    return [
        version
        for version, plan in plans.items()
        if step < len(plan.steps)
        and isinstance(said := plan.steps[step], Tell)
        and said.trial == trial
    ]


def _share(rows: Sequence[Any], goal: TrialGoal, z: float) -> Share:
    people = sum(row[goal] for row in rows)
    if not rows:
        return Share(0)
    return Share(people, people / len(rows), intervals.share_between(people, len(rows), z))
