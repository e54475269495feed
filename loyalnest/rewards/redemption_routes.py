"""REST: redeeming rewards, and what becomes of their codes."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import WIRE_PREFIX
from loyalnest.kernel.http import (
    PROBLEMS,
    REPLAYED,
    Caller,
    Db,
    IdempotencyKey,
    Now,
    Page,
    Paging,
    SignedIn,
    entitled,
    page_of,
    repeated,
    request_hash,
    tenant,
)
from loyalnest.kernel.ids import from_wire, new_id
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

redemptions_router = APIRouter(prefix="/v1/api", tags=["Rewards"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("points:read")]
Redeeming = Annotated[AsyncSession, tenant("points:write")]
_CODES = rules.LocalCodes()


def counter_router() -> APIRouter:
    """The door for redeeming; what comes at once is carried out together."""
    door = APIRouter(prefix="/v1/api", tags=["Rewards"], responses=PROBLEMS)
    counter = service.counter(_CODES)

    @door.post(
        "/rewards/redeem",
        operation_id="redeem_reward",
        status_code=201,
        responses=repeated(RedeemedView),
    )
    async def redeem_reward(  # pyright: ignore[reportUnusedFunction]
        body: RedeemRequest,
        key: IdempotencyKey,
        db: Db,
        caller: Annotated[Caller, entitled("points:write")],
        now: Now,
        response: Response,
    ) -> RedeemedView:
        """Spend a customer's points on a reward and get its code.

        The same request again is answered with the same code. Of two who want the last points or
        the last item at once, one gets it and the other is told why not.
        """
        wish = service.Wish(
            redemption_id=RedemptionId(new_id()),
            reward_id=RewardId(from_wire(REWARD, body.reward_id)),
            customer_id=from_wire(WIRE_PREFIX, body.customer_id),
            where=body.where,
            currency=body.currency,
        )
        request = service.Request(
            merchant_id=caller.merchant_id,
            author=caller.author,
            wish=wish,
            key=key,
            request_hash=request_hash(body),
            at=now,
        )
        served = await counter.ask(db, request)
        if served.again:
            response.status_code = 200
            response.headers[REPLAYED] = "true"
        return RedeemedView.of(served.redemption)

    return door


@redemptions_router.get("/redemptions", operation_id="list_redemptions")
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


@redemptions_router.post("/redemptions/lookup", operation_id="look_up_code")
async def look_up_code(body: CodeRequest, session: Reading) -> ExplainedRedemptionView:
    """The redemption behind a code, however it was typed."""
    return await _explained(session, (await queries.by_code(session, body.code)).id)


@redemptions_router.get("/redemptions/{redemption_id}", operation_id="get_redemption")
async def get_redemption(redemption_id: str, session: Reading) -> ExplainedRedemptionView:
    """One redemption, and how it came to be what it is."""
    return await _explained(session, _id(redemption_id))


@redemptions_router.post("/redemptions/{redemption_id}/use", operation_id="use_redemption")
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


@redemptions_router.post("/redemptions/{redemption_id}/cancel", operation_id="cancel_redemption")
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
