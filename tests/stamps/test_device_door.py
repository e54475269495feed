"""The door of devices: paired once, known by a token, cut off at once."""

import hashlib
import re
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from httpx import Response

from loyalnest.kernel.database import Database
from loyalnest.stamps.counter.rules import pins
from tests.conftest import NOW, PIN_ITERATIONS
from tests.doors import bearing
from tests.stamps.counter import Counter, open_counter
from tests.stamps.device import Device


async def test_a_device_is_paired_and_knows_all_it_needs(counter: Counter) -> None:
    await counter.cafe.draws_up()
    device = await counter.device()
    facts = (await device.asks("GET", "me")).json()
    assert facts["stamper"]["name"] == "Till"
    assert [it["name"] for it in facts["programs"]] == ["Coffee card"]
    assert [it["name"] for it in facts["clerks"]] == ["Mia"]
    assert facts["policy"] == {"offline_hours": 48, "offline_stamps": 10}
    assert facts["merchant"]["time_zone"] == "Europe/Berlin"


async def test_a_pin_is_checked_without_a_network_by_what_a_device_knows(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "ITERATIONS", PIN_ITERATIONS)
    device = await counter.device()
    await counter.owner("POST", "clerks", json={"name": "Lena", "pin": "2468"})
    clerks = (await device.asks("GET", "me")).json()["clerks"]
    (clerk,) = (it for it in clerks if it["name"] == "Lena")
    salt, wanted = (urlsafe_b64decode(clerk["pin"][it] + "==") for it in ("salt", "hash"))
    rounds = clerk["pin"]["iterations"]
    assert rounds == 200_000
    assert hashlib.pbkdf2_hmac("sha256", b"2468", salt, rounds) == wanted
    assert hashlib.pbkdf2_hmac("sha256", b"2469", salt, rounds) != wanted


async def test_the_code_to_pair_by_is_in_a_qr_behind_the_apps_address(counter: Counter) -> None:
    offer = await counter.offer()
    way, code = offer["address"].split("#pair=")
    assert way.endswith("/stamper/")
    assert code == offer["pairing_code"].replace("-", "")
    assert offer["qr"]["side"] >= 21
    assert offer["qr"]["path"].startswith("M0 0h1v1h-1z")


async def test_a_pairing_code_works_once(counter: Counter) -> None:
    code = (await counter.offer())["pairing_code"]
    await Device(counter.client).pairs(code)
    again = Device(counter.client)
    body = {"code": code, "public_key": again.jwk, "device_name": "x"}
    answer = await counter.client.post("/v1/api/stamper/pair", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "PAIRING_CODE_WRONG")


async def test_a_pairing_code_is_typed_in_any_case_and_expires(counter: Counter) -> None:
    code = (await counter.offer())["pairing_code"]
    counter.hands.pass_by(minutes=16)
    device = Device(counter.client)
    body = {"code": code.lower(), "public_key": device.jwk, "device_name": "x"}
    answer = await counter.client.post("/v1/api/stamper/pair", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "PAIRING_CODE_EXPIRED")


async def test_a_key_on_another_curve_is_refused(counter: Counter) -> None:
    code = (await counter.offer())["pairing_code"]
    jwk = {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}
    for key in (jwk, jwk | {"crv": "P-384"}, {}):
        body = {"code": code, "public_key": key, "device_name": "x"}
        answer = await counter.client.post("/v1/api/stamper/pair", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "PUBLIC_KEY_INVALID")


async def test_a_device_that_was_cut_off_gets_nowhere(counter: Counter) -> None:
    device = await counter.device()
    path = f"stampers/{device.id}/revoke"
    shown = (await counter.owner("POST", path, json={})).json()
    assert shown["state"] == "revoked"
    for method, path in (("GET", "me"), ("GET", "recent"), ("POST", "look"), ("POST", "clerk")):
        body = {"json": {"code": "x", "clerk_id": counter.clerk, "pin": "2468"}}
        answer = await device.asks(method, path, **(body if method == "POST" else {}))
        assert (answer.status_code, answer.json()["code"]) == (401, "STAMPER_REVOKED")


async def test_a_device_paired_anew_ends_the_token_of_the_one_before(counter: Counter) -> None:
    old = await counter.device()
    offer = (await counter.owner("POST", f"stampers/{old.id}/pairing")).json()
    assert (await old.asks("GET", "me")).status_code == 200
    new = Device(counter.client, clerk=counter.clerk)
    await new.pairs(offer["pairing_code"])
    assert new.id == old.id
    assert (await new.asks("GET", "me")).status_code == 200
    assert (await old.asks("GET", "me")).json()["code"] == "STAMPER_REVOKED"


