"""REST for customers themselves: what they can have, and what they had."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from loyalnest import customers
from loyalnest.kernel.http import (
    PROBLEMS,
    REPLAYED,
    IdempotencyKey,
    Now,
    Page,
    Paging,
    claim,
    page_of,
    repeated,
    request_hash,
)
from loyalnest.kernel.ids import from_wire, new_id, to_wire
from loyalnest.rewards import queries, rules, service
from loyalnest.rewards.offers import offers_for
from loyalnest.rewards.own_schemas import OwnOfferView, OwnRedeemRequest, OwnRedemptionView
from loyalnest.rewards.values import REDEMPTION, REWARD, RedemptionId, RewardId, State, Where

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)
_CODES = rules.LocalCodes()


@own_router.get("/rewards", operation_id="list_own_rewards")
async def list_own_rewards(
    me: customers.Looking,
    now: Now,
    language: customers.Language,
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$")] = None,
) -> Page[OwnOfferView]:
    """What you can have online, and what is in the way of the rest."""
    offers = await offers_for(me.session, me.id, where=Where.ONLINE, currency=currency, now=now)
    wanted = await me.wants(language)
    return Page(items=[OwnOfferView.offered(it, wanted) for it in offers])


@own_router.post(
    "/rewards/redeem",
    operation_id="redeem_own_reward",
    status_code=201,
    responses=repeated(OwnRedemptionView),
)
async def redeem_own_reward(
    body: OwnRedeemRequest,
    key: IdempotencyKey,
    me: customers.Redeeming,
    now: Now,
    response: Response,
    language: customers.Language,
) -> OwnRedemptionView:
    """Spend your points on a reward and get its code.

    The same request again is answered with the same code.
    """
    made = RedemptionId(new_id())
    earlier = await claim(
        me.session,
        # Customers name their requests as they like: what one has used is free for another. Whose
        # session it is, and not who that is by now: a merge in between makes no second code.
        scope=f"redeem:{me.actor}",
        key=key,
        request_hash=request_hash(body),
        effect={"redemption_id": to_wire(REDEMPTION, made)},
        now=now,
    )
    if earlier is not None:
        response.status_code = 200
        response.headers[REPLAYED] = "true"
        made = RedemptionId(from_wire(REDEMPTION, earlier["redemption_id"]))
    else:
        await service.redeem(
            me.session,
            _CODES,
            reward_id=RewardId(from_wire(REWARD, body.reward_id)),
            customer_id=me.id,
            redemption_id=made,
            currency=body.currency,
            actor=me.actor,
            now=now,
        )
    redemption = await queries.get_redemption(me.session, made)
    terms = await queries.terms_of(me.session, redemption)
    return OwnRedemptionView.of(redemption, terms, await me.wants(language))


@own_router.get("/redemptions", operation_id="list_own_redemptions")
async def list_own_redemptions(
    me: customers.Looking,
    paging: Paging,
    language: customers.Language,
    state: Annotated[State | None, Query(description="`issued`: the codes still good.")] = None,
) -> Page[OwnRedemptionView]:
    """What you redeemed or were given, with its codes, the latest first."""
    found = await queries.list_redemptions(
        me.session, state=state, customer_id=me.id, before=paging.after_id(), limit=paging.fetch
    )
    terms = {reward.id: reward.terms for reward in await queries.catalogue(me.session)}
    wanted = await me.wants(language)
    return page_of(
        found,
        paging,
        show=lambda one: OwnRedemptionView.of(one, terms.get(one.reward_id), wanted),
        key=lambda one: (one.id,),
    )
