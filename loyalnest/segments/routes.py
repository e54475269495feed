"""REST: RFM segments."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.http import PROBLEMS, Page, Paging, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.segments import queries
from loyalnest.segments.errors import SegmentNotFound
from loyalnest.segments.schemas import ScoreView, SegmentsView, SegmentView
from loyalnest.segments.values import Segment

router = APIRouter(prefix="/v1/api", tags=["Segments"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("customers:read")]


@router.get("/rfm/segments", operation_id="list_segments")
async def list_segments(session: Reading) -> SegmentsView:
    """How many customers each segment has. Who has bought nothing is in none."""
    found = {each.segment: each for each in await queries.counts(session)}
    run = await queries.latest_run(session)
    return SegmentsView(
        items=[
            SegmentView(
                segment=segment,
                customers=found[segment].customers if segment in found else 0,
                spend=found[segment].spend if segment in found else Decimal(0),
            )
            for segment in Segment
        ],
        average_order=run[0] if run else None,
        scored_at=run[1] if run else None,
    )


@router.get("/rfm/segments/{segment}/customers", operation_id="list_customers_in_segment")
async def list_customers_in_segment(
    segment: str, session: Reading, paging: Paging
) -> Page[ScoreView]:
    """The customers of one segment with their scores."""
    if segment not in set(Segment):
        raise SegmentNotFound
    found = await queries.scores_in(session, segment, after=paging.after_id(), limit=paging.fetch)
    return page_of(found, paging, show=ScoreView.of, key=lambda score: (score.customer_id,))


@router.get("/customers/{customer_id}/rfm", operation_id="get_customer_rfm")
async def get_customer_rfm(customer_id: str, session: Reading) -> ScoreView:
    """One customer's scores; of one who was merged, those of whom they are now."""
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    return ScoreView.of(await queries.score_of(session, found.merged_into or found.id))
