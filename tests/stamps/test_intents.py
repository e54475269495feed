"""What devices wish: each counts once, and what doesn't is said in words."""

import asyncio
import json
from typing import Any

import pytest

from loyalnest import ledger
from tests.conftest import NOW
from tests.stamps.cafe import terms
from tests.stamps.counter import Counter, ago, said
from tests.stamps.device import Device, text64


async def test_the_same_intent_again_is_answered_again(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    wish = device.wish(card=named)
    first, twin = await device.sends(wish, wish)
    (third,) = await device.sends(wish)
    assert [first["outcome"], twin["outcome"], third["outcome"]] == ["done", "again", "again"]
    assert first["stamp_id"] == twin["stamp_id"] == third["stamp_id"]
    assert third["card"]["collected"] == await counter.collected(card) == 1


async def test_a_refusal_whose_answer_was_lost_is_said_again(counter: Counter) -> None:
    device = await counter.device()
    wish = device.wish(card={"number": "00000-00000"})
    for _ in range(2):
        (result,) = await device.sends(wish)
        assert said(result) == ("refused", "CARD_NOT_FOUND")


async def test_a_counter_means_one_intent_for_ever(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    await device.sends_one(card=named, counter=5)
    assert said(await device.sends_one(card=named, counter=5, count=9)) == (
        "refused",
        "INTENT_REUSED",
    )
    two = [device.wish(card=named, counter=6, count=n) for n in (1, 2)]
    assert [said(it) for it in await device.sends(*two)] == [
        ("done", None),
        ("refused", "INTENT_REUSED"),
    ]
    assert await counter.collected(card) == 2


async def test_what_a_device_did_not_sign_leaves_no_trace(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device, thief = await counter.device(), Device(counter.client, clerk=counter.clerk)
    thief.id = device.id
    forged = thief.wish(card=named, counter=1)
    theirs = await counter.device("Other")
    replayed = theirs.wish(card=named, counter=1)
    changed = device.wish(card=named, counter=1) | {"payload": forged["payload"][:-2] + "AA"}
    for wish in (forged, replayed, changed, {"payload": "x", "signature": "x"}):
        (result,) = await device.sends(wish)
        assert said(result) == ("refused", "SIGNATURE_WRONG")
    assert said(await device.sends_one(card=named, counter=1)) == ("done", None)
    assert await counter.collected(card) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"v": 2},
        {"count": 0},
        {"at": "2026-11-22"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"amount": "NaN"},
        {"amount": "-1"},
        {"amount": "1.2", "currency": "JPY"},
        {"amount": "1.234", "currency": "EUR"},
        {"amount": "1e-999999", "currency": "EUR"},
        {"card": {"id": "crd_1", "number": "1"}},
        {"card": None},
        {"surprise": 1},
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_counter(
    counter: Counter, odd: dict[str, Any]
) -> None:
    _, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    payload = {
        "v": 1,
        "stamper": device.id,
        "counter": 7,
        "at": NOW.isoformat(),
        "clerk": counter.clerk,
        "kind": "stamp",
        "card": named,
    } | odd
    (result,) = await device.sends(device.signs(text64(json.dumps(payload).encode())))
    assert (result["counter"], *said(result)) == (7, "refused", "INTENT_UNREADABLE")


async def test_one_reward_that_two_devices_hand_out_is_used_once_and_said(
    counter: Counter,
) -> None:
    _, named = await counter.new_card(await counter.cafe.draws_up())
    one, other = await counter.device(), await counter.device()
    (reward,) = (await one.sends_one(card=named, count=5))["card"]["rewards"]
    first = await one.sends_one("use", reward=reward["id"], at=ago(hours=1), offline=True)
    second = await other.sends_one("use", reward=reward["id"], at=ago(hours=2), offline=True)
    assert said(first) == ("done", None)
    assert said(second) == ("refused", "REWARD_USED_ELSEWHERE")
    assert "11:00" in second["detail"]
    assert second["card"]["rewards"] == []


async def test_a_reward_from_before_a_merge_is_used_by_the_card_that_counts_since(
    counter: Counter,
) -> None:
    program = await counter.cafe.draws_up()
    (kept, _), (merged, named) = [await counter.new_card(program) for _ in range(2)]
    stranger, _ = await counter.new_card(program)
    device = await counter.device()
    (reward,) = (await device.sends_one(card=named, count=5))["card"]["rewards"]
    async with counter.cafe.open() as session:
        await ledger.merge(
            session,
            merchant_id=counter.cafe.merchant_id,
            kept_id=kept.card.customer_id,
            merged_id=merged.card.customer_id,
            actor="test",
            now=NOW,
        )
    await counter.cafe.news_is_told()
    theirs = await device.sends_one("use", card=await counter.live(stranger), reward=reward["id"])
    assert said(theirs) == ("refused", "CARD_NOT_FOUND")
    used = await device.sends_one("use", card=await counter.live(kept), reward=reward["id"])
    assert (said(used), used["card"]["rewards"]) == (("done", None), [])


async def test_two_devices_at_once_stamp_one_card_twice_and_one_code_once(
    counter: Counter,
) -> None:
    program = await counter.cafe.draws_up()
    card, named = await counter.new_card(program)
    devices = [await counter.device() for _ in range(4)]
    both = await asyncio.gather(*(it.sends_one(card=named) for it in devices))
    assert {it["outcome"] for it in both} == {"done"}
    assert await counter.collected(card) == 4
    coded, _ = await counter.new_card(program)
    code = await counter.live(coded)
    results = await asyncio.gather(*(it.sends_one(card=code) for it in devices))
    assert sorted(said(it) for it in results) == [
        ("done", None),
        *[("refused", "CODE_ALREADY_USED")] * 3,
    ]
    assert await counter.collected(coded) == 1


async def test_one_batch_that_is_sent_by_many_at_once_counts_once(counter: Counter) -> None:
    program = await counter.cafe.draws_up()
    cards = [await counter.new_card(program) for _ in range(5)]
    device = await counter.device()
    batch = [device.wish(card=named) for _, named in cards for _ in range(2)]
    answers = await asyncio.gather(*(device.sends(*batch) for _ in range(4)))
    counted = [sum(it["outcome"] == "done" for it in answer) for answer in answers]
    assert sorted(counted) == [0, 0, 0, 10]
    assert [await counter.collected(card) for card, _ in cards] == [2] * 5
    await counter.cafe.books_balance()


async def test_what_a_lost_device_brings_waits_for_the_owner(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device("Phone")
    await device.sends_one(card=named)
    body = {"lost_at": ago(hours=1).isoformat()}
    lost = (await counter.owner("POST", f"stampers/{device.id}/revoke", json=body)).json()
    assert (lost["state"], lost["lost_at"] is not None) == ("revoked", True)
    wishes = [device.wish(card=named, count=2, at=ago(hours=2), offline=True)]
    for _ in range(2):
        answer = await device.asks("POST", "intents", json={"intents": wishes})
        assert (answer.status_code, answer.json()["code"]) == (401, "STAMPER_REVOKED")
    assert await counter.collected(card) == 1
    (held,) = await counter.held()
    assert (held["reason"], held["about"]["stamper"]) == ("STAMPER_REVOKED", "Phone")
    (alert,) = await counter.alerts()
    assert (alert["kind"], alert["count"]) == ("after_loss", 1)
    await counter.owner("POST", f"counter/held/{held['id']}/accept")
    assert await counter.collected(card) == 3


async def test_what_was_signed_before_a_device_was_paired_anew_waits(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    await device.sends_one(card=named, counter=1)
    left = device.wish(card=named, counter=2, at=ago(minutes=5), offline=True)
    offer = (await counter.owner("POST", f"stampers/{device.id}/pairing")).json()
    new = Device(counter.client, clerk=counter.clerk)
    await new.pairs(offer["pairing_code"])
    assert said(await new.sends_one(card=named, counter=1)) == ("done", None)
    assert [said(it) for it in await new.sends(left)] == [("held", "KEY_REPLACED")]
    assert await counter.collected(card) == 2


async def test_a_clerk_who_is_unknown_or_was_suspended_does_not_stamp(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    for clerk in ("clk_" + "0" * 32, "nobody"):
        assert said(await device.sends_one(card=named, clerk=clerk)) == (
            "refused",
            "CLERK_NOT_FOUND",
        )
    await counter.owner("PATCH", f"clerks/{counter.clerk}", json={"state": "suspended"})
    before = await device.sends_one(card=named, at=ago(hours=1), offline=True)
    assert said(await device.sends_one(card=named)) == ("refused", "CLERK_SUSPENDED")
    assert said(before) == ("done", None)
    await counter.owner("PATCH", f"clerks/{counter.clerk}", json={"state": "active"})
    assert (await device.sends_one(card=named))["outcome"] == "done"
    assert await counter.collected(card) == 2


async def test_a_card_by_amount_takes_what_was_bought(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up(terms(per_amount="5")))
    device = await counter.device()
    assert said(await device.sends_one(card=named)) == ("refused", "AMOUNT_NEEDED")
    done = await device.sends_one(card=named, amount="12.50", currency="EUR")
    assert (done["outcome"], await counter.collected(card)) == ("done", 2)
    dollars = await device.sends_one(card=named, amount="12.50", currency="USD")
    assert said(dollars) == ("refused", "CURRENCY_UNEXPECTED")


async def test_a_full_batch_of_one_device_is_carried_out_at_once(counter: Counter) -> None:
    program = await counter.cafe.draws_up()
    cards = [await counter.new_card(program) for _ in range(10)]
    device = await counter.device()
    batch = [
        device.wish(card=named, at=ago(minutes=200 - n), offline=True)
        for n in range(10)
        for _, named in cards
    ]
    results = await device.sends(*batch)
    assert {it["outcome"] for it in results} == {"done"}
    assert [await counter.collected(card) for card, _ in cards] == [0] * 10
    assert len(results[-1]["card"]["rewards"]) == 2
    over = await device.asks("POST", "intents", json={"intents": [*batch, batch[0]]})
    assert over.status_code == 422
    await counter.cafe.books_balance()
