"""Programs get in by keys, and may do what their key says and no more."""

import httpx
import pytest
from sqlalchemy import text

from loyalnest.kernel.database import Database
from loyalnest.staff import Bearers
from tests.conftest import NOW
from tests.doors import bearing, house, make_key, open_cafe

KEYS = "/v1/api/api-keys"


async def create(client: httpx.AsyncClient, by: str, *scopes: str) -> httpx.Response:
    body = {"name": "Till", "scopes": list(scopes)}
    return await client.post(KEYS, json=body, headers=bearing(by))


async def test_a_key_is_shown_once_and_works_until_it_is_revoked(database: Database):
    merchant, _ = await open_cafe(database)
    root = await make_key(database, merchant.id)
    async with house(database) as client:
        made = (await create(client, root, "program:read")).json()
        assert (await client.get("/v1/api/program", headers=bearing(made["secret"]))).is_success
        listed = (await client.get(KEYS, headers=bearing(root))).json()["items"]
        assert made["id"] in [key["id"] for key in listed]
        assert not any("secret" in key for key in listed)
        revoked = await client.delete(f"{KEYS}/{made['id']}", headers=bearing(root))
        assert revoked.status_code == 204
        refused = await client.get("/v1/api/program", headers=bearing(made["secret"]))
        assert (refused.status_code, refused.json()["code"]) == (401, "CREDENTIALS_INVALID")


async def test_nobody_acts_for_a_merchant_any_more_once_their_key_was_told(database: Database):
    """The statement enters by itself; whoever has the connection next is nobody again."""
    merchant, _ = await open_cafe(database)
    secret = await make_key(database, merchant.id)
    caller = await Bearers(database).caller_of(secret, now=NOW)
    assert caller.merchant_id == merchant.id
    async with database.statement_by_driver() as driver:
        asked = "SELECT current_user = session_user, current_setting('loyalnest.merchants', true)"
        row = await driver.fetchrow(asked)
    assert row is not None
    assert (row[0], row[1] or "") == (True, "")


async def test_the_database_holds_no_secret(database: Database):
    merchant, password = await open_cafe(database)
    secret = await make_key(database, merchant.id)
    async with database.platform() as session:
        for table in ("api_keys", "directory", "staff_members"):
            rows = await session.scalars(text(f"SELECT t::text FROM {table} t"))
            kept = " ".join(rows)
            for plain in (secret, secret.encode().hex(), password, "owner@example.com"):
                assert plain not in kept


async def test_a_key_gives_away_no_more_than_it_has(database: Database):
    merchant, _ = await open_cafe(database)
    clerk = await make_key(database, merchant.id, "keys:write program:read")
    async with house(database) as client:
        refused = await create(client, clerk, "program:write")
        assert (refused.status_code, refused.json()["code"]) == (403, "SCOPE_NOT_YOURS")
        assert (await create(client, clerk, "program:read")).status_code == 201


@pytest.mark.parametrize("scopes", [[], ["everything"], ["program:read", "x"]])
async def test_a_key_needs_scopes_that_exist(database: Database, scopes: list[str]):
    merchant, _ = await open_cafe(database)
    root = await make_key(database, merchant.id)
    async with house(database) as client:
        assert (await create(client, root, *scopes)).status_code == 422


@pytest.mark.parametrize(
    "authorization",
    ["Bearer lnk_unknown", "Bearer x", "Bearer ", "Basic eDp4", "Bearer a.b.c", "Bearer \xfc"],
)
async def test_whatever_is_not_a_key_is_refused(database: Database, authorization: str):
    async with house(database) as client:
        headers = [(b"Authorization", authorization.encode("latin-1"))]
        answer = await client.get("/v1/api/program", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "CREDENTIALS_INVALID")


async def test_revoking_twice_is_fine_and_revoking_nothing_is_not(database: Database):
    merchant, _ = await open_cafe(database)
    root = await make_key(database, merchant.id)
    async with house(database) as client:
        made = (await create(client, root, "program:read")).json()
        path = f"{KEYS}/{made['id']}"
        codes = [(await client.delete(path, headers=bearing(root))).status_code for _ in "12"]
        assert codes == [204, 204]
        unknown = await client.delete(f"{KEYS}/key_{'0' * 32}", headers=bearing(root))
        assert unknown.status_code == 404
