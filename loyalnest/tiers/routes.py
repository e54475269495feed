"""REST: the ladder, and where each customer stands on it."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.tiers import queries, service
from loyalnest.tiers.schemas import (
    LadderChange,
    LadderView,
    MoveView,
    OverrideRequest,
    PreviewView,
    StandingView,
)
from loyalnest.tiers.values import Ladder

router = APIRouter(prefix="/v1/api", tags=["Tiers"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
Looking = Annotated[AsyncSession, tenant("customers:read")]
Changing = Annotated[AsyncSession, tenant("customers:write")]


@router.get("/tiers", operation_id="get_tiers")
async def get_tiers(session: Reading, now: Now) -> LadderView:
    """The tiers as they are, with how many customers stand on each."""
    merchant_id = merchant_of(session)
    version = (await queries.ladders_of(session, [merchant_id])).get(merchant_id)
    counted = await queries.counts(session, now=now)
    return LadderView.of(version, {key: number for key, number in counted.items() if key})


@router.put("/tiers", operation_id="save_tiers")
async def save_tiers(
    body: LadderChange, session: Writing, caller: SignedIn, now: Now
) -> LadderView:
    """Make this the ladder from now on; everybody is judged by it in the minutes that follow.

    Look at `preview` first: it shows who will move. Points for reaching a tier are not given for
    where people stand already.
    """
    saved = await service.save(
        session, body.ladder, read_version=body.version, actor=caller.actor, now=now
    )
    return LadderView.of(saved)


@router.post("/tiers/preview", operation_id="preview_tiers")
async def preview_tiers(body: Ladder, session: Writing, now: Now) -> PreviewView:
    """Who would move, and where to, if this ladder were saved now. Nothing is changed."""
    return PreviewView.of(await service.preview(session, body, now=now))


@router.get("/tiers/versions", operation_id="list_tier_versions")
async def list_tier_versions(session: Reading) -> Page[LadderView]:
    """Every version of the ladder, the newest first."""
    return Page(items=[LadderView.of(each) for each in await queries.versions_of(session)])


@router.get("/customers/{customer_id}/tier", operation_id="get_customer_tier")
async def get_customer_tier(customer_id: str, session: Looking, now: Now) -> StandingView:
    """Where a customer stands, and what is missing for the next tier."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    place = await queries.find_place(session, found.merged_into or found.id)
    return StandingView.of(place, await _ladder(session), now)


@router.get("/customers/{customer_id}/tier/moves", operation_id="list_customer_tier_moves")
async def list_customer_tier_moves(
    customer_id: str, session: Looking, paging: Paging
) -> Page[MoveView]:
    """How a customer's tier changed, the latest first."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    moves = await queries.moves_of(
        session, found.merged_into or found.id, before=paging.after_id(), limit=paging.fetch
    )
    return page_of(moves, paging, show=MoveView.of, key=lambda move: (move.id,))


@router.put("/customers/{customer_id}/tier/override", operation_id="override_customer_tier")
async def override_customer_tier(
    customer_id: str, body: OverrideRequest, session: Changing, caller: SignedIn, now: Now
) -> StandingView:
    """Let a customer stand on a tier whatever they buy, until an instant or until it is ended."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    place = await service.override(
        session,
        customer_id=found.merged_into or found.id,
        tier=body.tier,
        until=body.until,
        reason=body.reason,
        actor=caller.actor,
        now=now,
    )
    return StandingView.of(place, await _ladder(session), now)


@router.delete("/customers/{customer_id}/tier/override", operation_id="end_customer_tier_override")
async def end_customer_tier_override(
    customer_id: str, session: Changing, caller: SignedIn, now: Now
) -> StandingView:
    """Let a customer stand again where their own buying puts them."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    place = await service.end_override(
        session, customer_id=found.merged_into or found.id, actor=caller.actor, now=now
    )
    return StandingView.of(place, await _ladder(session), now)


async def _ladder(session: AsyncSession) -> Ladder:
    merchant_id = merchant_of(session)
    found = (await queries.ladders_of(session, [merchant_id])).get(merchant_id)
    return found.ladder if found else Ladder(enabled=False)
