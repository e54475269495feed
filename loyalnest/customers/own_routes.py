"""REST: sessions that let customers in. What they find inside is with the modules that keep it.

A customer's own routes take no id (`Me` knows whose they are), so nobody else's can be asked for.
"""

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import queries
from loyalnest.customers.routes import Writing
from loyalnest.customers.schemas import CustomerLink, CustomerLinkView, CustomerSessionView
from loyalnest.customers.values import WIRE_PREFIX
from loyalnest.kernel.http import (
    ONLY_FOR,
    PROBLEMS,
    Caller,
    CallerKind,
    Now,
    SignedIn,
    nobody,
)
from loyalnest.kernel.ids import from_wire, to_wire


class Started(Protocol):
    """A session that was opened for a customer."""

    @property
    def token(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def scopes(self) -> frozenset[str]: ...


class Pass(Protocol):
    """What a link carries."""

    @property
    def secret(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...


class Doors(Protocol):
    """Lets customers in; whoever knows what callers may do fills this in."""

    async def start_customer_session(
        self, session: AsyncSession, caller: Caller, /, *, customer_id: UUID, now: datetime
    ) -> Started: ...

    async def make_pass(
        self, session: AsyncSession, caller: Caller, /, *, customer_id: UUID, now: datetime
    ) -> Pass: ...

    async def enter_by_link(
        self, session: AsyncSession, token: str, /, *, now: datetime
    ) -> tuple[UUID, Started]: ...


def own_router_of(doors: Doors) -> APIRouter:
    """What lets customers in."""
    router = APIRouter(prefix="/v1/api", tags=["Own account"], responses=PROBLEMS)

    @router.post(
        "/customers/{customer_id}/sessions",
        operation_id="start_customer_session",
        status_code=201,
        openapi_extra={ONLY_FOR: [CallerKind.API_KEY]},
    )
    async def _start(  # pyright: ignore[reportUnusedFunction]
        customer_id: str, session: Writing, caller: SignedIn, now: Now
    ) -> CustomerSessionView:
        """Open a session for a customer whom your program has made sure of.

        For 15 minutes its token reads what this one customer has, and nobody else's data. The right
        to redeem comes with it only from a key with `points:write`. Revoking the key ends its
        sessions at once.
        """
        living = await queries.get_living(session, from_wire(WIRE_PREFIX, customer_id))
        started = await doors.start_customer_session(
            session, caller, customer_id=living.id, now=now
        )
        return _shown(living.id, started)

    @router.post(
        "/customers/{customer_id}/links", operation_id="create_customer_link", status_code=201
    )
    async def _make_link(  # pyright: ignore[reportUnusedFunction]
        customer_id: str, session: Writing, caller: SignedIn, now: Now
    ) -> CustomerLinkView:
        """Make what lets a customer in by a link: it works once, within 15 minutes.

        Put it behind `#` in a link to your own page and send it where only the customer reads it.
        The session that comes of it can do no more than you, and ends with your key or your place
        on the staff.
        """
        living = await queries.get_living(session, from_wire(WIRE_PREFIX, customer_id))
        made = await doors.make_pass(session, caller, customer_id=living.id, now=now)
        return CustomerLinkView(token=made.secret, expires_at=made.expires_at)

    @router.post("/sessions", operation_id="use_customer_link", status_code=201)
    async def _use_link(  # pyright: ignore[reportUnusedFunction]
        body: CustomerLink, session: Annotated[AsyncSession, nobody()], now: Now
    ) -> CustomerSessionView:
        """Exchange what a link carries for a session. Nobody needs to be signed in for that."""
        customer_id, started = await doors.enter_by_link(session, body.token, now=now)
        return _shown((await queries.get_living(session, customer_id)).id, started)

    return router


def _shown(customer_id: UUID, started: Started) -> CustomerSessionView:
    return CustomerSessionView(
        customer_id=to_wire(WIRE_PREFIX, customer_id),
        token=started.token,
        expires_at=started.expires_at,
        scopes=sorted(started.scopes),
    )
