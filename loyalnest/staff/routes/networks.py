"""REST: where staff may sign in from."""

from functools import cache
from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, IpAddress, Now, SignedIn, tenant
from loyalnest.staff import queries
from loyalnest.staff.schemas import AllowListChange, AllowListView
from loyalnest.staff.service import networks

Writing = Annotated[AsyncSession, tenant("access:write")]


@cache
def router_of() -> APIRouter:
    """The list, and a new one in its place."""
    router = APIRouter(prefix="/v1/api/staff/networks", tags=["Staff"], responses=PROBLEMS)
    router.get("", operation_id="get_staff_networks")(get_staff_networks)
    router.put("", operation_id="save_staff_networks")(save_staff_networks)
    return router


async def get_staff_networks(session: Writing, address: IpAddress) -> AllowListView:
    """Where staff may sign in from, and where you are."""
    return AllowListView.of(await queries.get_allow_list(session), address)


async def save_staff_networks(
    body: AllowListChange, session: Writing, caller: SignedIn, address: IpAddress, now: Now
) -> AllowListView:
    """Let staff sign in from these networks alone, or, with none, from anywhere.

    It holds whoever signs in, refreshes, asks, listens to the stream or comes in by Shopify's
    admin, from the next request on; elsewhere they are answered `NETWORK_REFUSED`. API keys,
    customers and deliveries are not held by it. A list without the address that you ask from is
    refused, unless you ask with an API key: `ALLOW_LIST_LOCKS_OUT`.
    """
    saved = await networks.save_allow_list(
        session,
        body.places(),
        read_version=body.version,
        by=caller,
        address=address,
        now=now,
    )
    return AllowListView.of(saved, address)
