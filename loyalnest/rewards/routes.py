"""REST: the catalogue of rewards."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, Now, Page, SignedIn, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.rewards import queries, service
from loyalnest.rewards.offers import offers_for
from loyalnest.rewards.schemas import (
    NewReward,
    OfferView,
    RewardChange,
    RewardOrder,
    RewardView,
)
from loyalnest.rewards.values import REWARD, RewardId, RewardState, Where

router = APIRouter(prefix="/v1/api", tags=["Rewards"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]


@router.get("/rewards", operation_id="list_rewards")
async def list_rewards(
    session: Reading,
    state: Annotated[RewardState | None, Query(description="Only those in this state.")] = None,
) -> Page[RewardView]:
    """The merchant's rewards in the order they are shown in."""
    return Page(items=[RewardView.of(one) for one in await queries.catalogue(session, state=state)])


@router.post("/rewards", operation_id="create_reward", status_code=201)
async def create_reward(
    body: NewReward, session: Writing, caller: SignedIn, now: Now
) -> RewardView:
    """Draw a reward up. As a draft nobody but the merchant sees it."""
    made = await service.create(
        session, body.terms, state=body.state, stock=body.stock, actor=caller.actor, now=now
    )
    return RewardView.of(made)


@router.put("/rewards/order", operation_id="reorder_rewards", status_code=204)
async def reorder_rewards(body: RewardOrder, session: Writing) -> None:
    """Show the rewards in this order; those not named follow as they were."""
    await service.reorder(session, [_id(wire) for wire in body.reward_ids])


@router.get("/rewards/{reward_id}", operation_id="get_reward")
async def get_reward(reward_id: str, session: Reading) -> RewardView:
    """One reward."""
    return RewardView.of(await queries.get_reward(session, _id(reward_id)))


@router.put("/rewards/{reward_id}", operation_id="save_reward")
async def save_reward(
    reward_id: str, body: RewardChange, session: Writing, caller: SignedIn, now: Now
) -> RewardView:
    """Change a reward from now on. Codes that were issued before keep the terms of their day.

    Paused and archived rewards can't be redeemed; their codes stay good.
    """
    saved = await service.save(
        session,
        _id(reward_id),
        body.terms,
        state=body.state,
        stock=body.stock,
        read_version=body.version,
        actor=caller.actor,
        now=now,
    )
    return RewardView.of(saved)


@router.get("/customers/{customer_id}/rewards", operation_id="list_customer_rewards")
async def list_customer_rewards(
    customer_id: str,
    session: Annotated[AsyncSession, tenant("customers:read")],
    now: Now,
    where: Annotated[
        Where, Query(description="`online`, `counter`; `both`: whichever it is for.")
    ] = Where.ONLINE,
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$")] = None,
) -> Page[OfferView]:
    """What a customer can have, and what is in the way of the rest."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    who = found.merged_into or found.id
    offers = await offers_for(session, who, where=where, currency=currency, now=now)
    return Page(items=[OfferView.of(it.reward, it.available, it.obstacle) for it in offers])


def _id(wire: str) -> RewardId:
    return RewardId(from_wire(REWARD, wire))
