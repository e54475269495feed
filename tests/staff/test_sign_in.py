"""People sign in, stay signed in and sign out; whoever copied a token is thrown out."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest

from loyalnest import merchants
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.staff import passwords
from tests.conftest import STRONG
from tests.doors import OWNER_EMAIL, Hands, bearing, house, make_key, open_cafe


@pytest.fixture
def strong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as they are for users."""
    monkeypatch.setattr(passwords, "HASHER", STRONG)


@dataclass
class Cafe:
    """A merchant, what its owner signs in with, and a door."""

    merchant: merchants.Merchant
    email: str
    password: str
    client: httpx.AsyncClient
    clock: Hands
    database: Database

    async def sign_in(self, email: str | None = None, **body: str) -> httpx.Response:
        body = {"email": email or self.email, "password": self.password, **body}
        return await self.client.post("/v1/api/auth/login", json=body)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.client.post("/v1/api/auth/refresh", json={"refresh_token": token})

    async def ask(self, bearer: str) -> int:
        answer = await self.client.get("/v1/api/auth/me", headers=bearing(bearer))
        return answer.status_code


@pytest.fixture
async def cafe(lasting_database: Database) -> AsyncGenerator[Cafe]:
    handle = f"cafe-{new_id().hex}"
    email = f"{handle}@example.com"
    merchant, password = await open_cafe(lasting_database, handle, email=email)
    clock = Hands()
    async with house(lasting_database, clock=clock) as client:
        yield Cafe(merchant, email, password, client, clock, lasting_database)


async def test_the_owner_signs_in_and_asks_with_the_access_token(cafe: Cafe):
    tokens = (await cafe.sign_in(cafe.email.title())).json()
    answer = await cafe.client.get("/v1/api/auth/me", headers=bearing(tokens["access_token"]))
    assert answer.json()["kind"] == "staff"
    assert "staff:write" in answer.json()["scopes"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "not the password"},
        {"email": "stranger@example.com"},
        {"email": "not an address"},
        {"email": "\0@example.com"},
        {"merchant": "another"},
    ],
)
async def test_whatever_is_wrong_with_a_sign_in_it_says_the_same(cafe: Cafe, wrong: dict[str, Any]):
    answer = await cafe.sign_in(**wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_IN_FAILED")


async def test_a_stranger_waits_as_long_as_somebody_with_a_wrong_password(strong: None, cafe: Cafe):
    async def worked_s(email: str) -> float:
        started = time.process_time()
        await cafe.sign_in(email, password="wrong password")
        return time.process_time() - started

    async with house(cafe.database, sign_in_attempts=100) as cafe.client:
        pairs = [
            (await worked_s(cafe.email), await worked_s("stranger@example.com")) for _ in range(5)
        ]
    # This process's own work, whatever else the machine does: without the hash it is a hundredth.
    known, unknown = (min(each) for each in zip(*pairs, strict=True))
    assert 0.5 < unknown / known < 2


async def test_an_access_token_expires_after_15_minutes(cafe: Cafe):
    tokens = (await cafe.sign_in()).json()
    cafe.clock.pass_by(minutes=14, seconds=59)
    assert await cafe.ask(tokens["access_token"]) == 200
    cafe.clock.pass_by(seconds=1)
    assert await cafe.ask(tokens["access_token"]) == 401


async def test_a_refresh_token_gives_the_next_pair(cafe: Cafe):
    tokens = (await cafe.sign_in()).json()
    cafe.clock.pass_by(minutes=20)
    renewed = (await cafe.refresh(tokens["refresh_token"])).json()
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert await cafe.ask(renewed["access_token"]) == 200


async def test_a_refresh_token_that_comes_back_ends_the_whole_session(cafe: Cafe):
    stolen = (await cafe.sign_in()).json()["refresh_token"]
    renewed = (await cafe.refresh(stolen)).json()
    cafe.clock.pass_by(seconds=11)
    again = await cafe.refresh(stolen)
    assert (again.status_code, again.json()["code"]) == (401, "SESSION_ENDED")
    assert (await cafe.refresh(renewed["refresh_token"])).status_code == 401
    assert await cafe.ask(renewed["access_token"]) == 401


async def test_a_page_that_is_reloaded_while_it_asks_stays_signed_in(cafe: Cafe):
    token = (await cafe.sign_in()).json()["refresh_token"]
    answers = await asyncio.gather(*(cafe.refresh(token) for _ in range(2)))
    cafe.clock.pass_by(seconds=9)
    answers.append(await cafe.refresh(token))
    cafe.clock.pass_by(minutes=5)
    for answer in answers:
        assert (await cafe.refresh(answer.json()["refresh_token"])).status_code == 200


async def test_asking_again_and_again_does_not_keep_a_used_token_alive(cafe: Cafe):
    token = (await cafe.sign_in()).json()["refresh_token"]
    answers: list[int] = []
    for _ in range(4):
        answers.append((await cafe.refresh(token)).status_code)
        cafe.clock.pass_by(seconds=4)
    assert answers == [200, 200, 200, 401]


async def test_a_session_that_was_ended_is_not_brought_back_by_its_last_token(cafe: Cafe):
    tokens = (await cafe.sign_in()).json()
    renewed = (await cafe.refresh(tokens["refresh_token"])).json()
    await cafe.client.post("/v1/api/auth/logout", headers=bearing(renewed["access_token"]))
    assert (await cafe.refresh(tokens["refresh_token"])).status_code == 401


async def test_a_session_ends_after_seven_days_without_a_visit(cafe: Cafe):
    token = (await cafe.sign_in()).json()["refresh_token"]
    cafe.clock.pass_by(days=7)
    assert (await cafe.refresh(token)).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "lnr_", "lnr_.x", "lnr_" + "A" * 43 + ".x", "ünïcode"])
