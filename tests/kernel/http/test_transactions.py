"""A route's transaction is over before its answer leaves."""

from typing import Annotated
from uuid import UUID

import pytest
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Conflict
from loyalnest.kernel.http import tenant
from tests.conftest import NOW, make_merchant
from tests.doors import caller_for, door

router = APIRouter()
Writing = Annotated[AsyncSession, tenant("program:write")]
_ADD_STORE = text(
    "INSERT INTO stores (merchant_id, id, provider, domain, name, created_at)"
    " SELECT merchant_id, gen_random_uuid(), 'shopify', :domain, 'x', :now FROM merchants"
)


async def add_store(session: AsyncSession, domain: str) -> None:
    await session.execute(_ADD_STORE, {"domain": domain, "now": NOW})


class Looking(Response):
    """An answer that, while it is being sent, looks what others can see by then."""

    seen: int

    def __init__(self, database: Database, merchant_id: UUID):
        super().__init__(b"")
        self.database, self.merchant_id = database, merchant_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        Looking.seen = await stores(self.database, self.merchant_id)
        await super().__call__(scope, receive, send)


async def stores(database: Database, merchant_id: UUID) -> int:
    async with database.tenant(merchant_id) as session:
        return await session.scalar(text("SELECT count(*) FROM stores")) or 0


@router.post("/fails")
async def fails(session: Writing) -> None:
    await add_store(session, "a.example")
    raise Conflict("Not like this.")


@router.post("/fails-at-commit")
async def fails_at_commit(session: Writing) -> dict[str, str]:
    await session.execute(
        text("CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP")
    )
    await session.execute(text("INSERT INTO late VALUES (1), (1)"))
    return {"says": "all is well"}


@pytest.fixture
async def merchant_id(database: Database) -> UUID:
    async with database.platform() as session:
        return await make_merchant(session)


async def test_what_a_route_wrote_is_committed_before_its_answer_is_sent(
    database: Database, merchant_id: UUID
):
    writes = APIRouter()

    @writes.post("/writes")
    async def _write(session: Writing) -> Response:  # pyright: ignore[reportUnusedFunction]
        await add_store(session, "a.example")
        return Looking(database, merchant_id)

    async with door(database, writes, caller=caller_for(merchant_id)) as client:
        await client.post("/writes")
    assert Looking.seen == 1


async def test_a_route_that_fails_leaves_nothing_behind(database: Database, merchant_id: UUID):
    async with door(database, router, caller=caller_for(merchant_id)) as client:
        answer = await client.post("/fails")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "Not like this."
    assert await stores(database, merchant_id) == 0


async def test_a_commit_that_fails_is_not_answered_with_success(
    database: Database, merchant_id: UUID
):
    async with door(database, router, caller=caller_for(merchant_id)) as client:
        answer = await client.post("/fails-at-commit")
    assert answer.status_code == 500


async def test_a_caller_without_the_scope_is_refused(database: Database, merchant_id: UUID):
    async with door(database, router, caller=caller_for(merchant_id, "program:read")) as client:
        answer = await client.post("/fails")
    assert (answer.status_code, answer.json()["code"]) == (403, "MISSING_SCOPE")


async def test_nobody_in_particular_is_asked_for_a_key(database: Database):
    async with door(database, router, caller=None) as client:
        answer = await client.post("/fails")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"
