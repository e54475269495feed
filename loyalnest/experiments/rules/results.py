"""What may be said of an experiment, and when."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from loyalnest.experiments.rules import statistics
from loyalnest.experiments.values import (
    Comparison,
    Experiment,
    ExperimentState,
    ExperimentVerdict,
    Outcome,
    Result,
    Tally,
    Trial,
    VariantResult,
)
from loyalnest.kernel import intervals
from loyalnest.kernel.intervals import Interval

MISMATCH_BELOW = 0.001
"""Chance alone brings shares so far off the plan once in a thousand experiments."""
_NOBODY = Tally(0, 0, 0)
_EXPECTED_AT_LEAST = 5  # below, the χ² distribution is no good likeness of what is counted
_DAY_S = 86_400


def judge(experiment: Experiment, tallies: Mapping[str, Tally]) -> Result:
    """What is known of an experiment, and what may be said of it."""
    design = experiment.design
    trial = Trial(
        [variant.key for variant in design.variants],
        design.weights,
        design.plan.confidence,
        experiment.needed,
        experiment.state is ExperimentState.ENDED,
    )
    return judge_trial(trial, tallies)


def judge_trial(trial: Trial, tallies: Mapping[str, Tally]) -> Result:
    """What is known of variants, and what may be said of them.

    A variant is only called better or worse once as many as the plan asks for have been counted,
    and those alone are ever counted: looking more often, or waiting longer, changes nothing.
    """
    by_variant = [tallies.get(key, _NOBODY) for key in trial.keys]
    p = _mismatch(by_variant, trial.weights)
    verdict = _undecided(trial, by_variant, p)
    z = intervals.critical(trial.confidence, len(by_variant) - 1)
    of_one = intervals.critical(trial.confidence)
    variants = [
        VariantResult(
            key=key,
            needed=trial.needed.get(key, 0),
            tally=tally,
            share=tally.reached / tally.counted if tally.counted else None,
            interval=_between(tally, of_one),
            against_first=_compared(by_variant[0], tally, z, decided=verdict is None)
            if index
            else None,
        )
        for index, (key, tally) in enumerate(zip(trial.keys, by_variant, strict=True))
    ]
    return Result(verdict or _decided(variants), variants, p)


def days_to_go(experiment: Experiment, result: Result, *, now: datetime) -> int | None:
    """How many days more it takes at the pace so far; None where there is no pace yet."""
    if experiment.state is not ExperimentState.RUNNING or experiment.started_at is None:
        return None
    since_s = (now - experiment.started_at).total_seconds()
    if since_s <= 0 or not all(it.tally.visitors for it in result.variants):
        return None
    missing_s = max(
        (it.needed - it.tally.visitors) * since_s / it.tally.visitors for it in result.variants
    )
    window_s = experiment.design.goal.within_days * _DAY_S
    waiting_s = window_s if any(it.tally.counted < it.needed for it in result.variants) else 0
    return math.ceil((max(missing_s, 0) + waiting_s) / _DAY_S)


def _mismatch(tallies: Sequence[Tally], weights: Sequence[int]) -> float | None:
    everybody = sum(tally.visitors for tally in tallies)
    if everybody * min(weights) < _EXPECTED_AT_LEAST * sum(weights):
        return None
    return statistics.mismatch([tally.visitors for tally in tallies], weights)


def _undecided(
    trial: Trial, tallies: Sequence[Tally], mismatch_p: float | None
) -> ExperimentVerdict | None:
    """Why nothing may be said; None where something may."""
    if mismatch_p is not None and mismatch_p < MISMATCH_BELOW:
        return ExperimentVerdict.MISMATCH
    needed = [trial.needed.get(key) for key in trial.keys]
    pairs = list(zip(needed, tallies, strict=True))
    if all(wanted is not None and tally.counted >= wanted for wanted, tally in pairs):
        return None
    will_be = all(wanted is not None and tally.visitors >= wanted for wanted, tally in pairs)
    if trial.is_over and not will_be:
        return ExperimentVerdict.ENDED_EARLY
    return ExperimentVerdict.TOO_EARLY


def _decided(variants: Sequence[VariantResult]) -> ExperimentVerdict:
    differs = any(
        it.against_first and it.against_first.outcome is not Outcome.NO_DIFFERENCE
        for it in variants
    )
    return ExperimentVerdict.DIFFERENCE if differs else ExperimentVerdict.NO_DIFFERENCE


def _between(tally: Tally, z: float) -> Interval | None:
    return intervals.share_between(tally.reached, tally.counted, z) if tally.counted else None


def _compared(first: Tally, other: Tally, z: float, *, decided: bool) -> Comparison | None:
    if not first.counted or not other.counted:
        return None
    difference, interval = intervals.difference_between(
        (first.reached, first.counted), (other.reached, other.counted), z
    )
    return Comparison(difference, interval, _outcome(interval) if decided else None)


def _outcome(interval: Interval) -> Outcome:
    if interval.low > 0:
        return Outcome.BETTER
    return Outcome.WORSE if interval.high < 0 else Outcome.NO_DIFFERENCE
