"""REST: how much of the plan is used."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, tenant
from loyalnest.kernel.settings import Settings
from loyalnest.plans import queries
from loyalnest.plans.schemas import UsageView
from loyalnest.plans.values import PLANS

Reading = Annotated[AsyncSession, tenant("program:read")]


def router_of(settings: Settings) -> APIRouter:
    """The routes, for an installation on this plan."""
    router = APIRouter(prefix="/v1/api", tags=["Program"], responses=PROBLEMS)

    @router.get("/usage", operation_id="get_usage")
    async def get_usage(  # pyright: ignore[reportUnusedFunction]
        session: Reading, now: Now
    ) -> UsageView:
        """The orders of this month, and how many the plan holds.

        At 80 and at 100 per cent `usage.threshold_reached` is told, once a month each. Earning
        goes on, whatever is used.
        """
        return UsageView.of(await queries.usage_of(session, PLANS[settings.plan], now=now))

    return router
