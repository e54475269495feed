"""Which step comes when, and what ends a journey for somebody. Pure: values in, values out."""

from datetime import datetime, timedelta
from typing import NamedTuple

from loyalnest.journeys.values import EndedWhy, EndsWhen, JourneyPlan, Wait


class Stop(NamedTuple):
    """Where somebody is in a journey: the step that comes next, and when."""

    step: int
    due_at: datetime


class Happened(NamedTuple):
    """What has become of somebody since they entered."""

    gone: bool
    bought: bool
    redeemed: bool
    segment: str | None


def next_stop(plan: JourneyPlan, step: int, at: datetime) -> Stop | None:
    """The next thing to say, from this step on; None: there is none.

    Waiting is time that passes, whatever the clocks on the wall are made to show.
    """
    due = at
    while step < len(plan.steps):
        waited = plan.steps[step]
        if not isinstance(waited, Wait):
            return Stop(step, due)
        due += timedelta(hours=waited.hours)
        step += 1
    return None


def ended(plan: JourneyPlan, it: Happened) -> EndedWhy | None:
    """What ends the journey for somebody before this step, if anything does."""
    if it.gone:
        return EndedWhy.GONE
    if EndsWhen.BOUGHT in plan.ends_when and it.bought:
        return EndedWhy.BOUGHT
    if EndsWhen.REDEEMED in plan.ends_when and it.redeemed:
        return EndedWhy.REDEEMED
    if EndsWhen.LEFT_SEGMENT in plan.ends_when and it.segment not in plan.audience.segments:
        return EndedWhy.LEFT_SEGMENT
    return None
