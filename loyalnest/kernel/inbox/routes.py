"""REST: what came in and could not be applied, and trying it again."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.inbox import queries, service
from loyalnest.kernel.inbox.schemas import (
    DeliveryOut,
    DeliveryWithBody,
    delivery_out,
    delivery_with_body,
)
from loyalnest.kernel.inbox.values import Standing

router = APIRouter(prefix="/v1/api/inbox/deliveries", tags=["Inbox"], responses=PROBLEMS)

Reading = Annotated[AsyncSession, tenant("inbox:read")]
Writing = Annotated[AsyncSession, tenant("inbox:write")]


class ListedState(StrEnum):
    """The states that deliveries can be listed by."""

    WAITING = "waiting"
    DEAD = "dead"
    UNHANDLED = "unhandled"
    REQUEST = "request"


@router.get("")
async def list_deliveries(
    session: Reading, paging: Paging, state: ListedState = ListedState.DEAD
) -> Page[DeliveryOut]:
    """Deliveries that are not applied, oldest first, without what they say."""
    rows = await queries.list_deliveries(
        session,
        merchant_id=merchant_of(session),
        standing=Standing(state.value),
        after=paging.after_id(),
        limit=paging.fetch,
    )
    return page_of(rows, paging, show=delivery_out, key=lambda row: (row.id,))


@router.get("/{delivery_id}")
async def get_delivery(session: Reading, delivery_id: str) -> DeliveryWithBody:
    """One delivery with the body that came; it may hold personal data."""
    seen, body = await queries.get_delivery(
        session, merchant_id=merchant_of(session), delivery_id=from_wire("dlv", delivery_id)
    )
    return delivery_with_body(seen, body)


@router.post("/{delivery_id}/retry", status_code=202)
async def retry_delivery(session: Writing, delivery_id: str, now: Now) -> DeliveryOut:
    """Queue a dead letter again, or a delivery that nobody handled when it came."""
    merchant_id, id = merchant_of(session), from_wire("dlv", delivery_id)
    await service.retry(session, merchant_id=merchant_id, delivery_id=id, now=now)
    seen, _ = await queries.get_delivery(session, merchant_id=merchant_id, delivery_id=id)
    return delivery_out(seen)
