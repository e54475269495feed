"""REST: sessions that let customers in. What they find inside is with the modules that keep it.

A customer's own routes take no id (`Me` knows whose they are), so nobody else's can be asked for.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.customers import queries
from loyalnest.customers.routes import Writing
from loyalnest.customers.schemas import CustomerSessionView
from loyalnest.customers.values import WIRE_PREFIX
from loyalnest.kernel.http import PROBLEMS, Caller, Now, SignedIn
from loyalnest.kernel.ids import from_wire, to_wire


class Started(Protocol):
    """A session that was opened for a customer."""

    @property
    def token(self) -> str: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def scopes(self) -> frozenset[str]: ...


class StartSession(Protocol):
    """Makes the token; whoever knows what callers may do fills this in."""

    def __call__(
        self, session: AsyncSession, caller: Caller, /, *, customer_id: UUID, now: datetime
    ) -> Started: ...


def own_router_of(start_session: StartSession) -> APIRouter:
    """What lets customers in."""
    router = APIRouter(prefix="/v1/api", tags=["Customers"], responses=PROBLEMS)

    @router.post(
        "/customers/{customer_id}/sessions", operation_id="start_customer_session", status_code=201
    )
    async def _start(  # pyright: ignore[reportUnusedFunction]
        customer_id: str, session: Writing, caller: SignedIn, now: Now, response: Response
    ) -> CustomerSessionView:
        """Open a session for a customer whom your program has made sure of.

        For 15 minutes its token reads what this one customer has, and nobody else's data. The right
        to redeem comes with it only from a key with `points:write`. Revoking the key ends its
        sessions at once.
        """
        living = await queries.get_living(session, from_wire(WIRE_PREFIX, customer_id))
        started = start_session(session, caller, customer_id=living.id, now=now)
        response.headers["Cache-Control"] = "no-store"
        return CustomerSessionView(
            customer_id=to_wire(WIRE_PREFIX, living.id),
            token=started.token,
            expires_at=started.expires_at,
            scopes=sorted(started.scopes),
        )

    return router
