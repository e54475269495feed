"""exposures: seconds to assign 100,000 visitors to the variants of an experiment and count them.

Each is a report of its own, as a page sends one, and goes through what gathers them behind the
server's door; HTTP is not in it. The shares are held to the plan by Pearson's χ² test, once for who
takes part and once for the variants; a fair divider fails either once in a thousand runs.
"""

import asyncio
import base64
import os
import time
from collections import Counter

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, Store, installation
from bench.orders import domain_of
from loyalnest import experiments, storefront
from loyalnest.experiments import Action, Batch, Experiment, Happening, Variant
from loyalnest.kernel import clock

_VISITORS = 100_000
_AT_ONCE = 5_000
_PERCENT = 80
_WEIGHTS = {"a": 3, "b": 2, "c": 1}


async def measure(run: Run) -> Measured:
    """From the first visitor's number to the last one's row on disk."""
    wanted = run.count(_VISITORS, 5_000)
    async with installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        experiment = await _begin(place, store)
        began = time.perf_counter()
        batches, out = _assign(experiment, wanted)
        assigned_s = time.perf_counter() - began
        await _count(place, batches)
        took_s = time.perf_counter() - began
        async with place.database.tenant(store.merchant_id) as session:
            found = await experiments.tallies_of(session, experiment.id, now=clock.now())
    met = [found[key].visitors for key in _WEIGHTS]
    said = Counter(batch.happenings[0].variant for batch in batches)
    of_variants = experiments.mismatch(met, list(_WEIGHTS.values())) or 0
    of_share = experiments.mismatch([sum(met), out], [_PERCENT, 100 - _PERCENT]) or 0
    fair = min(of_variants, of_share) >= experiments.MISMATCH_BELOW
    note = (
        f"{sum(met):,} of {sum(met) + out:,} visitors take part; {met[0]:,}, {met[1]:,}, {met[2]:,}"
        f" for 3 : 2 : 1; χ² test: p = {of_variants:.2f}, of the share {of_share:.2f};"
        f" assigned in {assigned_s:.1f} s"
    )
    return Measured(took_s, note=note, failed=not fair or met != [said[key] for key in _WEIGHTS])


async def _begin(place: Installation, store: Store) -> Experiment:
    design = experiments.Design(
        name="Three ways to say it",
        subject=experiments.LAUNCHER,
        percent=_PERCENT,
        variants=tuple(
            Variant(key=key, weight=weight, changes={"launcher": f"Say {key}"})
            for key, weight in _WEIGHTS.items()
        ),
        goal=experiments.ExperimentGoal(
            kind=experiments.GoalKind.CLICK, element=experiments.LAUNCHER
        ),
        plan=experiments.Plan(baseline=0.05, effect=0.01),
    )
    now = clock.now()
    async with place.database.tenant(store.merchant_id) as session:
        drafted = await experiments.draft(session, design, actor="bench", now=now)
        return await experiments.start(
            session, drafted.id, is_met=storefront.is_met, actor="bench", now=now
        )


def _assign(experiment: Experiment, wanted: int) -> tuple[list[Batch], int]:
    """What as many visitors as take part report, and how many take none."""
    now = clock.now()
    batches: list[Batch] = []
    out = 0
    while len(batches) < wanted:
        visitor = base64.urlsafe_b64encode(os.urandom(16)).rstrip(b"=").decode()
        place = experiments.assigned(
            experiment.key, visitor, percent=_PERCENT, weights=experiment.design.weights
        )
        if place is None:
            out += 1
            continue
        variant = experiment.design.variants[place].key
        seen = Happening(Action.VIEW, experiments.LAUNCHER, now, experiment.key, variant)
        batches.append(Batch(domain_of(0), visitor, [seen]))
    return batches, out


async def _count(place: Installation, batches: list[Batch]) -> None:
    reports = experiments.reports()
    for first in range(0, len(batches), _AT_ONCE):
        some = batches[first : first + _AT_ONCE]
        now = clock.now()
        told = (experiments.Report(it, now) for it in some)
        await asyncio.gather(*(reports.ask(place.database, it) for it in told))


FIGURE = Figure(
    name="exposures",
    unit="s",
    goal=Goal("below 10 s, shares within chance of the plan", below=10),
    measure=measure,
)
