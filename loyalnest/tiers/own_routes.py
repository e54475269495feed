"""REST for customers themselves: what they have, and where they stand."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, ledger, merchants, orders
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now
from loyalnest.tiers import queries
from loyalnest.tiers.own_schemas import Money, OwnStandingView, OwnView

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.get("", operation_id="get_own_account")
async def get_own_account(
    me: customers.Looking,
    now: Now,
    language: customers.Language,
    days: Annotated[
        int, Query(ge=1, le=366, description="How far ahead to look for what lapses.")
    ] = 30,
    currency: Annotated[
        str | None,
        Query(pattern="^[A-Z]{3}$", description="Show money in this one, if its worth is known."),
    ] = None,
) -> OwnView:
    """What you have, what of it lapses soon, and how far the next tier is."""
    held = (await ledger.balances_of(me.session, [me.id], now=now))[me.id]
    lapses = await ledger.lapsing_of(me.session, me.id, now=now, until=now + timedelta(days=days))
    merchant_id = merchant_of(me.session)
    version = (await queries.ladders_of(me.session, [merchant_id])).get(merchant_id)
    standing = None
    if version is not None and version.ladder.enabled:
        place = await queries.find_place(me.session, me.id)
        wanted = await me.wants(language)
        standing = OwnStandingView.of(
            place, version.ladder, wanted, await _money(me.session, currency, now), now
        )
    return OwnView.of(me.id, held, lapses, standing)


async def _money(session: AsyncSession, currency: str | None, now: datetime) -> Money:
    """The currency that was asked for, at today's rate; the merchant's own if there is none."""
    own = (await merchants.get(session, merchant_of(session))).currency
    if currency is None or currency == own:
        return Money(own, Decimal(1))
    rate = await orders.find_rate(session, currency, at=now)
    return Money(currency, rate) if rate else Money(own, Decimal(1))
