"""REST: the settings of a shop's pages, and what speaks up there by itself."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now, Page, SignedIn, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.languages import chosen
from loyalnest.storefront import queries, service
from loyalnest.storefront.gathering import Asked, gather
from loyalnest.storefront.schemas import (
    NewNudge,
    NudgeChange,
    NudgeView,
    SiteChange,
    SiteView,
)
from loyalnest.storefront.shown import ShownConfig
from loyalnest.storefront.values import NUDGE, ContentState, Nudge, NudgeId

router = APIRouter(prefix="/v1/api/content", tags=["On site"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("/site", operation_id="get_site")
async def get_site(session: Reading) -> SiteView:
    """What of the program is on the shop's pages: the widget, and where points are told."""
    return SiteView.of(await queries.current(session))


@router.put("/site", operation_id="save_site")
async def save_site(body: SiteChange, session: Writing, caller: SignedIn, now: Now) -> SiteView:
    """Show this on the shop's pages from now on.

    Pages see it within a minute or two: browsers keep what they were told for that long. Saving
    what is in force already makes no new version.
    """
    saved = await service.save_site(
        session, body.settings, read_version=body.version, actor=caller.actor, now=now
    )
    return SiteView.of(saved)


@router.get("/config", operation_id="get_content_config")
async def get_content_config(
    session: Reading,
    now: Now,
    language: Annotated[str | None, Query(description="One that we speak; else English.")] = None,
) -> ShownConfig:
    """What pages of the first connected store are told, as it stands this instant.

    As `GET /v1/api/widget/config` tells them, which is kept for a while; for whoever draws up what
    pages will show. Without a store it is the same with an empty `shop`.
    """
    stores = await merchants.list_stores(session, merchant_id=merchant_of(session))
    shop = next((it.domain for it in stores if it.uninstalled_at is None), "")
    return await gather(session, Asked(shop, chosen([language]), "", now))


@router.get("/nudges", operation_id="list_nudges")
async def list_nudges(
    session: Reading,
    now: Now,
    state: Annotated[ContentState | None, Query(description="Only those that stand so.")] = None,
) -> Page[NudgeView]:
    """What speaks up by itself, the oldest first."""
    found = await queries.list_nudges(session, state=state)
    on = await _switched_on(session, now)
    return Page(items=[NudgeView.of(it, on=on, now=now) for it in found])


@router.post("/nudges", operation_id="create_nudge", status_code=201)
async def create_nudge(body: NewNudge, session: Writing, caller: SignedIn, now: Now) -> NudgeView:
    """Draw a nudge up. At most 20 are on at a time."""
    made = await service.create_nudge(
        session, body.terms, state=body.state, actor=caller.actor, now=now
    )
    return await _view(session, made, now)


@router.get("/nudges/{nudge_id}", operation_id="get_nudge")
async def get_nudge(nudge_id: str, session: Reading, now: Now) -> NudgeView:
    """One nudge."""
    return await _view(session, await queries.get_nudge(session, _id(nudge_id)), now)


@router.put("/nudges/{nudge_id}", operation_id="save_nudge")
async def save_nudge(
    nudge_id: str, body: NudgeChange, session: Writing, caller: SignedIn, now: Now
) -> NudgeView:
    """Change a nudge from now on, switch it on, or put it away.

    Every change makes a new version, of the state as well. Its kind stays.
    """
    saved = await service.save_nudge(
        session,
        _id(nudge_id),
        body.terms,
        state=body.state,
        read_version=body.version,
        actor=caller.actor,
        now=now,
    )
    return await _view(session, saved, now)


async def _view(session: AsyncSession, nudge: Nudge, now: datetime) -> NudgeView:
    return NudgeView.of(nudge, on=await _switched_on(session, now), now=now)


async def _switched_on(session: AsyncSession, now: datetime) -> bool:
    program = await merchants.program_of(session, merchant_of(session))
    return program.at(now).settings.runs("nudges")


def _id(told: str) -> NudgeId:
    return NudgeId(from_wire(NUDGE, told))
