"""People are invited, promoted, suspended and let go, by those who may do at least as much."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from tests.doors import OWNER_EMAIL, Hands, bearing, house, make_key, open_cafe

STAFF = "/v1/api/staff"
PASSWORD = "a password of hers"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Place:
    """A café with its owner signed in, and what can be done there by whom."""

    merchant_id: UUID
    client: httpx.AsyncClient
    clock: Hands
    database: Database
    bearers: dict[str, str] = field(default_factory=dict[str, str])
    ids: dict[str, str] = field(default_factory=dict[str, str])

    async def ask(
        self, by: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx.Response:
        bearer = self.bearers.get(by, by)
        return await self.client.request(method, path, json=body, headers=bearing(bearer))

    async def enter(self, name: str, email: str, password: str = PASSWORD) -> httpx.Response:
        body = {"email": email, "password": password}
        answer = await self.client.post(
            "/v1/api/auth/login", json=body, headers={"User-Agent": FIREFOX}
        )
        if answer.is_success:
            self.bearers[name] = answer.json()["access_token"]
        return answer

    async def invite(self, name: str, role: str, by: str = "owner") -> str:
        """The token of the link that they get."""
        body = {"email": f"{name}@example.com", "role": role}
        answer = await self.ask(by, "POST", f"{STAFF}/invitations", body)
        assert answer.status_code == 201, answer.text
        self.ids[name] = answer.json()["member"]["id"]
        assert answer.json()["path"].endswith(f"#{answer.json()['token']}")
        return answer.json()["token"]

    async def take_up(self, token: str, **body: str) -> httpx.Response:
        body = {"token": token, "password": PASSWORD, **body}
        return await self.client.post("/v1/api/auth/links/use", json=body)

    async def hire(self, name: str, role: str) -> None:
        """Somebody joins and is signed in."""
        answer = await self.take_up(await self.invite(name, role), name=name.title())
        assert answer.is_success, answer.text
        self.bearers[name] = answer.json()["access_token"]

    async def on(
        self, name: str, method: str, path: str = "", by: str = "owner", **body: str
    ) -> httpx.Response:
        """Do something to somebody."""
        return await self.ask(by, method, f"{STAFF}/{self.ids[name]}{path}", body or None)

    async def who(self) -> dict[str, Any]:
        listed = (await self.ask("owner", "GET", STAFF)).json()["items"]
        return {each["email"].partition("@")[0]: each for each in listed}

    async def recorded(self, kind: str) -> list[dict[str, Any]]:
        """What the log says of one kind of event."""
        await relay.settle(self.database, [])
        async with self.database.tenant(self.merchant_id) as session:
            query = text("SELECT data FROM events WHERE type = :kind ORDER BY position")
            return list(await session.scalars(query, {"kind": kind}))


@pytest.fixture
async def place(database: Database) -> AsyncGenerator[Place]:
    merchant, password = await open_cafe(database)
    clock = Hands()
    async with house(database, clock=clock, sign_in_attempts=100) as client:
        place = Place(merchant.id, client, clock, database)
        await place.enter("owner", OWNER_EMAIL, password)
        place.ids["owner"] = (await place.who())["owner"]["id"]
        yield place


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_somebody_is_invited_joins_by_the_link_and_may_do_what_the_role_says(place: Place):
    token = await place.invite("grace", "manager")
    assert (await place.who())["grace"]["state"] == "invited"
    seen = await place.client.post("/v1/api/auth/links/read", json={"token": token})
    assert seen.json() == {
        "merchant": "Café cafe",
        "email": "grace@example.com",
        "name": None,
        "role": "manager",
        "joining": True,
    }
    assert code(await place.take_up(token, password="short")) == (422, "PASSWORD_TOO_WEAK")
    joined = await place.take_up(token, name="Grace Hopper")
    place.bearers["grace"] = joined.json()["access_token"]

    grace = (await place.who())["grace"]
    assert (grace["state"], grace["name"], grace["role"]) == ("active", "Grace Hopper", "manager")
    assert grace["link_expires_at"] is None
    assert grace["last_seen_at"]
    assert (await place.ask("grace", "GET", STAFF)).is_success
    assert code(await place.ask("grace", "GET", "/v1/api/api-keys")) == (403, "MISSING_SCOPE")
    assert (await place.enter("grace", "grace@example.com")).is_success
    (invited,), (came,) = (
        await place.recorded("staff.invited"),
        await place.recorded("staff.joined"),
    )
    assert invited["role"] == came["role"] == "manager"
    assert invited["actor"] == f"staff:{place.ids['owner']}"
    assert came["actor"] == f"staff:{place.ids['grace']}"


async def test_a_link_works_once_and_not_for_ever(place: Place):
    token = await place.invite("grace", "staff")
    answers = await asyncio.gather(*(place.take_up(token) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 404]
    assert code(await place.take_up(token)) == (404, "LINK_USED")

    late = await place.invite("hedy", "staff")
    place.clock.pass_by(days=7)
    assert code(await place.take_up(late)) == (409, "LINK_EXPIRED")
    body = {"token": late}
    assert code(await place.client.post("/v1/api/auth/links/read", json=body)) == (
        409,
        "LINK_EXPIRED",
    )
    for odd in ("", "lni_x.y", late[:-1], late.replace("lni_", "lnr_")):
        assert code(await place.take_up(odd)) == (404, "LINK_USED")


async def test_a_new_link_replaces_the_last_and_resets_a_password(place: Place):
    first = await place.invite("grace", "staff")
    again = (await place.on("grace", "POST", "/link")).json()["token"]
    assert code(await place.take_up(first)) == (404, "LINK_USED")
    assert (await place.take_up(again, name="Grace")).is_success

    reset = (await place.on("grace", "POST", "/link")).json()["token"]
    old = await place.enter("grace", "grace@example.com")
    assert old.is_success  # the password they have goes on until then
    assert (await place.take_up(reset, password="another password")).is_success
    assert (
        await place.ask(old.json()["access_token"], "GET", "/v1/api/auth/me")
    ).status_code == 401
    assert (await place.enter("grace", "grace@example.com")).status_code == 401
    assert (await place.enter("grace", "grace@example.com", "another password")).is_success
    assert (await place.who())["grace"]["name"] == "Grace"
    assert len(await place.recorded("staff.link_made")) == 2
    (changed,) = await place.recorded("staff.password_changed")
    assert changed["actor"] == f"staff:{place.ids['grace']}"


async def test_nobody_gives_or_changes_what_goes_further_than_their_own(place: Place):
    await place.hire("grace", "manager")
    await place.hire("sam", "staff")
    body = {"email": "x@example.com", "role": "owner"}
    assert code(await place.ask("grace", "POST", f"{STAFF}/invitations", body)) == (
        403,
        "ABOVE_YOU",
    )
    assert code(await place.on("sam", "PUT", "/role", "grace", role="owner")) == (403, "ABOVE_YOU")
    for method, path, body in (
        ("PUT", "/role", {"role": "staff"}),
        ("PUT", "/suspension", {}),
        ("POST", "/link", {}),
        ("DELETE", "/sessions", {}),
        ("DELETE", "", {}),
    ):
        assert code(await place.on("owner", method, path, "grace", **body)) == (403, "ABOVE_YOU")
        assert code(await place.on("grace", method, path, "grace", **body)) == (403, "NOT_YOURSELF")
        assert code(await place.on("grace", method, path, "sam", **body)) == (403, "MISSING_SCOPE")
    clerk = await make_key(place.database, place.merchant_id, "staff:write program:read")
    assert code(await place.on("sam", "PUT", "/suspension", clerk)) == (403, "ABOVE_YOU")
    assert (await place.on("sam", "PUT", "/role", "grace", role="analyst")).is_success
    (changed,) = await place.recorded("staff.role_changed")
    assert (changed["before"], changed["after"]) == ("staff", "analyst")
    assert changed["actor"] == f"staff:{place.ids['grace']}"


async def test_a_suspended_persons_sessions_end_at_once_and_they_can_be_let_back_in(place: Place):
    await place.hire("grace", "staff")
    renewable = (await place.enter("grace", "grace@example.com")).json()["refresh_token"]
    assert (await place.on("grace", "PUT", "/suspension")).status_code == 204
    assert (await place.ask("grace", "GET", "/v1/api/auth/me")).status_code == 401
    body = {"refresh_token": renewable}
    assert (await place.client.post("/v1/api/auth/refresh", json=body)).status_code == 401
    assert (await place.enter("grace", "grace@example.com")).status_code == 401
    assert (await place.who())["grace"]["state"] == "suspended"
    assert code(await place.on("grace", "POST", "/link")) == (409, "MEMBER_SUSPENDED")
    assert (await place.on("grace", "PUT", "/suspension")).status_code == 204

    assert (await place.on("grace", "DELETE", "/suspension")).status_code == 204
    assert (await place.client.post("/v1/api/auth/refresh", json=body)).status_code == 401
    assert (await place.enter("grace", "grace@example.com")).is_success
    for kind in ("staff.suspended", "staff.restored"):
        (fact,) = await place.recorded(kind)
        assert fact["actor"] == f"staff:{place.ids['owner']}"


async def test_of_two_owners_who_demote_each_other_at_once_one_stays(place: Place):
    await place.hire("grace", "owner")
    for method, path, body in (
        ("PUT", "/role", {"role": "manager"}),
        ("PUT", "/suspension", {}),
        ("DELETE", "", {}),
    ):
        answers = await asyncio.gather(
            place.on("grace", method, path, "owner", **body),
            place.on("owner", method, path, "grace", **body),
        )
        statuses = sorted(answer.status_code for answer in answers)
        assert statuses[0] in {200, 204}, [answer.text for answer in answers]
        assert statuses[1] in {401, 403, 409}
        async with place.database.tenant(place.merchant_id) as session:
            ruling = await session.scalar(
                text(
                    "SELECT count(*) FROM staff_members WHERE role = 'owner'"
                    " AND disabled_at IS NULL AND removed_at IS NULL"
                )
            )
            assert ruling == 1
            await session.execute(
                text("UPDATE staff_members SET role = 'owner', disabled_at = NULL")
            )
            await session.execute(text("UPDATE refresh_tokens SET revoked_at = NULL"))


async def test_the_last_owner_stays_whoever_asks(place: Place):
    key = await make_key(place.database, place.merchant_id)
    await place.invite("grace", "owner")  # invited is not here
    for method, path, body in (
        ("PUT", "/role", {"role": "manager"}),
        ("PUT", "/suspension", {}),
        ("DELETE", "", {}),
    ):
        assert code(await place.on("owner", method, path, key, **body)) == (409, "LAST_OWNER")


async def test_whoever_is_removed_has_no_way_in_and_may_come_back(place: Place):
    await place.hire("grace", "manager")
    assert (await place.on("grace", "DELETE")).status_code == 204
    assert (await place.ask("grace", "GET", "/v1/api/auth/me")).status_code == 401
    assert (await place.enter("grace", "grace@example.com")).status_code == 401
    assert "grace" not in await place.who()
    former = (await place.ask("owner", "GET", f"{STAFF}?former=true")).json()["items"]
    assert [each["state"] for each in former] == ["removed"]
    assert code(await place.on("grace", "PUT", "/role", role="staff")) == (409, "MEMBER_GONE")
    async with place.database.platform() as session:
        listed = text("SELECT count(*) FROM directory WHERE kind = 'staff'")
        assert await session.scalar(listed) == 1

    known = place.ids["grace"]
    token = await place.invite("grace", "staff")
    assert place.ids["grace"] == known
    assert (await place.take_up(token)).is_success
    assert (await place.enter("grace", "grace@example.com")).is_success
    assert (await place.who())["grace"]["role"] == "staff"
    body = {"email": "grace@example.com", "role": "staff"}
    again = await place.ask("owner", "POST", f"{STAFF}/invitations", body)
    assert code(again) == (409, "MEMBER_EXISTS")


async def test_what_is_known_of_somebody_is_handed_out_and_forgotten(place: Place):
    await place.hire("grace", "manager")
    await place.enter("grace", "grace@example.com")
    told = (await place.on("grace", "GET", "/export")).json()
    assert (told["email"], told["name"]) == ("grace@example.com", "Grace")
    assert "Firefox, Linux" in {each["device"] for each in told["sessions"]}

    confirm = {"confirm": place.ids["grace"]}
    assert code(await place.on("grace", "POST", "/erase", **confirm)) == (409, "MEMBER_STAYS")
    await place.on("grace", "DELETE")
    refused = await place.on("grace", "POST", "/erase", confirm="somebody")
    assert code(refused) == (422, "MEMBER_ERASURE_UNCONFIRMED")
    for _ in range(2):
        assert (await place.on("grace", "POST", "/erase", **confirm)).status_code == 204
    gone = (await place.on("grace", "GET")).json()
    assert (gone["email"], gone["name"], gone["state"]) == (None, None, "removed")
    assert gone["erased_at"]
    assert len(await place.recorded("staff.erased")) == 1
    (joined,) = await place.recorded("staff.joined")
    assert joined["actor"] == f"staff:{place.ids['grace']}"
    fresh = await place.invite("grace", "staff")  # a new person as far as we know
    assert place.ids["grace"] != gone["id"]
    assert (await place.take_up(fresh)).is_success


async def test_one_sees_where_one_is_signed_in_and_signs_out_there(place: Place):
    await place.hire("grace", "analyst")
    await place.enter("phone", "grace@example.com")
    own = "/v1/api/auth/sessions"
    listed = (await place.ask("grace", "GET", own)).json()
    (other,) = [each for each in listed["items"] if each["id"] != listed["current"]]
    assert other["device"] == "Firefox, Linux"
    theirs = (await place.ask("owner", "GET", own)).json()["current"]
    refused = await place.ask("grace", "DELETE", f"{own}/{theirs}")
    assert code(refused) == (404, "SESSION_NOT_FOUND")
    assert (await place.ask("grace", "DELETE", f"{own}/{other['id']}")).status_code == 204
    assert (await place.ask("phone", "GET", own)).status_code == 401
    assert (await place.ask("grace", "GET", own)).is_success
    assert (await place.on("grace", "DELETE", "/sessions")).status_code == 204
    assert (await place.ask("grace", "GET", own)).status_code == 401
    assert [fact["everywhere"] for fact in await place.recorded("staff.signed_out")] == [
        False,
        True,
    ]
