"""Codes at the counter: photographed, replayed, tampered, old, typed."""

from datetime import timedelta

import pytest

from loyalnest import stamps
from tests.stamps.cafe import terms
from tests.stamps.counter import Counter, ago, said


async def test_a_photographed_code_is_refused_in_words(counter: Counter) -> None:
    card, _ = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    photo = await counter.live(card, ago(minutes=10))
    looked = (await device.asks("POST", "look", json=photo)).json()
    assert (looked["code"], "photo" in looked["detail"]) == ("CODE_EXPIRED", True)
    assert said(await device.sends_one(card=photo)) == ("refused", "CODE_EXPIRED")
    assert await counter.collected(card) == 0


async def test_a_code_that_was_scanned_in_time_may_be_stamped_a_little_later(
    counter: Counter,
) -> None:
    card, _ = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    result = await device.sends_one(card=await counter.live(card, ago(minutes=2)))
    assert result["outcome"] == "done"


async def test_a_replayed_code_counts_once_whoever_brings_it(counter: Counter) -> None:
    card, _ = await counter.new_card(await counter.cafe.draws_up())
    one, other = await counter.device(), await counter.device()
    code = await counter.live(card)
    assert said(await one.sends_one(card=code)) == ("done", None)
    assert said(await other.sends_one(card=code)) == ("refused", "CODE_ALREADY_USED")
    looked = await other.asks("POST", "look", json=code)
    assert (looked.status_code, looked.json()["code"]) == (409, "CODE_ALREADY_USED")
    assert await counter.collected(card) == 1


async def test_a_replayed_code_counts_once_also_without_a_network(counter: Counter) -> None:
    card, _ = await counter.new_card(await counter.cafe.draws_up())
    one, other = await counter.device(), await counter.device()
    early, late = ago(hours=2), ago(hours=1)
    code, newer = await counter.live(card, early), await counter.live(card, late)
    assert said(await one.sends_one(card=newer, at=late, offline=True)) == ("done", None)
    assert said(await one.sends_one(card=code, at=early, offline=True)) == ("done", None)
    again = await other.sends_one(card=code, at=early + timedelta(minutes=1), offline=True)
    assert said(again) == ("refused", "CODE_ALREADY_USED")
    assert await counter.collected(card) == 2


async def test_a_tampered_code_is_refused(counter: Counter) -> None:
    program = await counter.cafe.draws_up()
    card, _ = await counter.new_card(program)
    other, _ = await counter.new_card(program)
    device = await counter.device()
    code = (await counter.live(card))["code"].replace(card.card.number, other.card.number)
    assert said(await device.sends_one(card={"code": code})) == ("refused", "CODE_TAMPERED")
    assert said(await device.sends_one(card={"code": "hello"})) == ("refused", "CODE_UNREADABLE")


@pytest.mark.parametrize("printed", [False, True])
async def test_an_old_pass_or_paper_asks_for_the_name(counter: Counter, printed: bool) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    async with counter.cafe.open() as session:
        (code,) = (
            await stamps.printed_codes(session, [card.card.number])
            if printed
            else await stamps.pass_codes(session, [card.card])
        )
    if not printed:
        fresh = (await device.asks("POST", "look", json={"code": code})).json()
        assert (fresh["must_confirm"], fresh["reason"]) == (False, None)
        await device.sends_one(card=named)
    looked = (await device.asks("POST", "look", json={"code": code})).json()
    assert (looked["must_confirm"], looked["reason"]) == (True, "printed" if printed else "stale")
    unconfirmed = await device.sends_one(card={"code": code})
    assert said(unconfirmed) == ("refused", "CONFIRM_NAME")
    assert said(await device.sends_one(card={"code": code}, confirmed=True)) == ("done", None)
    late = await device.sends_one(card={"code": code}, at=ago(hours=1), offline=True)
    assert said(late) == ("done", None)


async def test_a_card_is_found_by_its_number_and_by_a_phone(counter: Counter) -> None:
    program = await counter.cafe.draws_up()
    guest = await counter.cafe.guest(phone="+4930123456", phone_verified=True, name="Ada")
    card = await counter.cafe.card(program, guest)
    device = await counter.device()
    typed = f" {card.card.number[:5].lower()}-{card.card.number[5:].lower()} "
    for text, reason in ((typed, "typed"), ("030 123456", "phone"), ("+49 30 123456", "phone")):
        looked = (await device.asks("POST", "look", json={"code": text})).json()
        assert [it["name"] for it in looked["cards"]] == ["Ada"], text
        assert (looked["must_confirm"], looked["reason"]) == (True, reason)
    assert said(await device.sends_one(card={"number": typed})) == ("done", None)
    assert said(await device.sends_one(card={"phone": "030 123456"})) == ("done", None)
    for text in ("030 999999", "0000000000"):
        answer = await device.asks("POST", "look", json={"code": text})
        assert answer.json()["code"] == "CARD_NOT_FOUND"


async def test_a_phone_with_several_cards_needs_the_program(counter: Counter) -> None:
    one, other = await counter.cafe.draws_up(), await counter.cafe.draws_up(terms(name="Tea"))
    guest = await counter.cafe.guest(phone="+4930123456", phone_verified=True)
    await counter.cafe.card(one, guest)
    tea = await counter.cafe.card(other, guest)
    device = await counter.device()
    phone = {"phone": "030123456"}
    assert said(await device.sends_one(card=phone)) == ("refused", "CARD_UNCLEAR")
    result = await device.sends_one(card=phone, program=f"crp_{other.id.hex}")
    assert result["card"]["program"] == "Tea"
    assert await counter.collected(tea) == 1
