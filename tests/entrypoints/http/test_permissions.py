"""What the table of permissions says is what happens: every operation, asked by everybody."""

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from loyalnest import staff
from loyalnest.entrypoints.http import permissions
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.staff.service.sessions import start_session
from loyalnest.stamps import counter
from tests.conftest import NOW
from tests.doors import bearing, description, house, make_key, open_cafe
from tests.stamps.device import Device
from tests.tidy.repository import ROOT

API = description()
TABLE = {each.operation: each for each in permissions(API)}
PAGE = ROOT / "docs" / "reference" / "permissions.md"
ROW = re.compile(r"^\| `(\w+)` \| `[A-Z]+ \S+` \| (?:`(\S+)`)? *\|(.*)\|$", re.MULTILINE)

# The only operations without a scope: whoever is known may use these, or anybody.
NO_SCOPE = {
    *("sign_in", "refresh_session", "read_link", "use_link", "count_referral_click"),
    *("use_customer_link", "report_usage", "get_widget_config", "capture_email"),
    *("pair_stamper", "enrol_guest"),
    *("sign_out", "sign_out_everywhere", "change_password", "link_shopify_user", "get_identity"),
    *("list_own_sessions", "end_own_session"),
}
# Used with success they end what their caller asks with; each is asked with a sign-in of its own.
LEAVING = {"sign_out", "sign_out_everywhere"}
# These look at what they are sent before they look at who asks.
LOOKED_AT_FIRST = {
    "change_password": {"current_password": "not hers", "new_password": "correct horse battery"},
    "link_shopify_user": {"id_token": "not hers"},
}
CLOSED = {
    (401, "UNAUTHENTICATED"),
    (403, "MISSING_SCOPE"),
    (403, "NOT_SIGNED_IN"),
    (403, "KEY_NEEDED"),
}


@dataclass
class Everybody:
    """One merchant with somebody in every role, keys, a customer; and another merchant's owner."""

    database: Database
    merchant_id: UUID
    people: dict[str, UUID]
    bearers: dict[str, str]
    ids: dict[str, str]

    async def sign_in(self, name: str) -> str:
        """A session for somebody, without the password that takes long on purpose."""
        async with self.database.tenant(self.merchant_id) as session:
            started = await start_session(session, staff_id=self.people[name], now=NOW)
        return started.access_token


@pytest.fixture(scope="module")
async def everybody(lasting_database: Database) -> Everybody:
    merchant, _ = await open_cafe(lasting_database, "matrix", email="matrix@example.com")
    async with lasting_database.tenant(merchant.id) as session:
        hired = {
            role.value: await staff.create_member(
                session, email=f"{role}@example.com", role=role, now=NOW
            )
            for role in staff.Role
        }
        # Somebody to whom it may be done: whoever asks has to stay able to.
        gone = await staff.create_member(
            session, email="gone@example.com", role=staff.Role.STAFF, now=NOW
        )
    everybody = Everybody(
        lasting_database, merchant.id, {name: one.id for name, one in hired.items()}, {}, {}
    )
    for name in everybody.people:
        everybody.bearers[name] = await everybody.sign_in(name)
    key = await make_key(lasting_database, merchant.id)
    everybody.bearers["API key"] = key
    for scope in staff.Scope:
        others = " ".join(set(staff.Scope) - {scope})
        everybody.bearers[scope] = await make_key(lasting_database, merchant.id, others)
    async with house(lasting_database) as client:
        made = await client.post(
            "/v1/api/customers", json={"email": "anna@example.com"}, headers=bearing(key)
        )
        customer_id = made.json()["id"]
        path = f"/v1/api/customers/{customer_id}/sessions"
        started = await client.post(path, headers=bearing(key))
        everybody.bearers["customer"] = started.json()["token"]
        offered = await client.post("/v1/api/stampers", json={"name": "Till"}, headers=bearing(key))
        till = Device(client)
        await till.pairs(offered.json()["pairing_code"])
        everybody.bearers["stamper"] = till.token
    async with lasting_database.tenant(merchant.id) as session:
        newest = "SELECT id FROM api_keys ORDER BY id DESC LIMIT 1"
        key_id = await session.scalar(text(newest))
    everybody.ids = {
        "customer_id": customer_id,
        "staff_id": to_wire("stf", gone.id),
        "key_id": to_wire("key", key_id),
    }
    return everybody


