"""REST for customers themselves: the code they pass on, what it promises, what it has brought."""

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from loyalnest import consents, customers, rewards
from loyalnest.kernel.http import PROBLEMS, IpAddress, Now
from loyalnest.kernel.languages import Wanted
from loyalnest.kernel.networks import line_of
from loyalnest.referrals import queries, rules, service
from loyalnest.referrals.schemas import CodeText, CodeView, ProgressView
from loyalnest.referrals.values import Mark, ReferralSettings, RewardWhen, Status

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


class OwnPromiseView(BaseModel):
    """What one side gets for a referral that begins now."""

    points: int
    reward: str | None = Field(description="What the reward is called; null: none.")
    reward_at_once: bool = Field(description="On using the code; else once the referral counts.")


class OwnReferralView(BaseModel):
    """Your code, and what it has brought so far. Who your friends are is their own business."""

    enabled: bool = Field(description="Whether the shop takes new referrals, and you take part.")
    referral_code: str | None = Field(description="Null: you have not asked for one.")
    link: str | None = Field(description="Null: no code, or nowhere for friends to land.")
    you_get: OwnPromiseView
    friend_gets: OwnPromiseView
    progress: ProgressView


class OwnSender(BaseModel):
    """Who sent you."""

    model_config = ConfigDict(extra="forbid")

    referral_code: CodeText


class OwnWelcomeView(BaseModel):
    """That a friend has sent you, and what that brings you."""

    status: Status = Field(description="`pending` until you have done what it takes to count.")
    you_get: OwnPromiseView


@own_router.post("/referred-by", operation_id="say_who_sent_me")
async def say_who_sent_me(
    body: OwnSender,
    me: customers.Looking,
    address: IpAddress,
    now: Now,
    language: customers.Language,
) -> OwnWelcomeView:
    """Say that a friend has sent you, by the code in their link, on joining or up to a day after.

    The same code again gets the same answer. Only the first friend counts, and only for somebody
    who is new; nobody brings themselves. Who shares a line with them is looked at first.
    """
    claimed = await service.claim(
        me.session,
        code=body.referral_code,
        friend_id=me.id,
        marks=_marks_of(address),
        actor=me.actor,
        now=now,
    )
    settings = (await queries.settings_of(me.session)).settings
    names = await _names_of(me, settings, await me.wants(language))
    return OwnWelcomeView(status=claimed.referral.status, you_get=_to_friend(settings, names))


@own_router.get("/referral", operation_id="get_own_referral")
async def get_own_referral(me: customers.Looking, language: customers.Language) -> OwnReferralView:
    """Your code and link, what both sides get, and how your friends are coming along."""
    return await _shown(me, await me.wants(language))


@own_router.post("/referral", operation_id="create_own_referral")
async def create_own_referral(
    me: customers.Looking, address: IpAddress, now: Now, language: customers.Language
) -> OwnReferralView:
    """Ask for a code; it is the same ever after."""
    await service.code_of(me.session, me.id, now=now)
    await service.note_marks(me.session, me.id, _marks_of(address), now=now)
    return await _shown(me, await me.wants(language))


def _marks_of(address: IpAddress) -> dict[Mark, str]:
    """The line that somebody asks from. An address of a machine's own network is everybody's."""
    return {Mark.IP: str(line_of(address))} if address and address.is_global else {}


async def _shown(me: customers.Me, wanted: Wanted) -> OwnReferralView:
    settings = (await queries.settings_of(me.session)).settings
    code = await queries.find_code_of(me.session, me.id)
    told = CodeView.of(code, await queries.link_of(me.session, settings)) if code else None
    names = await _names_of(me, settings, wanted)
    refused = await consents.is_refused(me.session, me.id, consents.Purpose.REFERRALS)
    return OwnReferralView(
        enabled=settings.enabled and not refused,
        referral_code=told.referral_code if told else None,
        link=told.link if told else None,
        you_get=OwnPromiseView(
            points=settings.advocate_points,
            reward=names.get(rules.reward_of(settings.advocate_reward_id)),
            reward_at_once=False,
        ),
        friend_gets=_to_friend(settings, names),
        progress=ProgressView.of(await queries.progress_of(me.session, me.id)),
    )


def _to_friend(
    settings: ReferralSettings, names: Mapping[rewards.RewardId | None, str]
) -> OwnPromiseView:
    return OwnPromiseView(
        points=settings.friend_points,
        reward=names.get(rules.reward_of(settings.friend_reward_id)),
        reward_at_once=settings.friend_reward_when is RewardWhen.JOINED,
    )


async def _names_of(
    me: customers.Me, settings: ReferralSettings, wanted: Wanted
) -> Mapping[rewards.RewardId | None, str]:
    """What the promised rewards are called in their language."""
    found = await rewards.find_many(me.session, rules.rewards_of(settings))
    return {it.id: wanted.said_in(it.terms.names, it.terms.name) for it in found}
