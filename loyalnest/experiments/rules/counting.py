"""What counts of what pages report: nothing is believed that can be worked out here."""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from loyalnest.experiments.rules.assignment import assigned
from loyalnest.experiments.values import (
    ELEMENT,
    Action,
    Batch,
    Experiment,
    ExperimentState,
    Exposure,
    GoalKind,
    Happening,
    Reached,
)

CLOCKS_APART = timedelta(days=1)
"""How far a visitor's clock may be from ours. What is older was sent before, or is made up."""
_DIGEST_BYTES = 16
_KNOWN = re.compile(ELEMENT)
_DONE_BY = {GoalKind.CLICK: Action.CLICK, GoalKind.GOAL: Action.GOAL}


@dataclass(slots=True)
class Counted:
    """What is written of some batches."""

    times: Counter[tuple[UUID, str, Action]] = field(
        default_factory=Counter[tuple[UUID, str, Action]]
    )
    exposures: list[Exposure] = field(default_factory=list[Exposure])
    reached: list[Reached] = field(default_factory=list[Reached])


def digest_of(batch: Batch) -> bytes:
    """What tells a batch from its repetitions: who did what, and when."""
    said = [
        f"{it.at.isoformat()} {it.action} {it.element} {it.experiment} {it.variant}"
        for it in batch.happenings
    ]
    told = "\n".join([batch.shop, batch.visitor, *said])
    return hashlib.sha256(told.encode()).digest()[:_DIGEST_BYTES]


def visitor_in(experiment: Experiment, visitor: str) -> bytes:
    """How an experiment knows a visitor: neither who it is nor another experiment's name for it.

    Nobody guesses the 128 random bits that this is made of.
    """
    return hashlib.sha256(f"{experiment.key}:{visitor}".encode()).digest()[:_DIGEST_BYTES]


def count(
    into: Counted,
    batch: Batch,
    merchant_id: UUID,
    experiments: Sequence[Experiment],
    *,
    now: datetime,
) -> None:
    """Add what a batch says that is worth counting.

    `experiments` are the merchant's that run, or ended so lately that a goal may still count.
    """
    said = sorted((it for it in batch.happenings if _is_plausible(it, now)), key=lambda it: it.at)
    into.times.update((merchant_id, it.element, it.action) for it in said)
    member = batch.member[1] if batch.member and batch.member[0] == merchant_id else None
    for experiment in experiments:
        visitor = visitor_in(experiment, batch.visitor)
        about = (merchant_id, experiment.id, visitor)
        met = next((it for it in said if _meets(it, experiment, batch.visitor)), None)
        if met is not None and met.variant is not None:
            into.exposures.append(Exposure(*about, met.variant, member))
        done = [it for it in said if _reaches(it, experiment)]
        if done:
            into.reached.append(Reached(*about, met is None or done[-1].at >= met.at))


def _is_plausible(said: Happening, now: datetime) -> bool:
    """Whether it may be so: about something that there is, and at about this time."""
    return abs(said.at - now) <= CLOCKS_APART and _KNOWN.fullmatch(said.element) is not None


def _meets(said: Happening, experiment: Experiment, visitor: str) -> bool:
    """Whether a page showed a visitor the very variant that is theirs."""
    design = experiment.design
    if (
        experiment.state is not ExperimentState.RUNNING
        or said.action is not Action.VIEW
        or said.experiment != experiment.key
        or said.element != design.subject
    ):
        return False
    place = assigned(experiment.key, visitor, percent=design.percent, weights=design.weights)
    return place is not None and design.variants[place].key == said.variant


def _reaches(said: Happening, experiment: Experiment) -> bool:
    goal = experiment.design.goal
    return said.action is _DONE_BY.get(goal.kind) and said.element == goal.element
