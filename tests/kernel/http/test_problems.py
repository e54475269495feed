"""Failures leave as problem documents that say what to do."""

import json
from typing import Annotated, Any

import pytest
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Database
from loyalnest.kernel.http import AsOf, Paging, nobody
from tests.doors import door

router = APIRouter()
JSON = {"content-type": "application/json"}
Unowned = Annotated[AsyncSession, nobody()]


@router.get("/number/{number}")
async def number(number: int, session: Unowned) -> None:
    await session.execute(text("SELECT cast(:number AS bigint)"), {"number": number})


@router.post("/text")
async def store_text(body: dict[str, Any], session: Unowned) -> None:
    await session.execute(text("SELECT cast(:text AS text)"), {"text": body["text"]})


@router.post("/bytes")
async def count_bytes(body: dict[str, Any]) -> int:
    return len(body["text"].encode())


@router.get("/breaks")
async def breaks() -> None:
    raise KeyError("nobody's fault but ours")


@router.get("/at")
async def at(as_of: AsOf = None) -> str:
    return as_of.isoformat() if as_of else "now"


@router.get("/listed")
async def listed(paging: Paging) -> str:
    return str(paging.after_id())


async def test_an_unknown_address_and_method_are_problems_too(shared_database: Database):
    async with door(shared_database, router, caller=None) as client:
        missing, wrong = await client.get("/nowhere"), await client.post("/at")
    assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["allow"] == "GET"
    assert missing.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", ["{", "[" * 100_000, b"\xff\xfe"])
async def test_a_body_that_is_no_json_is_malformed(body: str | bytes, shared_database: Database):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.post("/text", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")


@pytest.mark.parametrize("value", ["9" * 30, "-" + "9" * 19])
async def test_a_number_beyond_what_can_be_stored_is_the_callers_mistake(
    value: str, shared_database: Database
):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.get(f"/number/{value}")
    assert (answer.status_code, answer.json()["code"]) == (422, "OUT_OF_RANGE")


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
async def test_a_character_that_cannot_be_stored_is_the_callers_mistake(
    value: str, shared_database: Database
):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.post("/text", content=json.dumps({"text": value}), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "OUT_OF_RANGE")


@pytest.mark.parametrize(
    "value", ["2026-11-20T12:00:00", "1795176000", "yesterday", "0001-01-01T00:00:00+14:00"]
)
async def test_an_instant_needs_a_time_zone(value: str, shared_database: Database):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.get("/at", params={"as_of": value})
    assert answer.status_code == 422
    assert "as_of" in answer.json()["fields"]


async def test_an_instant_is_turned_into_utc(shared_database: Database):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.get("/at", params={"as_of": "2026-11-20T13:00:00+01:00"})
    assert answer.json() == "2026-11-20T12:00:00+00:00"


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WyJ4Il0", "bnVsbA", "WyJ4IiwieSJd", "ü"])
async def test_a_cursor_that_we_did_not_give_is_refused(cursor: str, shared_database: Database):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.get("/listed", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_CURSOR")


async def test_half_an_emoji_is_the_callers_mistake_wherever_it_is_noticed(
    shared_database: Database,
):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.post("/bytes", content=b'{"text": "\\ud83d"}', headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "OUT_OF_RANGE")


async def test_our_own_faults_are_problems_too_and_say_nothing(shared_database: Database):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.get("/breaks")
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "nobody" not in answer.text


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
async def test_what_the_database_would_take_for_infinite_is_no_instant(
    value: str, shared_database: Database
):
    async with door(shared_database, router, caller=None) as client:
        answer = await client.get("/at", params={"as_of": value})
    assert answer.status_code == 422
