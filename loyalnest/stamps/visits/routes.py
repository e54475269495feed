"""REST: who is late by their own rhythm."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, InvalidCursor, Now, Page, Paging, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.stamps.visits import queries
from loyalnest.stamps.visits.schemas import LateGuestView

router = APIRouter(prefix="/v1/api", tags=["Visits"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("customers:read")]
StoreId = Annotated[
    str | None, Query(max_length=64, description="Those alone who came to this store last.")
]


@router.get("/visits/at-risk", operation_id="list_customers_at_risk")
async def list_customers_at_risk(
    session: Reading, paging: Paging, now: Now, store_id: StoreId = None
) -> Page[LateGuestView]:
    """Customers who are late by their own rhythm and not lost yet; who was late last comes first.

    A weekly guest is late after two weeks, a monthly one after two months.
    """
    found = await queries.list_at_risk(
        session,
        store_id=None if store_id is None else from_wire("sto", store_id),
        before=_before(paging.after, now),
        limit=paging.fetch,
        now=now,
    )
    people = await customers.find_many(session, [it.customer_id for it in found])
    return page_of(
        found,
        paging,
        show=lambda it: LateGuestView.of(it, people.get(it.customer_id)),
        key=lambda it: (it.late_at.isoformat(), it.customer_id),
    )


def _before(after: tuple[str, ...], now: datetime) -> tuple[datetime, UUID]:
    if not after:
        return now, UUID(int=2**128 - 1)
    try:
        late_at, customer_id = after
        seen = datetime.fromisoformat(late_at), UUID(customer_id)
    except ValueError:
        raise InvalidCursor from None
    if seen[0].tzinfo is None:
        raise InvalidCursor
    return seen
