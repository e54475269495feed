"""Every operation names a scope, and is closed to a key that has all the others."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from loyalnest import staff
from loyalnest.entrypoints import wiring
from loyalnest.entrypoints.http import describe, rest_api
from loyalnest.kernel.database import Database
from loyalnest.kernel.settings import Settings
from tests.doors import bearing, house, make_key, open_cafe

SETTINGS = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
PATHS: dict[str, dict[str, Any]] = describe(rest_api(wiring.description(SETTINGS), SETTINGS))[
    "paths"
]
OPERATIONS = [
    (method.upper(), path, operation)
    for path, item in PATHS.items()
    for method, operation in item.items()
]
# Whoever is known may use these, or anybody.
NO_SCOPE = {
    "sign_in",
    "refresh_session",
    "sign_out",
    "sign_out_everywhere",
    "change_password",
    "get_identity",
    "list_own_sessions",
    "end_own_session",
    "read_link",
    "use_link",
    "count_referral_click",
    "use_customer_link",
}
# Open to strangers, whatever they send along.
FOR_EVERYBODY = {
    "sign_in",
    "refresh_session",
    "read_link",
    "use_link",
    "count_referral_click",
    "use_customer_link",
}
OWN = {str(scope) for scope in staff.OwnScope}
Keys = dict[staff.Scope, str]


def scopes_of(operation: dict[str, Any]) -> set[str]:
    return {scope for each in operation.get("security", []) for scope in each.get("bearer", [])}


@pytest.fixture(scope="module")
async def keys_without(lasting_database: Database) -> Keys:
    """For every scope a key that has all the others."""
    merchant, _ = await open_cafe(lasting_database)
    return {
        scope: await make_key(lasting_database, merchant.id, " ".join(set(staff.Scope) - {scope}))
        for scope in staff.Scope
    }


@pytest.fixture
async def client(lasting_database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with house(lasting_database, customer_burst=1000) as client:
        yield client


def test_every_operation_names_one_known_scope():
    for _, path, operation in OPERATIONS:
        if operation["operationId"] in NO_SCOPE:
            continue
        (scope,) = scopes_of(operation)
        assert scope in {*OWN, *staff.Scope}, path


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [each for each in OPERATIONS if each[2]["operationId"] not in NO_SCOPE],
    ids=[each[2]["operationId"] for each in OPERATIONS if each[2]["operationId"] not in NO_SCOPE],
)
async def test_all_other_scopes_together_do_not_open_it(
    client: httpx.AsyncClient,
    keys_without: Keys,
    method: str,
    path: str,
    operation: dict[str, Any],
):
    (scope,) = scopes_of(operation)
    values = {each["name"]: "1" for each in operation.get("parameters", [])}
    for wanted, key in keys_without.items():
        answer = await client.request(method, path.format(**values), headers=bearing(key))
        closed = (answer.status_code, answer.json().get("code")) == (403, "MISSING_SCOPE")
        # What belongs to customers themselves is closed to every key.
        assert closed == (wanted == scope or scope in OWN)


async def test_a_customer_gets_at_their_own_account_and_at_nothing_else(
    lasting_database: Database, client: httpx.AsyncClient
):
    merchant, _ = await open_cafe(lasting_database, "harbour", email="harbour@example.com")
    key = bearing(await make_key(lasting_database, merchant.id))
    anna = await client.post("/v1/api/customers", json={"email": "anna@example.com"}, headers=key)
    started = await client.post(f"/v1/api/customers/{anna.json()['id']}/sessions", headers=key)
    assert started.json()["scopes"] == sorted(OWN)
    session = bearing(started.json()["token"])
    for method, path, operation in OPERATIONS:
        name = operation["operationId"]
        if name in FOR_EVERYBODY:
            continue
        values = {each["name"]: anna.json()["id"] for each in operation.get("parameters", [])}
        body = {"current_password": "x", "new_password": "correct horse battery"}
        answer = await client.request(
            method, path.format(**values), headers=session, json=body if method == "PUT" else None
        )
        theirs = name == "get_identity" or (scopes_of(operation) <= OWN and scopes_of(operation))
        code = answer.json().get("code") if answer.content else None
        refused = (answer.status_code, code) in {
            (403, "MISSING_SCOPE"),
            (403, "NOT_SIGNED_IN"),
        }
        assert refused != bool(theirs), name


def test_only_an_owner_may_do_everything_and_make_keys_that_outlive_people():
    for role, scopes in staff.SCOPES_OF.items():
        assert (staff.Scope.KEYS_WRITE in scopes) == (role is staff.Role.OWNER)
        assert (scopes == frozenset(staff.Scope)) == (role is staff.Role.OWNER)


def test_an_analyst_only_reads():
    assert all(scope.endswith(":read") for scope in staff.SCOPES_OF[staff.Role.ANALYST])
