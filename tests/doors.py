"""The doors as tests use them: one module's routes with a given caller, or the whole house."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from loyalnest import merchants, platform, staff
from loyalnest.entrypoints import doors
from loyalnest.entrypoints.http import Parts, build_app, describe, rest_api
from loyalnest.kernel.database import Database
from loyalnest.kernel.http import Caller, CallerKind, answer_problems
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.settings import Settings
from tests.conftest import NOW

EVERY_SCOPE = " ".join(scope.value for scope in staff.Scope)
OWNER_EMAIL = "owner@example.com"


class Hands:
    """A clock that a test turns."""

    def __init__(self, at: datetime = NOW):
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)


@cache
def description() -> dict[str, Any]:
    """The API's own description of itself. To write it takes a second: all read the same."""
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    api = rest_api(doors.description(settings), settings)
    return describe(api, api.routes)


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
    return client_of(_signed_in(app, caller))


def house(
    database: Database,
    *,
    clock: Hands | None = None,
    parts: Parts | None = None,
    address: str = "203.0.113.7",
    **settings: object,
) -> httpx.AsyncClient:
    """A client of the whole application, some of whose settings are changed.

    To build it takes a second: whoever changes nothing shares one with others of this database.
    """
    if clock or parts or settings:
        return client_of(built(database, clock, parts, settings), address=address)
    return client_of(_standing(database), address=address)


@lru_cache(maxsize=1)
def _standing(database: Database) -> ASGIApp:
    return built(database)


def built(
    database: Database,
    clock: Hands | None = None,
    parts: Parts | None = None,
    settings: Mapping[str, object] | None = None,
) -> ASGIApp:
    """The whole application, some of whose settings are changed."""
    changed = database.settings.model_copy(update=settings)
    parts = parts or doors.description(changed)
    return build_app(database, changed, parts, clock=clock or Hands())


def client_of(app: ASGIApp, *, address: str = "203.0.113.7") -> httpx.AsyncClient:
    """A client that is connected from this address."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def open_cafe(
    database: Database, handle: str = "cafe", *, email: str = OWNER_EMAIL
) -> tuple[merchants.Merchant, str]:
    """A merchant with an owner, and the owner's password."""
    async with database.platform() as session:
        opened = await platform.open_merchant(
            session,
            handle=handle,
            name=f"Café {handle}",
            currency="EUR",
            time_zone="Europe/Berlin",
            owner_email=email,
            now=NOW,
            actor="test",
        )
    assert opened.owner_password
    return opened.merchant, opened.owner_password


async def make_key(database: Database, merchant_id: UUID, scopes: str = EVERY_SCOPE) -> str:
    """The secret of a fresh API key of this merchant."""
    async with database.tenant(merchant_id) as session:
        _, secret = await staff.create_api_key(
            session,
            name="test",
            scopes=[staff.Scope(scope) for scope in scopes.split()],
            granted_by=frozenset(staff.Scope),
            actor="test",
            now=NOW,
        )
    return secret


def bearing(bearer: str) -> dict[str, str]:
    """The header that says who asks."""
    return {"Authorization": f"Bearer {bearer}"}


def _signed_in(app: ASGIApp, caller: Caller | None) -> ASGIApp:
    async def with_caller(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = caller
        await app(scope, receive, send)

    return with_caller
