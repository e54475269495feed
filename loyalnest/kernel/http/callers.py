"""Who asks, what they may do, and the one transaction their request runs in."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request
from fastapi.params import Depends as DependsParam
from fastapi.params import Security as SecurityParam
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from loyalnest.kernel import networks
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Forbidden, Unauthenticated
from loyalnest.kernel.events import Author, sign

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="An API key (`lnk_…`), the access token of somebody who signed in, a customer's"
    " session (`lnc_…`), or the token of a stamper (`lns_…`).",
)


CREDENTIALS_MISSING = "Send an API key or an access token as 'Authorization: Bearer …'."


ONLY_FOR = "x-callers"
"""Where the API's description says which kinds of caller an operation is for, if not all."""


class MissingScope(Forbidden):
    """This key or sign-in lacks the scope that the request needs."""


class CallerKind(StrEnum):
    """How somebody proved who they are."""

    API_KEY = "api_key"
    STAFF = "staff"
    CUSTOMER = "customer"
    STAMPER = "stamper"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever made a request, once that is established."""

    merchant_id: UUID
    actor: str
    """How the records name them: `staff:stf_…`, `api_key:key_…`, `customer:cus_…`, `stamper:…`."""
    scopes: frozenset[str]
    kind: CallerKind
    subject_id: UUID
    """The member of staff, the key, the customer or the stamper."""
    session_id: UUID | None = None
    """The sign-in, for somebody who signed in."""
    device: str | None = None
    network: str | None = None
    """Where the request comes from, as records tell it; neither is known of a customer."""

    @property
    def author(self) -> Author:
        """How events tell of whatever this caller does."""
        return Author(self.actor, self.device, self.network)

    def require(self, scope: str) -> None:
        """Raises MissingScope when the caller may not do this."""
        if scope not in self.scopes:
            raise MissingScope(f"This needs the scope '{scope}', which your key does not have.")


def caller_of(request: HTTPConnection) -> Caller:
    """Whoever made the request. Raises Unauthenticated."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise Unauthenticated(CREDENTIALS_MISSING)
    return caller


def database_at(request: HTTPConnection) -> Database:
    """The database behind the application that got this request."""
    return cast(Database, request.app.state.database)


def address_of(request: HTTPConnection) -> str:
    """Where the request comes from, behind the proxies that are trusted."""
    return cast(str, getattr(request.state, "address", "unknown"))


def ip_address_of(request: HTTPConnection) -> networks.Address | None:
    """The very address that asks, behind the proxies that are trusted; None where none is known.

    For decisions. Records tell less of it (`Caller.network`), and limits count by `Address`.
    """
    origin = getattr(request.state, "origin", None)
    return None if origin is None else cast("networks.Address | None", origin.address)


def now_at(request: Request) -> datetime:
    """This request's instant: looked at once, here, and passed down."""
    clock: Clock = request.app.state.clock
    return clock()


def tenant(scope: str) -> SecurityParam:
    """A session for the caller's merchant, for callers with this scope.

    `session: Annotated[AsyncSession, tenant("points:write")]`. The transaction is committed when
    the route has returned and before its answer is sent: a commit that fails is an error the
    caller gets to see. Raises Unauthenticated, MissingScope.
    """
    return _transaction(scope)


def entitled(scope: str) -> SecurityParam:
    """The caller, if they have this scope: for routes that share their transaction with others.

    `caller: Annotated[Caller, entitled("points:write")]`. Raises Unauthenticated, MissingScope.
    """

    async def require(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
        caller = caller_of(request)
        caller.require(scope)
        return caller

    return SecurityParam(require, scopes=[scope])


def nobody() -> DependsParam:
    """A session that sees no merchant until `act_for` names one, for finding out who asks."""

    async def open_for_nobody(request: Request) -> AsyncGenerator[AsyncSession]:
        async with database_at(request).batch([]) as session:
            yield session

    return DependsParam(open_for_nobody, scope="function")


# Coroutines, though there is nothing to wait for: FastAPI sends plain functions to a thread and
# waits for their way back, with every request.
async def _known_caller(request: Request, _: Annotated[object, Depends(_BEARER)]) -> Caller:
    return caller_of(request)


async def _now(request: Request) -> datetime:
    return now_at(request)


async def _database(request: Request) -> Database:
    return database_at(request)


async def _address(request: Request) -> str:
    return address_of(request)


async def _ip_address(request: Request) -> networks.Address | None:
    return ip_address_of(request)


def _transaction(scope: str) -> SecurityParam:
    async def open_transaction(
        request: Request, _: Annotated[object, Depends(_BEARER)]
    ) -> AsyncGenerator[AsyncSession]:
        caller = caller_of(request)
        caller.require(scope)
        database = database_at(request)
        writes = scope.endswith(":write")
        async with database.tenant(caller.merchant_id, keeping_plans=writes) as session:
            sign(session, caller.author)
            yield session

    # Scope "function" ends the dependency with the route and not after the answer.
    return SecurityParam(open_transaction, scope="function", scopes=[scope])


Now = Annotated[datetime, Depends(_now)]
Db = Annotated[Database, Depends(_database)]
Address = Annotated[str, Depends(_address)]
IpAddress = Annotated[networks.Address | None, Depends(_ip_address)]
SignedIn = Annotated[Caller, Depends(_known_caller)]
"""Whoever asks, whatever they may do. Raises Unauthenticated."""
