"""REST: campaigns that change earning for a while, and the collections they may be about."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.campaigns import queries, service
from loyalnest.campaigns.schemas import (
    CampaignChange,
    CampaignReport,
    CampaignVersionView,
    CampaignView,
    CollectionView,
    NewCampaign,
    Placement,
    rule_schema,
)
from loyalnest.campaigns.values import WIRE_PREFIX, CampaignId, Phase, State
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire

router = APIRouter(prefix="/v1/api", tags=["Campaigns"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("/campaigns", operation_id="list_campaigns")
async def list_campaigns(
    session: Reading,
    paging: Paging,
    now: Now,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    phase: Annotated[
        list[Phase] | None, Query(description="Only those in one of these phases.")
    ] = None,
) -> Page[CampaignView]:
    """The merchant's campaigns, the newest first."""
    found = await queries.list_campaigns(
        session,
        state=state,
        phases=phase or (),
        before=paging.after_id(),
        limit=paging.fetch,
        now=now,
    )
    return page_of(
        found, paging, show=lambda one: CampaignView.of(one, now), key=lambda one: (one.id,)
    )


@router.post("/campaigns", operation_id="create_campaign", status_code=201)
async def create_campaign(
    body: NewCampaign, session: Writing, caller: SignedIn, now: Now
) -> CampaignView:
    """Draw a campaign up. It acts on orders that are placed from now on, never on earlier ones."""
    created = await service.create(
        session, body.rule, budget=body.budget, actor=caller.actor, now=now
    )
    return CampaignView.of(created, now)


@router.get("/campaigns/schema", operation_id="get_campaign_schema")
async def get_campaign_schema(session: Reading) -> dict[str, Any]:
    """The JSON Schema of a campaign's rule, for whoever draws up campaigns by program."""
    return rule_schema()


@router.get("/campaigns/{campaign_id}", operation_id="get_campaign")
async def get_campaign(campaign_id: str, session: Reading, now: Now) -> CampaignView:
    """One campaign."""
    return CampaignView.of(await queries.get(session, _id(campaign_id)), now)


@router.put("/campaigns/{campaign_id}", operation_id="save_campaign")
async def save_campaign(
    campaign_id: str, body: CampaignChange, session: Writing, caller: SignedIn, now: Now
) -> CampaignView:
    """Change a campaign from now on: start, pause or archive it, or give it another rule or budget.

    Orders that were placed before keep what the rule of their day gave them. While it is paused,
    orders earn as if there were no campaign, also those that come in later.
    """
    saved = await service.save(
        session,
        _id(campaign_id),
        body.rule,
        budget=body.budget,
        read_version=body.version,
        actor=caller.actor,
        now=now,
    )
    return CampaignView.of(saved, now)


@router.get("/campaigns/{campaign_id}/versions", operation_id="list_campaign_versions")
async def list_campaign_versions(campaign_id: str, session: Reading) -> Page[CampaignVersionView]:
    """Every version of a campaign's rule, the newest first."""
    found = await queries.versions_of(session, _id(campaign_id))
    return Page(items=[CampaignVersionView.of(each) for each in found])


@router.get("/campaigns/{campaign_id}/report", operation_id="get_campaign_report")
async def get_campaign_report(campaign_id: str, session: Reading) -> CampaignReport:
    """What a campaign has given so far, and whom it left out on purpose."""
    found = await queries.get(session, _id(campaign_id))
    return CampaignReport.of(await queries.report_of(session, found.id))


@router.get("/products/collections", operation_id="list_collections")
async def list_collections(session: Reading, paging: Paging) -> Page[CollectionView]:
    """The collections that are known, by name: campaigns can be about their products."""
    found = await queries.list_collections(session, after=paging.after_text(), limit=paging.fetch)
    return page_of(found, paging, show=CollectionView.of, key=lambda one: (one[0],))


@router.put("/products/collections", operation_id="place_products", status_code=204)
async def place_products(body: Placement, session: Writing) -> None:
    """Say which collections products are in, from now on: those named and no others.

    Orders that have earned already keep what was decided for them.
    """
    await service.place_products(session, body.placed())


def _id(wire: str) -> CampaignId:
    return CampaignId(from_wire(WIRE_PREFIX, wire))
