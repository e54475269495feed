"""A request that met another one is done again before anybody is told."""

from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.entrypoints.http import Parts
from loyalnest.entrypoints.http.repeats import TIMES
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Conflict, Contended
from loyalnest.kernel.http import PROBLEMS, tenant
from tests.conftest import NOW
from tests.doors import bearing, house, make_key, open_cafe

Writing = Annotated[AsyncSession, tenant("program:write")]
_ADD = text(
    "INSERT INTO stores (merchant_id, id, provider, domain, name, created_at)"
    " SELECT merchant_id, gen_random_uuid(), 'shopify', :domain, 'x', :now FROM merchants"
)
_DEADLOCK = text("DO $$ BEGIN RAISE EXCEPTION 'met' USING ERRCODE = '40P01'; END $$")


class Crowd:
    """A route that meets others so many times before it gets through."""

    def __init__(self, meetings: int, error: Exception | None = None):
        self.meetings = meetings
        self.error = error
        self.calls = 0
        self.router = APIRouter(responses=PROBLEMS)
        self.router.post("/v1/api/open")(self.open)

    async def open(self, body: dict[str, Any], request: Request, session: Writing) -> str:
        self.calls += 1
        await session.execute(_ADD, {"domain": body["domain"], "now": NOW})
        if self.calls <= self.meetings:
            if self.error:
                raise self.error
            await session.execute(_DEADLOCK)
        return body["domain"]


async def ask(database: Database, crowd: Crowd) -> tuple[httpx.Response, int]:
    """The answer, and how many stores there are afterwards."""
    merchant, _ = await open_cafe(database)
    secret = await make_key(database, merchant.id)
    async with house(database, parts=Parts([crowd.router])) as client:
        answer = await client.post(
            "/v1/api/open", json={"domain": "a.example"}, headers=bearing(secret)
        )
    async with database.tenant(merchant.id) as session:
        stores = await session.scalar(text("SELECT count(*) FROM stores"))
    return answer, stores or 0


async def test_a_deadlock_is_not_the_callers_business(database: Database):
    crowd = Crowd(meetings=2)
    answer, stores = await ask(database, crowd)
    assert (answer.status_code, answer.json()) == (200, "a.example")
    assert (crowd.calls, stores) == (3, 1)


async def test_points_that_moved_meanwhile_are_followed(database: Database):
    answer, stores = await ask(database, Crowd(meetings=1, error=Contended()))
    assert (answer.status_code, stores) == (200, 1)


async def test_one_who_never_gets_through_is_told_and_has_changed_nothing(database: Database):
    crowd = Crowd(meetings=100)
    answer, stores = await ask(database, crowd)
    assert (answer.status_code, answer.json()["code"]) == (409, "CONTENDED")
    assert (crowd.calls, stores) == (TIMES, 0)


async def test_any_other_conflict_is_answered_at_once(database: Database):
    crowd = Crowd(meetings=1, error=Conflict())
    answer, _ = await ask(database, crowd)
    assert (answer.status_code, crowd.calls) == (409, 1)