@pytest.fixture
async def client(lasting_database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with house(
        lasting_database, api_key_burst=10**6, customer_burst=10**6, anonymous_requests=10**6
    ) as client:
        yield client


async def open_to(
    client: httpx.AsyncClient, name: str, bearer: str | None, ids: Mapping[str, str]
) -> bool:
    """Whether this caller gets at an operation, whatever that then says to an empty request."""
    row = TABLE[name]
    path = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "1"), row.path)
    body = LOOKED_AT_FIRST.get(name)
    headers = bearing(bearer) if bearer else {}
    answer = await client.request(row.method, path, json=body, headers=headers)
    assert answer.status_code < 500, (name, answer.text)
    assert "CREDENTIALS_INVALID" not in answer.text, (name, "who asks was thrown out before")
    said: dict[str, Any] = answer.json() if answer.is_error else {}
    return (answer.status_code, said.get("code")) not in CLOSED


def written() -> dict[str, tuple[str | None, list[bool]]]:
    """The cells of the page that people read."""
    return {
        name: (scope or None, [cell.strip() == "yes" for cell in cells.split("|")])
        for name, scope, cells in ROW.findall(PAGE.read_text())
    }


def test_the_page_has_every_operation_and_says_what_the_program_says():
    assert written() == {
        name: (row.scope, list(row.allowed.values())) for name, row in TABLE.items()
    }


def test_every_operation_has_a_name_of_its_own():
    """Where a router is part of another, the framework makes one up of the path."""
    assert [row.operation for row in TABLE.values() if "v1_api" in row.operation] == []


def test_every_operation_names_a_known_scope_but_for_those_that_need_none():
    known = {*staff.Scope, *staff.OwnScope, *counter.StamperScope}
    assert {name for name, row in TABLE.items() if row.scope not in known} == NO_SCOPE


async def test_every_cell_of_the_table_is_what_happens(
    client: httpx.AsyncClient, everybody: Everybody
):
    wrong: list[str] = []
    for name, row in TABLE.items():
        for who, allowed in row.allowed.items():
            bearer = everybody.bearers.get(who)
            if name in LEAVING and who in everybody.people:
                bearer = await everybody.sign_in(who)
            # What takes things away is pointed at nothing that is there.
            ids = {} if row.method == "DELETE" else everybody.ids
            if await open_to(client, name, bearer, ids) != allowed:
                wrong.append(f"{name}: {who} should be {'let in' if allowed else 'refused'}")
            if name == "sign_out_everywhere" and who in everybody.people:
                everybody.bearers[who] = await everybody.sign_in(who)
    assert not wrong, "\n".join(wrong)


async def test_a_key_with_every_scope_but_the_one_is_refused(
    client: httpx.AsyncClient, everybody: Everybody
):
    let_in = [
        name
        for name, row in TABLE.items()
        if row.scope in set(staff.Scope)
        and await open_to(client, name, everybody.bearers[row.scope or ""], everybody.ids)
    ]
    assert let_in == []


async def test_another_merchants_owner_finds_nothing_of_ours(
    lasting_database: Database, client: httpx.AsyncClient, everybody: Everybody
):
    merchant, _ = await open_cafe(lasting_database, "others", email="others@example.com")
    async with lasting_database.tenant(merchant.id) as session:
        (owner,) = await staff.list_members(session)
        bearer = (await start_session(session, staff_id=owner.id, now=NOW)).access_token
    asked = 0
    for row in TABLE.values():
        names = set(re.findall(r"{(\w+)}", row.path))
        if row.method in {"GET", "DELETE"} and names and names <= everybody.ids.keys():
            path = row.path.format(**everybody.ids)
            answer = await client.request(row.method, path, headers=bearing(bearer))
            assert answer.status_code in {404, 422}, row.operation
            asked += 1
    assert asked > 10


def test_only_an_owner_may_do_everything_and_make_keys_that_outlive_people():
    for role, scopes in staff.SCOPES_OF.items():
        assert (staff.Scope.KEYS_WRITE in scopes) == (role is staff.Role.OWNER)
        assert (scopes == frozenset(staff.Scope)) == (role is staff.Role.OWNER)


def test_an_analyst_only_reads():
    assert all(scope.endswith(":read") for scope in staff.SCOPES_OF[staff.Role.ANALYST])