async def test_a_refresh_token_that_we_did_not_give_is_refused(cafe: Cafe, token: str):
    assert (await cafe.refresh(token)).status_code == 401


async def test_signing_out_ends_this_session_and_no_other(cafe: Cafe):
    here, there = (await cafe.sign_in()).json(), (await cafe.sign_in()).json()
    await cafe.client.post("/v1/api/auth/logout", headers=bearing(here["access_token"]))
    assert await cafe.ask(here["access_token"]) == 401
    assert (await cafe.refresh(here["refresh_token"])).status_code == 401
    assert await cafe.ask(there["access_token"]) == 200


async def test_signing_out_everywhere_ends_every_session(cafe: Cafe):
    here, there = (await cafe.sign_in()).json(), (await cafe.sign_in()).json()
    await cafe.client.post("/v1/api/auth/logout-everywhere", headers=bearing(here["access_token"]))
    assert [await cafe.ask(each["access_token"]) for each in (here, there)] == [401, 401]


async def test_a_new_password_ends_every_session(cafe: Cafe):
    tokens = (await cafe.sign_in()).json()
    body = {"current_password": cafe.password, "new_password": "correct horse battery"}
    answer = await cafe.client.put(
        "/v1/api/auth/password", json=body, headers=bearing(tokens["access_token"])
    )
    assert answer.status_code == 204
    assert await cafe.ask(tokens["access_token"]) == 401
    assert (await cafe.sign_in()).status_code == 401
    assert (await cafe.sign_in(password="correct horse battery")).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"current_password": "guessed", "new_password": "correct horse battery"}, 403),
        ({"new_password": "short"}, 422),
    ],
)
async def test_a_password_changes_only_for_who_knows_it_and_to_a_long_one(
    cafe: Cafe, body: dict[str, str], status: int
):
    tokens = (await cafe.sign_in()).json()
    answer = await cafe.client.put(
        "/v1/api/auth/password",
        json={"current_password": cafe.password, **body},
        headers=bearing(tokens["access_token"]),
    )
    assert answer.status_code == status


async def test_an_api_key_has_no_session_to_end(cafe: Cafe):
    key = await make_key(cafe.database, cafe.merchant.id)
    answer = await cafe.client.post("/v1/api/auth/logout", headers=bearing(key))
    assert (answer.status_code, answer.json()["code"]) == (403, "NOT_SIGNED_IN")


async def test_somebody_who_works_for_two_merchants_names_one(cafe: Cafe):
    await open_cafe(cafe.database, f"other-{new_id().hex}", email=cafe.email)
    assert (await cafe.sign_in()).status_code == 401
    assert (await cafe.sign_in(merchant=cafe.merchant.handle)).status_code == 200


async def test_the_sixth_wrong_attempt_in_fifteen_minutes_waits(cafe: Cafe):
    answers = [await cafe.sign_in(password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 180
    assert (await cafe.sign_in()).status_code == 429
    assert (await cafe.sign_in("somebody@example.com")).status_code == 401


async def test_many_attempts_at_once_do_not_slip_through(cafe: Cafe):
    answers = await asyncio.gather(*(cafe.sign_in(password="wrong") for _ in range(9)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 4


async def test_attempts_that_succeed_do_not_count(cafe: Cafe):
    assert {(await cafe.sign_in()).status_code for _ in range(7)} == {200}


async def test_an_access_token_signed_by_somebody_else_is_refused(cafe: Cafe):
    token = (await cafe.sign_in()).json()["access_token"]
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(claims, b"x" * 32, algorithm="HS256", headers=header)
    bare = jwt.encode(claims, "", algorithm="none", headers={"kid": header["kid"]})
    assert [await cafe.ask(each) for each in (token, forged, bare)] == [200, 401, 401]


async def test_a_browser_keeps_its_refresh_token_where_no_script_can_read_it(cafe: Cafe):
    cafe.clock.at = clock.now()  # the client forgets what has expired by its own
    body = {"email": cafe.email, "password": cafe.password, "cookie": True}
    signed_in = await cafe.client.post("/v1/api/auth/login", json=body)
    cookie = signed_in.headers["Set-Cookie"]
    assert signed_in.json()["refresh_token"] is None
    assert cookie.startswith("loyalnest_refresh=lnr_")
    assert {"HttpOnly", "Path=/v1/api/auth", "SameSite=strict"} <= set(cookie.split("; "))

    renewed = await cafe.client.post("/v1/api/auth/refresh", json={})
    assert renewed.json()["refresh_token"] is None
    assert await cafe.ask(renewed.json()["access_token"]) == 200

    headers = bearing(renewed.json()["access_token"])
    assert (await cafe.client.post("/v1/api/auth/logout", headers=headers)).status_code == 204
    assert "loyalnest_refresh" not in cafe.client.cookies
    ended = await cafe.client.post("/v1/api/auth/refresh", json={})
    assert (ended.status_code, ended.json()["code"]) == (401, "SESSION_ENDED")


async def test_the_cookie_stays_off_plain_http_where_the_installation_is_reached_by_https(
    database: Database,
):
    _, password = await open_cafe(database)
    body = {"email": OWNER_EMAIL, "password": password, "cookie": True}
    async with house(database, public_url="https://points.example.com") as client:
        behind_a_proxy = await client.post("/v1/api/auth/login", json=body)

    assert "Secure" in behind_a_proxy.headers["Set-Cookie"].split("; ")
