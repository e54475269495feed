"""REST for customers themselves: what they ask about their data, and what they were answered."""

from fastapi import APIRouter, Response

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, Now, Page, repeated
from loyalnest.privacy import queries, service
from loyalnest.privacy.schemas import OwnRequest, OwnRequestView

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.get("/privacy-requests", operation_id="list_own_privacy_requests")
async def list_own_privacy_requests(me: customers.Looking) -> Page[OwnRequestView]:
    """What you asked about your data, the latest first; the last 200."""
    found = await queries.requests_of(me.session, me.id)
    return Page(items=[OwnRequestView.of(it) for it in found])


@own_router.post(
    "/privacy-requests",
    operation_id="create_own_privacy_request",
    status_code=201,
    responses=repeated(OwnRequestView),
)
async def create_own_privacy_request(
    body: OwnRequest, me: customers.Looking, now: Now, response: Response
) -> OwnRequestView:
    """Ask about your data. You are answered within 72 hours.

    Who asks for the same again while it waits is shown the request that waits (200).
    """
    found, fresh = await service.ask(
        me.session, customer_id=me.id, kind=body.kind, note=body.note, now=now
    )
    if not fresh:
        response.status_code = 200
    return OwnRequestView.of(found)
