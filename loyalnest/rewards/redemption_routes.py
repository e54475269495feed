"""REST: redeeming rewards, and what becomes of their codes."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import WIRE_PREFIX
from loyalnest.kernel.http import (
    REPLAYED,
    IdempotencyKey,
    Now,
    Page,
    Paging,
    SignedIn,
    claim,
    page_of,
    repeated,
    request_hash,
    tenant,
)
from loyalnest.kernel.ids import from_wire, new_id, to_wire
from loyalnest.rewards import queries, rules, service
from loyalnest.rewards.schemas import (
    CancelRequest,
    CodeRequest,
    ExplainedRedemptionView,
    RedeemedView,
    RedeemRequest,
    RedemptionView,
    UseRequest,
)
from loyalnest.rewards.values import REDEMPTION, REWARD, RedemptionId, RewardId, State

redemptions = APIRouter()
Reading = Annotated[AsyncSession, tenant("points:read")]
Redeeming = Annotated[AsyncSession, tenant("points:write")]
_CODES = rules.LocalCodes()


@redemptions.post(
    "/rewards/redeem",
    operation_id="redeem_reward",
    status_code=201,
    responses=repeated(RedeemedView),
)
async def redeem_reward(
    body: RedeemRequest,
    key: IdempotencyKey,
    session: Redeeming,
    caller: SignedIn,
    now: Now,
    response: Response,
) -> RedeemedView:
    """Spend a customer's points on a reward and get its code.

    The same request again is answered with the same code. Of two who want the last points or the
    last item at once, one gets it and the other is told why not.
    """
    redemption_id = RedemptionId(new_id())
    earlier = await claim(
        session,
        scope="redeem",
        key=key,
        request_hash=request_hash(body),
        effect={"redemption_id": to_wire(REDEMPTION, redemption_id)},
        now=now,
    )
    if earlier is not None:
        response.status_code = 200
        response.headers[REPLAYED] = "true"
        made = await queries.get_redemption(session, _id(earlier["redemption_id"]))
        return RedeemedView.of(made)
    redeemed = await service.redeem(
        session,
        _CODES,
        reward_id=RewardId(from_wire(REWARD, body.reward_id)),
        customer_id=from_wire(WIRE_PREFIX, body.customer_id),
        redemption_id=redemption_id,
        where=body.where,
        currency=body.currency,
        actor=caller.actor,
        now=now,
    )
    return RedeemedView.of(redeemed.redemption)


@redemptions.get("/redemptions", operation_id="list_redemptions")
async def list_redemptions(
    session: Reading,
    paging: Paging,
    state: Annotated[State | None, Query()] = None,
    customer_id: Annotated[str | None, Query(max_length=64)] = None,
    reward_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[RedemptionView]:
    """Redemptions, the latest first."""
    found = await queries.list_redemptions(
        session,
        state=state,
        reward_id=from_wire(REWARD, reward_id) if reward_id else None,
        customer_id=from_wire(WIRE_PREFIX, customer_id) if customer_id else None,
        before=paging.after_id(),
        limit=paging.fetch,
    )
    return page_of(found, paging, show=RedemptionView.of, key=lambda one: (one.id,))


@redemptions.post("/redemptions/lookup", operation_id="look_up_code")
async def look_up_code(body: CodeRequest, session: Reading) -> ExplainedRedemptionView:
    """The redemption behind a code, however it was typed."""
    return await _explained(session, (await queries.by_code(session, body.code)).id)


@redemptions.get("/redemptions/{redemption_id}", operation_id="get_redemption")
async def get_redemption(redemption_id: str, session: Reading) -> ExplainedRedemptionView:
    """One redemption, and how it came to be what it is."""
    return await _explained(session, _id(redemption_id))


@redemptions.post("/redemptions/{redemption_id}/use", operation_id="use_redemption")
async def use_redemption(
    redemption_id: str, body: UseRequest, session: Redeeming, caller: SignedIn, now: Now
) -> RedemptionView:
    """Mark a code as used. If its order is refunded later, the reward's terms say what comes back.

    The same order again is answered like the first time.
    """
    order_id = from_wire("ord", body.order_id) if body.order_id else None
    used = await service.use(
        session, _id(redemption_id), order_id=order_id, actor=caller.actor, now=now
    )
    return RedemptionView.of(used)


@redemptions.post("/redemptions/{redemption_id}/cancel", operation_id="cancel_redemption")
async def cancel_redemption(
    redemption_id: str, body: CancelRequest, session: Redeeming, caller: SignedIn, now: Now
) -> RedemptionView:
    """Take an unused code back: its points, if it cost any, return with the dates they had."""
    cancelled = await service.cancel(
        session, _id(redemption_id), reason=body.reason, actor=caller.actor, now=now
    )
    return RedemptionView.of(cancelled)


async def _explained(session: AsyncSession, id_: RedemptionId) -> ExplainedRedemptionView:
    found = await queries.get_redemption(session, id_)
    return ExplainedRedemptionView.explained(found, await queries.steps_of(session, id_))


def _id(wire: str) -> RedemptionId:
    return RedemptionId(from_wire(REDEMPTION, wire))
