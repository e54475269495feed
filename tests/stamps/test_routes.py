"""Stamp cards through the front door."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from tests.doors import bearing, house, make_key
from tests.stamps.cafe import Cafe, open_cafe

TERMS: dict[str, Any] = {
    "name": "Coffee card",
    "stages": [
        {"count": 2, "name": "Free coffee", "names": {"de": "Kaffee umsonst"}},
        {"count": 3, "name": "Cake"},
    ],
}


class Door:
    """The API as one café's own program sees it."""

    def __init__(self, client: httpx.AsyncClient, cafe: Cafe, key: str):
        self.client = client
        self.cafe = cafe
        self.key = key
        self.asked = 0

    async def post(self, path: str, key: str | None = None, **body: Any) -> httpx.Response:
        self.asked += 1
        headers = {**bearing(self.key), "Idempotency-Key": key or f"request-{self.asked}"}
        return await self.client.post(f"/v1/api/{path}", json=body, headers=headers)

    async def get(self, path: str) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/api/{path}", headers=bearing(self.key))
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def card(self, **changed: Any) -> dict[str, Any]:
        """A card of a guest's, of a program in use."""
        made = await self.post("card-programs", terms=TERMS | changed, state="active")
        assert made.status_code == 201, made.text
        guest = to_wire("cus", await self.cafe.guest())
        opened = await self.post("cards", customer_id=guest, card_program_id=made.json()["id"])
        assert opened.status_code == 201, opened.text
        return opened.json()


@pytest.fixture
async def door(lasting_database: Database) -> AsyncGenerator[Door]:
    cafe = await open_cafe(lasting_database)
    async with house(lasting_database) as client:
        yield Door(client, cafe, await make_key(lasting_database, cafe.merchant_id))


async def test_a_card_is_stamped_by_id_by_number_and_by_its_holder(door: Door) -> None:
    card = await door.card()
    first = await door.post("stamps", card_id=card["id"])
    assert first.status_code == 201
    assert first.json()["card"]["collected"] == 1
    number = card["number"].lower().replace("0", "o")
    second = await door.post("stamps", number=number)
    assert [it["name"] for it in second.json()["earned"]] == ["Free coffee"]
    holder = {"customer_id": card["customer_id"], "card_program_id": card["card_program_id"]}
    third = await door.post("stamps", **holder)
    assert [it["name"] for it in third.json()["earned"]] == ["Cake"]
    assert third.json()["card"]["collected"] == 0
    listed = await door.get(f"cards/{card['id']}/stamps")
    assert [it["count"] for it in listed["items"]] == [1, 1, 1]


async def test_the_same_request_again_is_answered_alike_and_another_by_its_key_refused(
    door: Door,
) -> None:
    card = await door.card()
    once = await door.post("stamps", "key", card_id=card["id"])
    again = await door.post("stamps", "key", card_id=card["id"])
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert again.json()["stamp_id"] == once.json()["stamp_id"]
    other = await door.post("stamps", "key", card_id=card["id"], count=2)
    assert (other.status_code, other.json()["code"]) == (409, "STAMP_KEY_REUSED")


async def test_a_reward_is_used_put_back_and_gone_with_its_stamp(door: Door) -> None:
    card = await door.card()
    stamped = (await door.post("stamps", card_id=card["id"], count=2)).json()
    (reward,) = stamped["card"]["rewards"]
    used = await door.post(f"card-rewards/{reward['id']}/use", "first")
    assert used.json()["rewards"] == []
    twice = await door.post(f"card-rewards/{reward['id']}/use", "second")
    assert (twice.status_code, twice.json()["code"]) == (409, "REWARD_NOT_DUE")
    back = await door.post(f"card-rewards/{reward['id']}/put-back")
    assert [it["id"] for it in back.json()["rewards"]] == [reward["id"]]
    undone = await door.post(f"stamps/{stamped['stamp_id']}/undo", reason="Wrong card")
    assert (undone.json()["collected"], undone.json()["rewards"]) == (0, [])
    history = await door.get(f"customers/{card['customer_id']}/card-rewards")
    assert [it["state"] for it in history["items"]] == ["taken_back"]


