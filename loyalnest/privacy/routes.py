"""REST: what people ask about their data, for whoever answers them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.privacy import queries, service
from loyalnest.privacy.schemas import Answer, RequestView
from loyalnest.privacy.values import WIRE_PREFIX, Standing

router = APIRouter(prefix="/v1/api/privacy-requests", tags=["Privacy"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("customers:read")]
Answering = Annotated[AsyncSession, tenant("customers:write")]


@router.get("", operation_id="list_privacy_requests")
async def list_privacy_requests(
    session: Reading,
    paging: Paging,
    now: Now,
    standing: Annotated[
        Standing, Query(description="What is `overdue` is among the `open` ones as well.")
    ] = Standing.OPEN,
) -> Page[RequestView]:
    """What customers ask about their data: what waits longest first, what is answered last."""
    found = await queries.list_requests(
        session, standing, after=paging.after_id(), limit=paging.fetch, now=now
    )
    return page_of(found, paging, show=lambda it: RequestView.at(it, now), key=lambda it: (it.id,))


@router.get("/{request_id}", operation_id="get_privacy_request")
async def get_privacy_request(request_id: str, session: Reading, now: Now) -> RequestView:
    """One request."""
    return RequestView.at(await queries.get(session, _id(request_id)), now)


@router.post("/{request_id}/answer", operation_id="answer_privacy_request")
async def answer_privacy_request(
    request_id: str, body: Answer, session: Answering, caller: SignedIn, now: Now
) -> RequestView:
    """Say what was done; who asked reads it in their account.

    Doing it comes first: `/customers/{customer_id}/export` and `/erase` are beside this.
    """
    found = await service.answer(
        session, _id(request_id), note=body.note, actor=caller.actor, now=now
    )
    return RequestView.at(found, now)


@router.post("/{request_id}/reopen", operation_id="reopen_privacy_request")
async def reopen_privacy_request(request_id: str, session: Answering, now: Now) -> RequestView:
    """Take an answer back: the request waits again, due when it was."""
    return RequestView.at(await service.reopen(session, _id(request_id), now=now), now)


def _id(wire: str) -> UUID:
    return from_wire(WIRE_PREFIX, wire)
