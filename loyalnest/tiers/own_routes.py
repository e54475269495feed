"""REST for customers themselves: what they have, and where they stand."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from loyalnest import customers, ledger
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now
from loyalnest.tiers import queries
from loyalnest.tiers.own_schemas import OwnStandingView, OwnView

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.get("", operation_id="get_own_account")
async def get_own_account(
    me: customers.Looking,
    now: Now,
    language: customers.Language = None,
    days: Annotated[
        int, Query(ge=1, le=366, description="How far ahead to look for what lapses.")
    ] = 30,
) -> OwnView:
    """What you have, what of it lapses soon, and how far the next tier is."""
    held = (await ledger.balances_of(me.session, [me.id], now=now))[me.id]
    lapses = await ledger.lapsing_of(me.session, me.id, now=now, until=now + timedelta(days=days))
    merchant_id = merchant_of(me.session)
    version = (await queries.ladders_of(me.session, [merchant_id])).get(merchant_id)
    standing = None
    if version is not None and version.ladder.enabled:
        place = await queries.find_place(me.session, me.id)
        standing = OwnStandingView.of(place, version.ladder, language, now)
    return OwnView.of(me.id, held, lapses, standing)
