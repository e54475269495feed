"""A win-back journey that is laid over the demo's history, to see what its report says.

The orders are real and the answer is known: nobody heard anything, so the journey brings nothing,
and a report that claims otherwise would be wrong.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import journeys, merchants, messaging
from loyalnest.entrypoints import demo
from loyalnest.journeys import Inactivity, JourneyPlan, Tell
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Author, sign
from loyalnest.messaging import Channel
from loyalnest.templates import Occasion

_ACTOR = "demo"
_LONGEST = timedelta(days=365)
PLAN = JourneyPlan(
    name="We miss you, laid over the past",
    trigger=Inactivity(days=21),
    steps=(Tell(occasion=Occasion.WIN_BACK, channels=(Channel.EMAIL,)),),
    holdout=20,
    counts_days=14,
)


class Laid(NamedTuple):
    """What came of it."""

    entered: int
    report: journeys.Report


async def lay(database: Database, *, now: datetime) -> Laid | None:
    """Lay the journey over the history; None where that was done, or nobody could send."""
    async with database.platform() as session:
        merchant_id = (await merchants.get_by_handle(session, demo.HANDLE)).id
    async with database.tenant(merchant_id) as session:
        sign(session, Author(_ACTOR))
        if await _is_done(session):
            return None
        since = now - _LONGEST
        made = await journeys.create(session, PLAN, actor=_ACTOR, now=since)
        begun = await journeys.start(session, made.id, now=since)
        entered = await journeys.enter_in_hindsight(session, begun, since=since, now=now)
        report = await journeys.report_of(session, begun.id, now=now)
    return Laid(sum(entered.values()), report)


def told(laid: Laid) -> str:
    """What came of it, to be read."""
    report = laid.report
    told, held_out = report.counted, report.counted_held_out
    found = report.lift.conversion
    lines = [
        f'The journey "{PLAN.name}" was laid over it: {laid.entered:,} lapses, with'
        f" {PLAN.holdout} % of the customers held out.",
        f"Within {report.counts_days} days {told.buyers:,} of {told.people:,} came back, and"
        f" {held_out.buyers:,} of {held_out.people:,} of those held out.",
    ]
    if found.interval is not None:
        low, high = (f"{it:+.1%}" for it in found.interval)
        lines.append(f"Nobody was told anything; the report's lift: {low} to {high}, {found.says}.")
    return "\n".join(lines)


async def _is_done(session: AsyncSession) -> bool:
    if await journeys.list_journeys(session, state=None, before=None, limit=1):
        return True
    return not await messaging.list_senders(session)