async def test_customers_see_their_cards_in_their_language(door: Door) -> None:
    card = await door.card()
    await door.post("stamps", card_id=card["id"], count=2)
    path = f"/v1/api/customers/{card['customer_id']}/sessions"
    session = await door.client.post(path, headers=bearing(door.key))
    own = await door.client.get(
        "/v1/api/me/cards?language=de", headers=bearing(session.json()["token"])
    )
    (shown,) = own.json()["items"]
    assert [it["name"] for it in shown["stages"]] == ["Kaffee umsonst", "Cake"]
    assert [it["name"] for it in shown["rewards"]] == ["Kaffee umsonst"]
    assert shown["number"] == card["number"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "INVALID_REQUEST"),
        ({"card_id": "crd_" + "0" * 32}, 404, "CARD_NOT_FOUND"),
        ({"number": "what is this"}, 404, "CARD_NOT_FOUND"),
        ({"number": "00000-00000"}, 404, "CARD_NOT_FOUND"),
        ({"card_id": "mine", "count": 0}, 422, "INVALID_REQUEST"),
        ({"card_id": "mine", "count": -1}, 422, "INVALID_REQUEST"),
        ({"card_id": "mine", "count": 11}, 422, "TOO_MANY_AT_ONCE"),
        ({"card_id": "mine", "purchase": "-1"}, 422, "INVALID_REQUEST"),
        ({"card_id": "mine", "kind": "birthday"}, 422, "INVALID_REQUEST"),
        ({"card_id": "mine", "store_id": "sto_" + "0" * 32}, 404, "STORE_NOT_FOUND"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    door: Door, body: dict[str, Any], status: int, code: str
) -> None:
    card = await door.card()
    if body.get("card_id") == "mine":
        body = body | {"card_id": card["id"]}
    answer = await door.post("stamps", **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await door.get(f"cards/{card['id']}"))["collected"] == 0


async def test_a_paused_program_stamps_nothing_and_says_how_many_cards_a_change_is_about(
    door: Door,
) -> None:
    card = await door.card()
    await door.post("stamps", card_id=card["id"])
    path = f"card-programs/{card['card_program_id']}"
    worse = TERMS | {"stages": [{"count": 9, "name": "Cake"}]}
    preview = await door.post(f"{path}/preview", terms=worse)
    assert preview.json() == {"improves": False, "at_once": 0, "next_round": 1}
    program = await door.get(path)
    body = {"terms": program["terms"], "state": "paused", "version": program["version"]}
    paused = await door.client.put(f"/v1/api/{path}", json=body, headers=bearing(door.key))
    assert (paused.json()["state"], paused.json()["version"]) == ("paused", 2)
    refused = await door.post("stamps", card_id=card["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "CARD_PROGRAM_PAUSED")


async def test_a_form_that_was_opened_before_a_pause_revives_nothing(door: Door) -> None:
    card = await door.card()
    path = f"card-programs/{card['card_program_id']}"
    opened = await door.get(path)
    seen = {"terms": opened["terms"], "version": opened["version"]}

    async def saves(**changed: Any) -> httpx.Response:
        return await door.client.put(
            f"/v1/api/{path}", json=seen | changed, headers=bearing(door.key)
        )

    assert (await saves(state="paused")).status_code == 200
    for stale in ({}, {"terms": opened["terms"] | {"name": "Tea card"}}):
        refused = await saves(state="active", **stale)
        assert (refused.status_code, refused.json()["code"]) == (409, "CARD_PROGRAM_CHANGED")
    now = await door.get(path)
    assert (now["state"], now["terms"]["name"]) == ("paused", "Coffee card")
    again = await saves(state="active", version=now["version"])
    assert (again.json()["state"], again.json()["version"]) == ("active", 3)


async def test_a_pause_changes_the_terms_of_no_card(door: Door) -> None:
    card = await door.card()
    await door.post("stamps", card_id=card["id"])
    path = f"card-programs/{card['card_program_id']}"
    for state in ("paused", "active"):
        program = await door.get(path)
        body = {"terms": program["terms"], "state": state, "version": program["version"]}
        await door.client.put(f"/v1/api/{path}", json=body, headers=bearing(door.key))
    await door.post("stamps", card_id=card["id"])
    third = await door.post("stamps", card_id=card["id"])
    assert [it["name"] for it in third.json()["earned"]] == ["Cake"]
    shown = await door.get(f"cards/{card['id']}")
    assert (shown["round"], shown["collected"]) == (2, 0)
