"""REST: experiments, and how what is on a shop's pages is used."""

import math
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.experiments import errors, queries, service
from loyalnest.experiments.rules import results, statistics
from loyalnest.experiments.schemas import (
    ExperimentChange,
    ExperimentView,
    NewExperiment,
    PlanQuestion,
    PlanView,
    ResultView,
    UsageFigures,
    UsageReport,
)
from loyalnest.experiments.values import WIRE_PREFIX, ExperimentState
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import (
    PROBLEMS,
    Address,
    Caller,
    CallerKind,
    Db,
    Now,
    Page,
    Paging,
    SignedIn,
    page_of,
    tenant,
)
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Buckets, Policy

USAGE = Policy("usage", 120, 60)
USAGE_BYTES = 32_000
_LONGEST = timedelta(days=366)
_SHOWN_DAYS = 30

router = APIRouter(prefix="/v1/api", tags=["Experiments"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


async def _member(request: Request) -> tuple[UUID, UUID] | None:
    """Merchant and customer, where somebody is signed in; nobody has to be."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None or caller.kind is not CallerKind.CUSTOMER:
        return None
    return caller.merchant_id, caller.subject_id


Member = Annotated[tuple[UUID, UUID] | None, Depends(_member)]


def usage_router() -> APIRouter:
    """The door that shops' pages report to; what comes together is counted together."""
    door = APIRouter(prefix="/v1/api", tags=["Experiments"], responses=PROBLEMS)
    reports, limits = service.reports(), Buckets(USAGE)

    @door.post(
        "/usage",
        operation_id="report_usage",
        status_code=202,
        response_class=Response,
        max_body_size=USAGE_BYTES,
    )
    async def report_usage(  # pyright: ignore[reportUnusedFunction]
        body: UsageReport, db: Db, address: Address, member: Member, now: Now
    ) -> Response:
        """Say what a visitor of a shop's page saw, clicked, dismissed or did, up to 50 at once.

        Nobody needs to be signed in; whoever is, with the session of a customer, is counted as a
        member. Only visitors who agreed are counted. The answer is the same whether there is such a
        shop or not; an experiment that isn't the shop's, isn't running, or would have shown this
        visitor another variant, is ignored. The same report sent again counts once.
        """
        verdict = limits.take(address)
        if not verdict.allowed:
            raise errors.TooMuchUsage(retry_after_s=verdict.retry_after_s)
        await reports.ask(db, service.Report(body.batch(member), now))
        return Response(status_code=202)

    return door


@router.get("/usage/figures", operation_id="get_usage_figures")
async def get_usage_figures(
    session: Reading,
    now: Now,
    first: Annotated[date | None, Query(description="Else 29 days before the last.")] = None,
    last: Annotated[date | None, Query(description="Else today.")] = None,
) -> UsageFigures:
    """How often what is on the shop's pages was seen, clicked and dismissed, by element and day."""
    last = last or await _today(session, now)
    first = first or last - timedelta(days=min(_SHOWN_DAYS, last.toordinal()) - 1)
    if not first <= last or last - first > _LONGEST:
        raise errors.DatesBackToFront
    return UsageFigures.of(first, last, await queries.usage_between(session, first, last))


@router.get("/experiments", operation_id="list_experiments")
async def list_experiments(
    session: Reading,
    paging: Paging,
    state: Annotated[ExperimentState | None, Query(description="Only those in this state.")] = None,
) -> Page[ExperimentView]:
    """The merchant's experiments, the newest first."""
    found = await queries.list_experiments(
        session, state=state, before=paging.after_id(), limit=paging.fetch
    )
    return page_of(found, paging, show=ExperimentView.of, key=lambda one: (one.id,))


@router.post("/experiments", operation_id="create_experiment", status_code=201)
async def create_experiment(
    body: NewExperiment, session: Writing, caller: SignedIn, now: Now
) -> ExperimentView:
    """Draw an experiment up. Nobody meets it before it is started."""
    made = await service.draft(session, body.design, actor=caller.actor, now=now)
    return ExperimentView.of(made)


@router.get("/experiments/plan", operation_id="plan_experiment")
async def plan_experiment(
    session: Reading,
    now: Now,
    asked: Annotated[PlanQuestion, Query()],
) -> PlanView:
    """How many visitors an experiment takes, and how long that is at today's views."""
    needed = statistics.visitors_needed(asked, asked.weight)
    views = await queries.views_a_day(session, asked.subject, await _today(session, now))
    days = None
    if views and not asked.goal.of_members:
        days = math.ceil(sum(needed) * 100 / (views * asked.percent))
    return PlanView(needed=needed, in_all=sum(needed), views_a_day=views, days=days)


@router.get("/experiments/{experiment_id}", operation_id="get_experiment")
async def get_experiment(experiment_id: str, session: Reading) -> ExperimentView:
    """One experiment."""
    return ExperimentView.of(await queries.get(session, _id(experiment_id)))


@router.put("/experiments/{experiment_id}", operation_id="save_experiment")
async def save_experiment(
    experiment_id: str, body: ExperimentChange, session: Writing, now: Now
) -> ExperimentView:
    """Draw a draft up anew. What was started is never changed."""
    saved = await service.change(
        session, _id(experiment_id), body.design, read_version=body.version, now=now
    )
    return ExperimentView.of(saved)


@router.delete("/experiments/{experiment_id}", operation_id="discard_experiment", status_code=204)
async def discard_experiment(experiment_id: str, session: Writing, now: Now) -> None:
    """Throw a draft away."""
    await service.discard(session, _id(experiment_id), now=now)


@router.post("/experiments/{experiment_id}/end", operation_id="end_experiment")
async def end_experiment(
    experiment_id: str, session: Writing, caller: SignedIn, now: Now
) -> ExperimentView:
    """Show everybody the first variant again, for good. What was counted stays."""
    ended = await service.end(session, _id(experiment_id), actor=caller.actor, now=now)
    return ExperimentView.of(ended)


@router.get("/experiments/{experiment_id}/result", operation_id="get_experiment_result")
async def get_experiment_result(experiment_id: str, session: Reading, now: Now) -> ResultView:
    """What is known so far, and what may be said of it.

    Nothing is called better or worse before as many have been counted as the plan asks for, and
    those alone are ever counted: to look more often, or to wait for longer, changes nothing.
    """
    experiment = await queries.get(session, _id(experiment_id))
    result = results.judge(experiment, await queries.tallies_of(session, experiment.id, now=now))
    return ResultView.of(result, results.days_to_go(experiment, result, now=now))


def router_of(is_met: service.IsMet) -> APIRouter:
    """The routes of this module; whether an element is on the pages is for others to know."""
    whole = APIRouter(prefix="/v1/api", tags=["Experiments"], responses=PROBLEMS)
    whole.routes += router.routes

    @whole.post("/experiments/{experiment_id}/start", operation_id="start_experiment")
    async def start_experiment(  # pyright: ignore[reportUnusedFunction]
        experiment_id: str, session: Writing, caller: SignedIn, now: Now
    ) -> ExperimentView:
        """Let visitors meet its variants, and settle how many it takes. It is not changed after.

        Of one element, one experiment runs at a time, and the element has to be there for
        everybody. Pages know of it within a minute or so.
        """
        started = await service.start(
            session, _id(experiment_id), is_met=is_met, actor=caller.actor, now=now
        )
        return ExperimentView.of(started)

    return whole


async def _today(session: AsyncSession, now: datetime) -> date:
    merchant = await merchants.get(session, merchant_of(session))
    return now.astimezone(merchant.zone).date()


def _id(wire: str) -> UUID:
    return from_wire(WIRE_PREFIX, wire)
