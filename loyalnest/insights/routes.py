"""REST: a shop's figures."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.insights import queries
from loyalnest.insights.errors import RangeTooEarly, RangeTooLate, RangeTooLong, RangeUpsideDown
from loyalnest.insights.schemas import ShopMetricsView
from loyalnest.insights.values import DAYS_AT_MOST, Metrics, Range
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Caller, Now, SignedIn, tenant
from loyalnest.kernel.ids import from_wire

NamesOf = Callable[[AsyncSession, Sequence[str]], Awaitable[Mapping[str, str]]]
"""What those at the counter are called, by how the figures know them."""
Reading = Annotated[AsyncSession, tenant("program:read")]
StoreId = Annotated[str | None, Query(max_length=64, description="One store; else all together.")]
From = Annotated[
    date | None, Query(alias="from", description="The first day; 30 days up to `to` if left out.")
]
To = Annotated[
    date | None, Query(alias="to", description="The last day; the merchant's today if left out.")
]
_EARLIEST, _LATEST = date(1970, 1, 1), date(2999, 12, 31)
_USUAL_DAYS = timedelta(days=29)
_SEES_MONEY, _SEES_OTHERS = "events:read", "staff:read"


def router_of(names_of: NamesOf) -> APIRouter:
    """The routes of this module, with the names of those at the counter from who keeps them."""
    router = APIRouter(prefix="/v1/api", tags=["Dashboard"], responses=PROBLEMS)

    @router.get("/dashboard/metrics", operation_id="get_shop_metrics")
    async def get_shop_metrics(  # pyright: ignore[reportUnusedFunction]
        session: Reading,
        caller: SignedIn,
        now: Now,
        store_id: StoreId = None,
        first: From = None,
        last: To = None,
    ) -> ShopMetricsView:
        """What came of some days at the counter: who came, when, and what they were given.

        Days and hours are the merchant's own. What happens shows within a second or two.
        """
        merchant = await merchants.get(session, merchant_of(session))
        store = None if store_id is None else from_wire("sto", store_id)
        if store is not None:
            await merchants.get_store(session, store)
        asked = _range(first, last, today=now.astimezone(merchant.zone).date())
        found = _seen_by(caller, await queries.metrics_of(session, asked, store_id=store, now=now))
        return ShopMetricsView.of(
            found,
            asked,
            one_store=store is not None,
            with_money=_SEES_MONEY in caller.scopes,
            names=await names_of(session, [it.by for it in found.clerks]),
            time_zone=merchant.zone.key,
            currency=merchant.currency,
            now=now,
        )

    return router


def _range(first: date | None, last: date | None, *, today: date) -> Range:
    until = last or today
    if min(until, first or until) < _EARLIEST:
        raise RangeTooEarly
    if until > _LATEST:
        raise RangeTooLate
    asked = Range(first or until - _USUAL_DAYS, until)
    if asked.first > asked.last:
        raise RangeUpsideDown
    if asked.days > DAYS_AT_MOST:
        raise RangeTooLong
    return asked


def _seen_by(caller: Caller, found: Metrics) -> Metrics:
    """Who may not see what others do at the counter sees what they did themselves."""
    if _SEES_OTHERS in caller.scopes:
        return found
    own = tuple(it for it in found.clerks if it.by == caller.actor)
    return msgspec.structs.replace(found, clerks=own)
