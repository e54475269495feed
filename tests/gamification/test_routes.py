"""Gamification through the API."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from loyalnest import gamification
from loyalnest.gamification.routes import router as gamification_router
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.relay import settle
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order
from tests.doors import caller_for, door
from tests.shop import Shop, open_shop

GAME: dict[str, Any] = {
    "badges": [
        {
            "key": "regular",
            "name": "Regular",
            "goal": {"measure": "orders", "target": "2"},
            "points": 50,
        },
        {
            "key": "november",
            "name": "November",
            "goal": {
                "measure": "spend",
                "target": "100",
                "starts_at": "2026-11-01T00:00:00Z",
                "ends_at": "2026-12-01T00:00:00Z",
            },
        },
        {"key": "friend", "name": "Friend of the house"},
    ],
    "leaderboard": {"measure": "points", "span": "month"},
}
FIRST = GAME | {"badges": GAME["badges"][:1]}


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


@pytest.fixture
async def client(shop: Shop) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(shop.merchant_id)
    async with door(shop.database, gamification_router, caller=caller) as client:
        yield client


async def plays(client: httpx.AsyncClient, **changes: Any) -> None:
    assert (await client.put("/v1/api/gamification", json={"game": GAME | changes})).is_success


async def bought(shop: Shop, *prices: str) -> str:
    for number, price in enumerate(prices):
        await shop.tells(("orders/create", order(number, lines=[line(price=price)])))
    await settle(shop.database, [gamification.BADGES], clock=lambda: NOW)
    return await shop.customer_id()


async def test_a_merchant_who_never_played_has_an_empty_game(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/v1/api/gamification")).json()
    assert (answer["version"], answer["game"]["enabled"]) == (0, False)
    assert (await client.get("/v1/api/gamification/badges")).json()["items"] == []
    answer = await client.get("/v1/api/gamification/leaderboard")
    assert (answer.status_code, answer.json()["code"]) == (404, "BOARD_MISSING")


async def test_a_customer_sees_badges_progress_streak_and_rank(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await plays(client)
    ada = await bought(shop, "30.00", "10.00")
    joined = await client.put(f"/v1/api/customers/{ada}/leaderboard", json={})
    seen = (await client.get(f"/v1/api/customers/{ada}/gamification")).json()
    shown = [
        (it["badge"], it["phase"], it["held"], it["progress"], it["target"])
        for it in seen["badges"]
    ]
    assert shown == [
        ("regular", "open", True, "2", "2"),
        ("november", "open", False, "40.00", "100"),
        ("friend", "by_hand", False, None, None),
    ]
    streak = seen["streak"]
    assert (streak["rhythm"], streak["current"], streak["longest"]) == ("month", 1, 1)
    assert streak["alive_until"] == "2027-01-01T00:00:00Z"
    name = joined.json()["pseudonym"]
    assert seen["leaderboard"] == {"pseudonym": name, "score": 40, "rank": 1}
    board = (await client.get("/v1/api/gamification/leaderboard")).json()
    line = {"rank": 1, "pseudonym": name, "score": 40, "customer_id": ada}
    assert board == {"measure": "points", "since": "2026-11-01T00:00:00Z", "items": [line]}
    previous = await client.get("/v1/api/gamification/leaderboard?which=previous")
    assert previous.json()["since"] == "2026-09-30T23:00:00Z"  # London's October began in summer
    assert (await client.delete(f"/v1/api/customers/{ada}/leaderboard")).status_code == 204
    assert (await client.get("/v1/api/gamification/leaderboard")).json()["items"] == []


async def test_a_merchant_sees_who_holds_a_badge(client: httpx.AsyncClient, shop: Shop) -> None:
    await plays(client)
    ada = await bought(shop, "30.00", "10.00")
    badges = (await client.get("/v1/api/gamification/badges")).json()["items"]
    assert [(it["badge"]["key"], it["customers"]) for it in badges] == [
        ("regular", 1),
        ("november", 0),
        ("friend", 0),
    ]
    holders = (await client.get("/v1/api/gamification/badges/regular/customers")).json()["items"]
    assert [(it["customer_id"], it["given_by"]) for it in holders] == [(ada, None)]
    for path in ("", "/customers"):
        answer = await client.get(f"/v1/api/gamification/badges/nothing{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "BADGE_UNKNOWN")


async def test_a_challenge_knows_how_many_have_bought_in_its_time(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await plays(client)
    early = "2026-10-31T12:00:00Z"
    grace = {"id": 9, "email": "grace@example.com"}
    told = order(50, created_at=early, email="grace@example.com", customer=grace)
    await shop.tells(("orders/create", told))
    await bought(shop, "30.00", "10.00")
    seen = (await client.get("/v1/api/gamification/badges/november")).json()
    assert (seen["phase"], seen["customers"], seen["taking_part"]) == ("open", 0, 1)
    seen = (await client.get("/v1/api/gamification/badges/regular")).json()
    assert (seen["customers"], seen["taking_part"]) == (1, None)


async def test_a_badge_is_given_and_taken_back_by_hand(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await plays(client)
    path = f"/v1/api/customers/{await bought(shop, '5.00')}/badges/friend"
    assert (await client.put(path, json={"reason": "   "})).status_code == 422
    for _ in range(2):
        assert (await client.put(path, json={"reason": "so kind"})).status_code == 204
    holders = (await client.get("/v1/api/gamification/badges/friend/customers")).json()["items"]
    assert [(it["given_by"], it["reason"]) for it in holders] == [("api_key:test", "so kind")]
    assert (await client.delete(path)).status_code == 204
    answer = await client.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_GIVEN")


async def test_a_change_is_made_only_to_the_version_that_was_read(
    client: httpx.AsyncClient,
) -> None:
    await client.put("/v1/api/gamification", json={"game": FIRST, "version": 0})
    stale = {"game": GAME, "version": 0}
    answer = await client.put("/v1/api/gamification", json=stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "GAME_STALE")
    changed = await client.put("/v1/api/gamification", json=stale | {"version": 1})
    assert changed.json()["version"] == 2
    again = await client.put("/v1/api/gamification", json={"game": GAME})
    assert again.json()["version"] == 2
    versions = (await client.get("/v1/api/gamification/versions")).json()["items"]
    assert [one["version"] for one in versions] == [2, 1]


async def test_a_saved_badge_is_archived_rather_than_dropped(client: httpx.AsyncClient) -> None:
    await plays(client)
    answer = await client.put("/v1/api/gamification", json={"game": FIRST})
    assert (answer.status_code, answer.json()["code"]) == (422, "BADGE_DROPPED")


async def test_only_a_leaderboard_that_is_there_can_be_joined(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await plays(client, leaderboard=None)
    ada = await bought(shop, "5.00")
    answer = await client.put(f"/v1/api/customers/{ada}/leaderboard", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "BOARD_MISSING")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "gamification"),
        ("PUT", "badges/friend"),
        ("DELETE", "badges/friend"),
        ("PUT", "leaderboard"),
        ("DELETE", "leaderboard"),
    ],
)
async def test_a_customer_who_is_not_there_is_not_found(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    await plays(client)
    nobody = to_wire("cus", new_id())
    body = {"reason": "kind"} if "badges" in path else {}
    answer = await client.request(
        method, f"/v1/api/customers/{nobody}/{path}", json=body if method == "PUT" else None
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "CUSTOMER_NOT_FOUND")


async def test_reading_is_not_writing(shop: Shop) -> None:
    caller = caller_for(shop.merchant_id, "program:read customers:read")
    async with door(shop.database, gamification_router, caller=caller) as client:
        for path in ("", "/badges", "/versions"):
            assert (await client.get(f"/v1/api/gamification{path}")).status_code == 200
        assert (await client.put("/v1/api/gamification", json={"game": GAME})).status_code == 403
        ada = await bought(shop, "5.00")
        given = await client.put(f"/v1/api/customers/{ada}/badges/friend", json={"reason": "x"})
        assert given.status_code == 403
        assert (await client.delete(f"/v1/api/customers/{ada}/leaderboard")).status_code == 403