async def test_whoever_was_cut_off_stays_outside_when_the_device_is_let_back(
    counter: Counter,
) -> None:
    device = await counter.device()
    await counter.owner("POST", f"stampers/{device.id}/revoke", json={})
    await counter.owner("POST", f"stampers/{device.id}/pairing")
    assert (await device.asks("GET", "me")).json()["code"] == "STAMPER_REVOKED"


async def test_a_device_reaches_nothing_but_its_own_door(counter: Counter) -> None:
    device = await counter.device()
    for path in ("customers", "stampers", "clerks", "counter/held"):
        answer = await counter.client.get(f"/v1/api/{path}", headers=bearing(device.token))
        assert (answer.status_code, answer.json()["code"]) == (403, "MISSING_SCOPE")
    answer = await counter.owner("GET", "stamper/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "MISSING_SCOPE")


async def test_a_token_that_was_made_up_is_nobodys(counter: Counter) -> None:
    device = await counter.device()
    for token in (device.token + "x", "lns_x", "lns_" + "A" * 43 + ".x"):
        answer = await counter.client.get("/v1/api/stamper/me", headers=bearing(token))
        assert (answer.status_code, answer.json()["code"]) == (401, "STAMPER_REVOKED")


async def test_wrong_pins_are_counted_until_none_is_looked_at(counter: Counter) -> None:
    device = await counter.device()

    async def tries(pin: str) -> int:
        body = {"clerk_id": counter.clerk, "pin": pin}
        return (await device.asks("POST", "clerk", json=body)).status_code

    assert [await tries("0000") for _ in range(4)] == [403] * 4
    assert await tries("2468") == 204
    assert [await tries("0000") for _ in range(5)] == [403] * 5
    assert await tries("2468") == 429
    counter.hands.pass_by(minutes=6)
    assert await tries("2468") == 204


async def test_another_pin_counts_at_once_and_unlocks(counter: Counter) -> None:
    device = await counter.device()
    body = {"clerk_id": counter.clerk, "pin": "1111"}
    for _ in range(5):
        await device.asks("POST", "clerk", json=body)
    changed = await counter.owner("PATCH", f"clerks/{counter.clerk}", json={"pin": "1111"})
    assert changed.status_code == 200
    assert not _tells(changed, "1111")
    assert (await device.asks("POST", "clerk", json=body)).status_code == 204


async def test_a_suspended_clerk_is_off_the_devices(counter: Counter) -> None:
    device = await counter.device()
    await counter.owner("PATCH", f"clerks/{counter.clerk}", json={"state": "suspended"})
    assert (await device.asks("GET", "me")).json()["clerks"] == []
    body = {"clerk_id": counter.clerk, "pin": "2468"}
    answer = await device.asks("POST", "clerk", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "CLERK_SUSPENDED")


async def test_a_pin_of_letters_or_three_digits_is_refused(counter: Counter) -> None:
    for pin in ("abcd", "123", "123456789", "٢٤٦٨"):
        answer = await counter.owner("POST", "clerks", json={"name": "Ben", "pin": pin})
        assert answer.status_code == 422
        assert not _tells(answer, pin)


async def test_one_merchants_device_sees_no_other(
    counter: Counter, lasting_database: Database
) -> None:
    device = await counter.device()
    async with open_counter(lasting_database, "neighbour") as other:
        theirs = await other.device()
        answer = await other.owner("POST", f"stampers/{device.id}/revoke", json={})
        assert answer.status_code == 404
        card, named = await other.new_card(await other.cafe.draws_up())
        result = await device.sends_one(card=named)
        assert (result["outcome"], result["code"]) == ("refused", "CARD_NOT_FOUND")
        code = await other.live(card)
        assert (await device.sends_one(card=code))["code"] == "CODE_FOREIGN"
        looked = await device.asks("POST", "look", json=code)
        assert (looked.status_code, looked.json()["code"]) == (422, "CODE_FOREIGN")
        assert (await theirs.sends_one(card=code))["outcome"] == "done"


async def test_when_a_device_was_last_heard_of_is_told_to_the_minute(counter: Counter) -> None:
    device = await counter.device()
    counter.hands.pass_by(minutes=5)
    await device.asks("GET", "me")
    (shown,) = (await counter.owner("GET", "stampers")).json()["items"]
    assert shown["last_seen_at"].startswith((NOW + timedelta(minutes=5)).isoformat()[:16])
    assert shown["device"] == "Chrome, Android"


def _tells(answer: Response, pin: str) -> bool:
    """Whether a PIN stands in an answer by itself; within an id it may stand by chance."""
    return re.search(rf"\b{pin}\b", answer.text) is not None
