"""A door to one module's routes, for tests: no sign-in, the caller is given."""

from datetime import datetime
from uuid import UUID

import httpx
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from loyalnest.kernel.database import Database
from loyalnest.kernel.http import Caller, CallerKind, answer_problems
from loyalnest.kernel.ids import new_id
from tests.conftest import NOW

EVERY_SCOPE = (
    "customers:read customers:write points:read points:write orders:read program:read "
    "program:write events:read inbox:read inbox:write staff:write"
)


def caller_for(merchant_id: UUID, scopes: str = EVERY_SCOPE) -> Caller:
    """An API key of this merchant, with scopes separated by spaces."""
    return Caller(
        merchant_id, "api_key:test", frozenset(scopes.split()), CallerKind.API_KEY, new_id()
    )


def door(
    database: Database, *routers: APIRouter, caller: Caller | None, now: datetime = NOW
) -> httpx.AsyncClient:
    """A client of an application that has these routes and takes everybody for `caller`."""
    app = FastAPI()
    app.state.database = database
    app.state.clock = lambda: now
    for router in routers:
        app.include_router(router)
    answer_problems(app)
    transport = httpx.ASGITransport(_signed_in(app, caller), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


def _signed_in(app: ASGIApp, caller: Caller | None) -> ASGIApp:
    async def with_caller(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = caller
        await app(scope, receive, send)

    return with_caller
