"""REST: journeys, who is under way in them, and starting, pausing and ending them."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.journeys import estimating, prices, queries, reporting, service, trying
from loyalnest.journeys.schemas import (
    EnrolmentView,
    JourneyChange,
    JourneyEstimate,
    JourneyGlance,
    JourneyReport,
    JourneyView,
    MessagePrices,
    NewJourney,
)
from loyalnest.journeys.trial_schemas import WordsTrialReport
from loyalnest.journeys.values import WIRE_PREFIX, Enrolment, JourneyId, State
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire

router = APIRouter(prefix="/v1/api", tags=["Journeys"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
ReadingPeople = Annotated[AsyncSession, tenant("customers:read")]


@router.get("/journeys", operation_id="list_journeys")
async def list_journeys(
    session: Reading,
    paging: Paging,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
) -> Page[JourneyView]:
    """The merchant's journeys, the newest first."""
    found = await queries.list_journeys(
        session, state=state, before=paging.after_id(), limit=paging.fetch
    )
    return page_of(found, paging, show=JourneyView.of, key=lambda one: (one.id,))


@router.post("/journeys", operation_id="create_journey", status_code=201)
async def create_journey(
    body: NewJourney, session: Writing, caller: SignedIn, now: Now
) -> JourneyView:
    """Draw a journey up. Nobody enters before it is started."""
    return JourneyView.of(await service.create(session, body.plan, actor=caller.actor, now=now))


@router.get("/journeys/glances", operation_id="list_journey_glances")
async def list_journey_glances(
    session: Reading,
    now: Now,
    journey_id: Annotated[
        list[str], Query(min_length=1, max_length=200, description="Which journeys.")
    ],
) -> Page[JourneyGlance]:
    """How several journeys get on, for a list of them; those that there are, by their ids."""
    found = await reporting.glances_of(session, [_id(it) for it in journey_id], now=now)
    return Page(items=[JourneyGlance.of(it) for it in found])


@router.get("/journeys/prices", operation_id="get_message_prices")
async def get_message_prices(session: Reading) -> MessagePrices:
    """What a message costs on each channel, as you have entered it."""
    return MessagePrices.of(await prices.prices_of(session))


@router.put("/journeys/prices", operation_id="save_message_prices")
async def save_message_prices(
    body: MessagePrices, session: Writing, caller: SignedIn, now: Now
) -> MessagePrices:
    """Enter what a message costs on each channel: estimates tell what their messages come to."""
    saved = await prices.save_prices(session, body.prices, actor=caller.actor, now=now)
    return MessagePrices.of(saved)


@router.get("/journeys/{journey_id}", operation_id="get_journey")
async def get_journey(journey_id: str, session: Reading) -> JourneyView:
    """One journey."""
    return JourneyView.of(await queries.get(session, _id(journey_id)))


@router.put("/journeys/{journey_id}", operation_id="save_journey")
async def save_journey(
    journey_id: str, body: JourneyChange, session: Writing, caller: SignedIn, now: Now
) -> JourneyView:
    """Change what a journey does for whoever enters from now on.

    Who is under way keeps to the version that they entered.
    """
    changed = await service.change(
        session,
        _id(journey_id),
        body.plan,
        read_version=body.version,
        actor=caller.actor,
        now=now,
    )
    return JourneyView.of(changed)


@router.post("/journeys/{journey_id}/start", operation_id="start_journey")
async def start_journey(journey_id: str, session: Writing, now: Now) -> JourneyView:
    """Let customers enter from now on; what happened before lets nobody in."""
    return JourneyView.of(await service.start(session, _id(journey_id), now=now))


@router.post("/journeys/{journey_id}/pause", operation_id="pause_journey")
async def pause_journey(journey_id: str, session: Writing, now: Now) -> JourneyView:
    """Let nobody enter and nobody move on; what was not sent yet is held."""
    return JourneyView.of(await service.pause(session, _id(journey_id), now=now))


@router.post("/journeys/{journey_id}/resume", operation_id="resume_journey")
async def resume_journey(journey_id: str, session: Writing, now: Now) -> JourneyView:
    """Go on where everybody stood."""
    return JourneyView.of(await service.resume(session, _id(journey_id), now=now))


@router.post("/journeys/{journey_id}/end", operation_id="end_journey")
async def end_journey(journey_id: str, session: Writing, now: Now) -> JourneyView:
    """End a journey for good; what was not sent yet is dropped."""
    return JourneyView.of(await service.end(session, _id(journey_id), now=now))


@router.get("/journeys/{journey_id}/estimate", operation_id="estimate_journey")
async def estimate_journey(journey_id: str, session: Reading, now: Now) -> JourneyEstimate:
    """Whom a journey would take in if it began now, and what it would promise them."""
    return JourneyEstimate.of(await estimating.estimate(session, _id(journey_id), now=now))


@router.get("/journeys/{journey_id}/report", operation_id="get_journey_report")
async def get_journey_report(journey_id: str, session: Reading, now: Now) -> JourneyReport:
    """What became of a journey so far, and what it brings beside those who are held out.

    Everybody counts by how they were assigned, each person once, when their days are over.
    """
    return JourneyReport.of(await reporting.report_of(session, _id(journey_id), now=now))


@router.get("/journeys/{journey_id}/trials", operation_id="get_journey_trials")
async def get_journey_trials(journey_id: str, session: Reading, now: Now) -> Page[WordsTrialReport]:
    """What came of the steps that are said in several ways, as the journey is now.

    A variant is called better or worse once as many as the plan asks for were counted, and those
    alone are ever counted.
    """
    found = await trying.trials_of(session, _id(journey_id), now=now)
    return Page(items=[WordsTrialReport.of(it) for it in found])


@router.get("/journeys/{journey_id}/enrolments", operation_id="list_enrolments")
async def list_enrolments(
    journey_id: str,
    session: ReadingPeople,
    paging: Paging,
    customer_id: Annotated[str | None, Query(description="Only this customer's.")] = None,
    under_way: Annotated[bool, Query(description="Only those who have steps to come.")] = False,
) -> Page[EnrolmentView]:
    """Who entered a journey, and how far they have come, the latest first."""
    found = await queries.list_enrolments(
        session,
        _id(journey_id),
        customer_id=from_wire(customers.WIRE_PREFIX, customer_id) if customer_id else None,
        under_way=under_way,
        before=paging.after_id(),
        limit=paging.fetch,
    )
    people = await customers.find_many(session, [it.customer_id for it in found])

    def show(it: Enrolment) -> EnrolmentView:
        return EnrolmentView.of(it, people.get(it.customer_id))

    return page_of(found, paging, show=show, key=lambda one: (one.id,))


def _id(wire: str) -> JourneyId:
    return JourneyId(from_wire(WIRE_PREFIX, wire))
