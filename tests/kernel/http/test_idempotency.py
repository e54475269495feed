"""A request that is sent twice has its effect once."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Database, merchant_of
from loyalnest.kernel.errors import Conflict
from loyalnest.kernel.http import (
    REPLAYED,
    IdempotencyKey,
    Now,
    claim,
    request_hash,
    tenant,
)
from loyalnest.kernel.ids import new_id
from tests.conftest import make_merchant
from tests.doors import caller_for, door

router = APIRouter()


class Opening(BaseModel):
    domain: str


@router.post("/stores")
async def open_store(
    body: Opening,
    key: IdempotencyKey,
    session: Annotated[AsyncSession, tenant("program:write")],
    now: Now,
    response: Response,
) -> dict[str, str]:
    store_id = new_id()
    effect = {"id": str(store_id)}
    earlier = await claim(
        session,
        scope="stores",
        key=key,
        request_hash=request_hash(body),
        effect=effect,
        now=now,
    )
    if earlier is not None:
        response.headers[REPLAYED] = "true"
        return earlier
    if body.domain == "taken":
        raise Conflict
    insert = text(
        "INSERT INTO stores (merchant_id, id, provider, domain, name, created_at)"
        " VALUES (:merchant_id, :id, 'shopify', :domain, 'x', :now)"
    )
    row = {"merchant_id": merchant_of(session), "id": store_id, "domain": body.domain, "now": now}
    await session.execute(insert, row)
    return effect


@pytest.fixture
async def client(database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with database.platform() as session:
        merchant_id = await make_merchant(session)
    async with door(database, router, caller=caller_for(merchant_id)) as client:
        yield client


async def ask(client: httpx.AsyncClient, key: str, domain: str) -> httpx.Response:
    return await client.post("/stores", json={"domain": domain}, headers={"Idempotency-Key": key})


async def test_the_second_request_gets_the_first_ones_effect(client: httpx.AsyncClient):
    first, second = await ask(client, "k", "a.example"), await ask(client, "k", "a.example")
    assert first.json() == second.json()
    assert (first.headers.get(REPLAYED), second.headers.get(REPLAYED)) == (None, "true")


async def test_a_key_is_not_taken_again_for_something_else(client: httpx.AsyncClient):
    await ask(client, "k", "a.example")
    other = await ask(client, "k", "b.example")
    assert (other.status_code, other.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_a_request_that_failed_may_be_corrected_under_its_key(client: httpx.AsyncClient):
    assert (await ask(client, "k", "taken")).status_code == 409
    assert (await ask(client, "k", "free.example")).status_code == 200


async def test_ten_at_the_same_instant_have_one_effect(client: httpx.AsyncClient):
    answers = await asyncio.gather(*(ask(client, "k", "a.example") for _ in range(10)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(REPLAYED in answer.headers for answer in answers) == 9


@pytest.mark.parametrize("key", ["", "x" * 201, "a b"])
async def test_a_key_is_some_visible_characters(client: httpx.AsyncClient, key: str):
    assert (await ask(client, key, "a.example")).status_code == 422
