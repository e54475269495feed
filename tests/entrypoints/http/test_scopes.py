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
    "count_referral_click",
}
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
    async with house(lasting_database) as client:
        yield client


def test_every_operation_names_one_known_scope():
    for _, path, operation in OPERATIONS:
        if operation["operationId"] in NO_SCOPE:
            continue
        (scope,) = scopes_of(operation)
        assert staff.Scope(scope), path


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
        assert closed == (wanted == scope)


@pytest.mark.parametrize("role", list(staff.Role))
def test_who_manages_staff_may_do_everything_and_nobody_else_may(role: staff.Role):
    scopes = staff.SCOPES_OF[role]
    assert (staff.Scope.STAFF_WRITE in scopes) == (role is staff.Role.OWNER)
    assert (scopes == frozenset(staff.Scope)) == (role is staff.Role.OWNER)


def test_an_analyst_only_reads():
    assert all(scope.endswith(":read") for scope in staff.SCOPES_OF[staff.Role.ANALYST])
