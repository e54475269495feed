"""REST for customers themselves: the code they pass on, and what it has brought."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, Now
from loyalnest.referrals import queries, service
from loyalnest.referrals.schemas import CodeView, ProgressView

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


class OwnReferralView(BaseModel):
    """Your code, and what it has brought so far. Who your friends are is their own business."""

    enabled: bool = Field(description="Whether the shop takes new referrals.")
    referral_code: str | None = Field(description="Null: you have not asked for one.")
    link: str | None = Field(description="Null: no code, or nowhere for friends to land.")
    progress: ProgressView


@own_router.get("/referral", operation_id="get_own_referral")
async def get_own_referral(me: customers.Looking) -> OwnReferralView:
    """Your code and link, and how your friends are coming along."""
    return await _shown(me)


@own_router.post("/referral", operation_id="create_own_referral")
async def create_own_referral(me: customers.Looking, now: Now) -> OwnReferralView:
    """Ask for a code; it is the same ever after."""
    await service.code_of(me.session, me.id, now=now)
    return await _shown(me)


async def _shown(me: customers.Me) -> OwnReferralView:
    settings = (await queries.settings_of(me.session)).settings
    code = await queries.find_code_of(me.session, me.id)
    told = CodeView.of(code, settings) if code else None
    return OwnReferralView(
        enabled=settings.enabled,
        referral_code=told.referral_code if told else None,
        link=told.link if told else None,
        progress=ProgressView.of(await queries.progress_of(me.session, me.id)),
    )
