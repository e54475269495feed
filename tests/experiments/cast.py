"""A shop that tries something out, and the visitors who meet it."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import experiments, merchants
from loyalnest.experiments import (
    Action,
    Batch,
    Design,
    Experiment,
    ExperimentGoal,
    GoalKind,
    Happening,
    Plan,
    Variant,
    assigned,
)
from tests.conftest import NOW
from tests.shop import Shop

NUDGE = f"nudge:ndg_{'5c' * 16}"
ROUGH = Plan(baseline=0.2, effect=0.6, confidence=0.8, power=0.5)
"""A plan that a handful of visitors fulfil."""
NEEDED = 3


def design(**changed: Any) -> Design:
    """A bar that says the same in another way; a click on it is the goal."""
    said: dict[str, Any] = {
        "name": "Say what it is worth",
        "subject": NUDGE,
        "variants": (
            Variant(key="a"),
            Variant(
                key="b",
                changes={"title": "5 pounds wait for you"},
                translations={"de": {"title": "5 Pfund warten"}},
            ),
        ),
        "goal": ExperimentGoal(kind=GoalKind.CLICK, element=NUDGE),
        "plan": ROUGH,
    }
    return Design(**(said | changed))


async def is_met(session: AsyncSession, subject: str, *, now: datetime) -> bool:
    """These pages have whatever an experiment is about."""
    return True


async def begins(shop: Shop, wanted: Design | None = None, *, now: datetime = NOW) -> Experiment:
    """An experiment of this shop that runs."""
    async with shop.database.tenant(shop.merchant_id) as session:
        drafted = await experiments.draft(session, wanted or design(), actor="test", now=now)
        return await experiments.start(session, drafted.id, is_met=is_met, actor="test", now=now)


async def ends(shop: Shop, experiment: Experiment, *, now: datetime = NOW) -> Experiment:
    async with shop.database.tenant(shop.merchant_id) as session:
        return await experiments.end(session, experiment.id, actor="test", now=now)


def visitor(number: int) -> str:
    """What a page made up for the visitor of this number."""
    bits = hashlib.sha256(str(number).encode()).digest()[:16]
    return base64.urlsafe_b64encode(bits).rstrip(b"=").decode()


def meeting(experiment: Experiment, variant: str, count: int, *, after: int = 0) -> list[str]:
    """The first visitors that this variant is shown to."""
    found: list[str] = []
    number = after
    while len(found) < count:
        place = assigned(
            experiment.key,
            visitor(number),
            percent=experiment.design.percent,
            weights=experiment.design.weights,
        )
        if place is not None and experiment.design.variants[place].key == variant:
            found.append(visitor(number))
        number += 1
    return found


def view(experiment: Experiment, variant: str | None, *, at: datetime = NOW) -> Happening:
    return Happening(Action.VIEW, experiment.design.subject, at, experiment.key, variant)


def click(element: str = NUDGE, *, at: datetime = NOW) -> Happening:
    return Happening(Action.CLICK, element, at)


async def report(shop: Shop, *batches: Batch, now: datetime = NOW) -> int:
    """Pages report all of this at once."""
    async with shop.database.platform() as session:
        return await experiments.count_many(session, batches, now=now)


async def meets(
    shop: Shop,
    experiment: Experiment,
    variant: str,
    who: Sequence[str],
    *,
    clicking: int = 0,
    now: datetime = NOW,
) -> None:
    """These visitors meet a variant; so many of them click."""
    said = [
        Batch(
            await domain_of(shop),
            one,
            [view(experiment, variant, at=now)]
            + ([click(experiment.design.subject, at=now)] if index < clicking else []),
        )
        for index, one in enumerate(who)
    ]
    await report(shop, *said, now=now)


async def tries(shop: Shop, *, now: datetime) -> None:
    """The shop has a draft, and an experiment with its launcher that some have met."""
    ways = (Variant(key="a"), Variant(key="b", changes={"launcher": "Your 5 pounds"}))
    wanted = ExperimentGoal(kind=GoalKind.CLICK, element=experiments.LAUNCHER)
    about = design(subject=experiments.LAUNCHER, variants=ways, goal=wanted)
    running = await begins(shop, about, now=now - timedelta(days=5))
    for variant, clicking in (("a", 1), ("b", 3)):
        people = meeting(running, variant, 20)
        then = now - timedelta(days=3)
        await meets(shop, running, variant, people, clicking=clicking, now=then)
    async with shop.database.tenant(shop.merchant_id) as session:
        await experiments.draft(session, design(), actor="test", now=now)


async def result_of(shop: Shop, experiment: Experiment, *, now: datetime) -> experiments.Result:
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await experiments.get(session, experiment.id)
        return experiments.judge(found, await experiments.tallies_of(session, found.id, now=now))


async def tallies(
    shop: Shop, experiment: Experiment, *, now: datetime = NOW
) -> dict[str, tuple[int, int, int]]:
    """By variant: visitors, counted, reached."""
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await experiments.tallies_of(session, experiment.id, now=now)
        return {key: (it.visitors, it.counted, it.reached) for key, it in found.items()}


async def used(shop: Shop) -> dict[tuple[str, str], int]:
    """By element and action, how often."""
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await experiments.usage_between(session, NOW.date().replace(day=1), NOW.date())
        return {(it.element, it.action.value): it.times for it in found}


async def domain_of(shop: Shop) -> str:
    async with shop.database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
        return store.domain


async def tries_something(shop: Shop) -> None:
    """An experiment runs; who met it long ago is a number by now, who met it today is not yet."""
    running = await begins(shop)
    for variant, at in (("a", NOW - timedelta(days=100)), ("b", NOW)):
        await meets(shop, running, variant, meeting(running, variant, 1), clicking=1, now=at)
    await experiments.forget(shop.database, NOW)
