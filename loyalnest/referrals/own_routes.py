"""REST for customers themselves: the code they pass on, what it promises, what it has brought."""

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field

from loyalnest import customers, rewards
from loyalnest.kernel.http import PROBLEMS, Now
from loyalnest.kernel.languages import Wanted
from loyalnest.referrals import queries, rules, service
from loyalnest.referrals.schemas import CodeView, ProgressView
from loyalnest.referrals.values import ReferralSettings, RewardWhen

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


class OwnPromiseView(BaseModel):
    """What one side gets for a referral that begins now."""

    points: int
    reward: str | None = Field(description="What the reward is called; null: none.")
    reward_at_once: bool = Field(description="On using the code; else once the referral counts.")


class OwnReferralView(BaseModel):
    """Your code, and what it has brought so far. Who your friends are is their own business."""

    enabled: bool = Field(description="Whether the shop takes new referrals.")
    referral_code: str | None = Field(description="Null: you have not asked for one.")
    link: str | None = Field(description="Null: no code, or nowhere for friends to land.")
    you_get: OwnPromiseView
    friend_gets: OwnPromiseView
    progress: ProgressView


@own_router.get("/referral", operation_id="get_own_referral")
async def get_own_referral(me: customers.Looking, language: customers.Language) -> OwnReferralView:
    """Your code and link, what both sides get, and how your friends are coming along."""
    return await _shown(me, await me.wants(language))


@own_router.post("/referral", operation_id="create_own_referral")
async def create_own_referral(
    me: customers.Looking, now: Now, language: customers.Language
) -> OwnReferralView:
    """Ask for a code; it is the same ever after."""
    await service.code_of(me.session, me.id, now=now)
    return await _shown(me, await me.wants(language))


async def _shown(me: customers.Me, wanted: Wanted) -> OwnReferralView:
    settings = (await queries.settings_of(me.session)).settings
    code = await queries.find_code_of(me.session, me.id)
    told = CodeView.of(code, settings) if code else None
    names = await _names_of(me, settings, wanted)
    return OwnReferralView(
        enabled=settings.enabled,
        referral_code=told.referral_code if told else None,
        link=told.link if told else None,
        you_get=OwnPromiseView(
            points=settings.advocate_points,
            reward=names.get(rules.reward_of(settings.advocate_reward_id)),
            reward_at_once=False,
        ),
        friend_gets=OwnPromiseView(
            points=settings.friend_points,
            reward=names.get(rules.reward_of(settings.friend_reward_id)),
            reward_at_once=settings.friend_reward_when is RewardWhen.JOINED,
        ),
        progress=ProgressView.of(await queries.progress_of(me.session, me.id)),
    )


async def _names_of(
    me: customers.Me, settings: ReferralSettings, wanted: Wanted
) -> Mapping[rewards.RewardId | None, str]:
    """What the promised rewards are called in their language."""
    found = await rewards.find_many(me.session, rules.rewards_of(settings))
    return {it.id: wanted.said_in(it.terms.names, it.terms.name) for it in found}
