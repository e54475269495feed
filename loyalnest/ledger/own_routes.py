"""REST for customers themselves: their lines in the books."""

from fastapi import APIRouter

from loyalnest import customers
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Page, Paging, page_of
from loyalnest.ledger import queries
from loyalnest.ledger.own_schemas import OwnEntryView
from loyalnest.ledger.service.units import POINTS, unit_asked
from loyalnest.ledger.values import EntryId

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


@own_router.get("/entries", operation_id="list_own_entries")
async def list_own_entries(me: customers.Looking, paging: Paging) -> Page[OwnEntryView]:
    """Where your points came from and where they went, the latest first, each in words."""
    counted = await unit_asked(me.session, merchant_of(me.session), POINTS)
    if counted is None:
        return Page(items=[])
    after = paging.after_id()
    found = await queries.entries_of_customer(
        me.session,
        me.id,
        limit=paging.fetch,
        before=EntryId(after) if after else None,
        unit_id=counted,
    )
    return page_of(found, paging, show=OwnEntryView.of, key=lambda entry: (entry.id,))
