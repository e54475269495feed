"""REST: the log of events, followed or looked through, and those that could not be handled."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import (
    PROBLEMS,
    Instant,
    InvalidCursor,
    Now,
    Page,
    Paging,
    page_of,
    tenant,
)
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import queries
from loyalnest.kernel.relay.activity import Wanted, list_activity
from loyalnest.kernel.relay.delivery import retry_failure
from loyalnest.kernel.relay.schemas import (
    EventFailureOut,
    EventOut,
    RetryOut,
    event_out,
    failure_out,
)
from loyalnest.kernel.relay.values import Subscriber

Reading = Annotated[AsyncSession, tenant("events:read")]
Writing = Annotated[AsyncSession, tenant("inbox:write")]
Position = Annotated[int, Path(ge=1, le=2**63 - 1)]

_TAGS: list[str | Enum] = ["Events"]


def router_of(subscribers: Sequence[Subscriber]) -> APIRouter:
    """The routes; a retry needs to know who can be handed an event again."""
    log = APIRouter(prefix="/v1/api/events", tags=_TAGS, responses=PROBLEMS)
    _failures(log, subscribers)
    _log(log)
    router = APIRouter(tags=_TAGS, responses=PROBLEMS)
    router.routes += log.routes
    router.get("/v1/api/activity", operation_id="list_activity")(_activity)
    return router


async def _activity(
    session: Reading,
    paging: Paging,
    type: Annotated[
        list[str] | None, Query(max_length=100, description="Only these types.")
    ] = None,
    customer: Annotated[str | None, Query(description="Only this customer's.")] = None,
    store: Annotated[
        str | None, Query(description="Only what happened in this store: its orders, their points.")
    ] = None,
    since: Annotated[Instant | None, Query(description="From this instant on.")] = None,
    until: Annotated[Instant | None, Query(description="Up to this instant, not included.")] = None,
) -> Page[EventOut]:
    """What happened, by when it did, the latest first: for people who look through it.

    A program that follows the log reads `/v1/api/events`, whose order never changes.
    """
    wanted = Wanted(
        types=type,
        customer_id=None if customer is None else from_wire("cus", customer),
        store_id=None if store is None else from_wire("sto", store),
        since=since,
        until=until,
    )
    rows = await list_activity(
        session,
        wanted,
        merchant_id=merchant_of(session),
        before=_activity_before(paging.after),
        limit=paging.fetch,
    )
    return page_of(
        rows,
        paging,
        show=event_out,
        key=lambda row: (row.occurred_at.isoformat(), row.position),
    )


def _log(router: APIRouter) -> None:
    @router.get("", operation_id="list_events")
    async def list_events(  # pyright: ignore[reportUnusedFunction]
        session: Reading,
        paging: Paging,
        type: Annotated[
            list[str] | None, Query(max_length=50, description="Only these types.")
        ] = None,
        customer: Annotated[str | None, Query(description="Only this customer's.")] = None,
        after: Annotated[
            int, Query(ge=0, le=2**63 - 1, description="Only those after this position.")
        ] = 0,
        latest_first: Annotated[bool, Query(description="From now backwards.")] = False,
    ) -> Page[EventOut]:
        """What happened, in the order it was committed."""
        merchant_id, reached = merchant_of(session), paging.after_number()
        about = None if customer is None else from_wire("cus", customer)
        if latest_first:
            rows = await queries.events_before(
                session,
                merchant_id=merchant_id,
                position=reached,
                after=after,
                types=type,
                customer_id=about,
                limit=paging.fetch,
            )
        else:
            rows = await queries.events_after(
                session,
                merchant_id=merchant_id,
                position=max(after, reached or 0),
                types=type,
                customer_id=about,
                limit=paging.fetch,
            )
        return page_of(rows, paging, show=event_out, key=lambda row: (row.position,))

    @router.get("/{position}", operation_id="get_event")
    async def get_event(  # pyright: ignore[reportUnusedFunction]
        session: Reading, position: Position
    ) -> EventOut:
        """One event, by its position."""
        event = await queries.get_event(
            session, merchant_id=merchant_of(session), position=position
        )
        return event_out(event)


def _failures(router: APIRouter, subscribers: Sequence[Subscriber]) -> None:
    @router.get("/failures", operation_id="list_event_failures")
    async def list_failures(  # pyright: ignore[reportUnusedFunction]
        session: Reading, paging: Paging
    ) -> Page[EventFailureOut]:
        """Events that a part of the house could not handle, oldest first."""
        rows = await queries.list_failures(
            session,
            merchant_id=merchant_of(session),
            after=_failure_after(paging.after),
            limit=paging.fetch,
        )
        return page_of(
            rows, paging, show=failure_out, key=lambda row: (row.event.position, row.subscriber)
        )

    @router.post("/failures/{subscriber}/{position}/retry", operation_id="retry_event")
    async def retry(  # pyright: ignore[reportUnusedFunction]
        session: Writing, subscriber: str, position: Position, now: Now
    ) -> RetryOut:
        """Hand an event that failed to its subscriber again."""
        handled = await retry_failure(
            session,
            subscribers,
            merchant_id=merchant_of(session),
            subscriber=subscriber,
            position=position,
            now=now,
        )
        return RetryOut(handled=handled)


def _failure_after(parts: tuple[str, ...]) -> tuple[int, str]:
    if not parts:
        return 0, ""
    try:
        position, subscriber = parts
        return int(position), subscriber
    except ValueError:
        raise InvalidCursor from None


def _activity_before(parts: tuple[str, ...]) -> tuple[datetime, int] | None:
    if not parts:
        return None
    try:
        occurred_at, position = parts
        seen = datetime.fromisoformat(occurred_at), int(position)
    except ValueError:
        raise InvalidCursor from None
    if seen[0].tzinfo is None or not 0 < seen[1] < 2**63:
        raise InvalidCursor
    return seen
