"""Apple's web service, asked by phones that behave as Apple's pages say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, wallet
from loyalnest.kernel.relay import LoggedEvent, list_failures, retry_failure, settle
from loyalnest.wallet import Platform
from tests.conftest import make_merchant
from tests.stamps.cafe import Cafe
from tests.wallet.cast import Counter


async def test_a_stamp_is_in_the_pass_of_every_phone_that_holds_it(counter: Counter) -> None:
    program = await counter.cafe.draws_up()
    card = await counter.cafe.card(program)
    phone, watch = counter.phone(), counter.phone()
    shown = await phone.adds(await counter.link(card))
    await watch.adds(await counter.link(card))
    assert shown["collected"] == 0
    await counter.follows()
    await counter.tells()
    await counter.cafe.gives(card, 3)
    counter.hands.pass_by(seconds=5)
    await counter.follows()
    assert await counter.tells() == 2
    assert [it.passes[shown["serial"]]["collected"] for it in (phone, watch)] == [3, 3]
    assert phone.passes[shown["serial"]]["code"] != shown["code"]


async def test_a_phone_that_registers_twice_is_known_the_second_time(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    assert await phone.registers(shown["serial"]) == 200
    phone.token = "f" * 64
    assert await phone.registers(shown["serial"]) == 200
    await counter.cafe.gives(card)
    await counter.follows()
    await counter.tells()
    assert counter.pushes.pushed == ["f" * 64]


async def test_whoever_shows_no_token_or_another_is_told_nothing(counter: Counter) -> None:
    program = await counter.cafe.draws_up()
    mine, other = await counter.cafe.card(program), await counter.cafe.card(program)
    phone = counter.phone()
    shown = await phone.adds(await counter.link(mine))
    theirs = await counter.phone().adds(await counter.link(other))
    assert await phone.fetches(shown["serial"], token="wrong") == 401
    assert await phone.fetches(shown["serial"], token=theirs["token"]) == 401
    assert await phone.registers(shown["serial"], token="wrong") == 401
    assert await phone.registers("0" * 32, token=shown["token"]) == 401
    assert await phone.fetches("0" * 32, token=shown["token"]) == 401
    assert await phone.registers("nonsense", token=shown["token"]) == 401
    assert await phone.registers(shown["serial"], pass_type="pass.of.another") == 404
    plain = await counter.client.get(f"/wallet/apple/v1/passes/pass.example.cards/{mine.card.id}")
    assert plain.status_code == 401


async def test_a_pass_for_google_is_none_of_apples(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    serial = await counter.serial_of(card, Platform.GOOGLE)
    assert await counter.phone().fetches(serial, token="x") == 401


async def test_what_a_phone_has_is_not_sent_again(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    assert await phone.fetches(shown["serial"]) == 304
    await counter.cafe.gives(card)
    await counter.follows()
    assert await phone.fetches(shown["serial"]) == 200
    assert await phone.fetches(shown["serial"]) == 304


async def test_two_changes_within_a_second_are_two(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    for collected in (1, 2, 3):
        await counter.cafe.gives(card)
        await counter.follows()
        assert await phone.fetches(shown["serial"]) == 200
        assert phone.passes[shown["serial"]]["collected"] == collected


async def test_a_phone_asks_for_all_of_its_passes_of_whichever_merchant(counter: Counter) -> None:
    async with counter.database.platform() as session:
        merchant_id = await make_merchant(session, "barber")
    barber = Cafe(counter.database, merchant_id)
    here = await counter.cafe.card(await counter.cafe.draws_up())
    there = await barber.card(await barber.draws_up())
    phone = counter.phone()
    first = await phone.adds(await counter.link(here))
    counter.cafe, own = barber, counter.cafe
    second = await phone.adds(await counter.link(there))
    counter.cafe = own
    assert sorted(await phone.lists()) == sorted([first["serial"], second["serial"]])
    assert await phone.lists() == []
    await barber.gives(there)
    await own.gives(here)
    await counter.follows()
    assert await counter.tells() == 1  # one phone, told once for both
    assert phone.passes[first["serial"]]["collected"] == 1
    assert phone.passes[second["serial"]]["collected"] == 1


async def test_passes_that_changed_at_once_have_one_tag_and_none_is_left_out(
    counter: Counter,
) -> None:
    program = await counter.cafe.draws_up()
    phone = counter.phone()
    cards = [await counter.cafe.card(program) for _ in range(12)]
    serials = {(await phone.adds(await counter.link(card)))["serial"] for card in cards}
    assert set(await phone.lists()) == serials
    await counter.follows()
    async with counter.cafe.open() as session:
        changed = branding.BrandSettings(name="Café", colour="#aa0000")
        await branding.save(session, changed, actor="test", now=counter.hands())
    await counter.follows()
    assert set(await phone.lists()) == serials
    assert await phone.lists() == []


async def test_a_phone_that_lets_go_is_told_nothing_more(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    assert await phone.unregisters(shown["serial"]) == 200
    assert await phone.unregisters(shown["serial"]) == 200
    await counter.cafe.gives(card)
    await counter.follows()
    assert await counter.tells() == 0
    assert await phone.lists() == []


async def test_a_phone_that_comes_back_by_the_hundred_under_other_names_is_one(
    counter: Counter,
) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    first = counter.phone()
    shown = await first.adds(await counter.link(card))
    said: list[int] = []
    for number in range(100):
        again = counter.phone(name=f"again-{number}", token=first.token)
        again.passes = first.passes
        said.append(await again.registers(shown["serial"]))
    assert set(said) == {201, 429}
    await counter.cafe.gives(card)
    await counter.follows()
    await counter.tells()
    assert len(counter.pushes.pushed) == 1


async def test_a_pass_that_changed_before_the_phone_came_is_told_of_once_it_has_come(
    counter: Counter,
) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone, slow = counter.phone(), counter.phone()
    shown = await phone.adds(await counter.link(card))
    answer = await counter.client.get(await counter.link(card))
    slow.passes[shown["serial"]] = answer.json()
    await counter.cafe.gives(card)
    await counter.follows()
    await counter.tells()
    assert await slow.registers(shown["serial"]) == 201
    counter.hands.pass_by(seconds=10)
    await counter.follows()
    await counter.tells()
    assert slow.passes[shown["serial"]]["collected"] == 1


async def test_what_phones_complain_of_goes_to_the_log(counter: Counter) -> None:
    complaint = {"logs": ["[2026] Get pass task: unexpected response code 500"]}
    answer = await counter.client.post("/wallet/apple/v1/log", json=complaint)
    assert answer.status_code == 200
    for body in (b"", b"[]", b"{"):
        refused = await counter.client.post("/wallet/apple/v1/log", content=body)
        assert refused.status_code == 400
    long = await counter.client.post("/wallet/apple/v1/log", content=b"x" * 200_000)
    assert long.status_code == 413


async def test_bodies_that_make_no_sense_register_nothing(counter: Counter) -> None:
    card = await counter.cafe.card(await counter.cafe.draws_up())
    phone = counter.phone()
    shown = await phone.adds(await counter.link(card))
    path = f"/wallet/apple/v1/devices/x/registrations/pass.example.cards/{shown['serial']}"
    headers = {"Authorization": f"ApplePass {shown['token']}"}
    for body in (b"", b"[]", b'{"pushToken": 3}', b'{"pushToken": "a b"}', b"{}"):
        answer = await counter.client.post(path, content=body, headers=headers)
        assert answer.status_code == 400
    assert [await phone.fetches(shown["serial"])] == [304]


async def test_whoever_asks_for_phones_that_nobody_knows_is_slowed_down(counter: Counter) -> None:
    path = "/wallet/apple/v1/devices/{}/registrations/pass.example.cards"
    said = [(await counter.client.get(path.format(f"x{it}"))).status_code for it in range(150)]
    assert set(said) == {204, 429}


async def test_what_was_heard_late_is_told_to_phones_that_know_of_later_changes(
    counter: Counter,
) -> None:
    phone = counter.phone()
    one, other = [await counter.cafe.card(await counter.cafe.draws_up()) for _ in range(2)]
    serials = [(await phone.adds(await counter.link(it)))["serial"] for it in (one, other)]
    await counter.follows()
    await counter.tells()
    await counter.cafe.gives(one)
    await settle(counter.database, [replace(wallet.CHANGES, handle=_fails)], clock=counter.hands)
    counter.hands.pass_by(seconds=10)
    await counter.cafe.gives(other)
    await counter.follows()
    await counter.tells()
    assert [phone.passes[it]["collected"] for it in serials] == [0, 1]
    merchant_id = counter.cafe.merchant_id
    async with counter.cafe.open() as session:
        for it in await list_failures(session, merchant_id=merchant_id):
            about: dict[str, Any] = {"subscriber": it.subscriber, "position": it.event.position}
            assert await retry_failure(
                session, [wallet.CHANGES], merchant_id=merchant_id, now=counter.hands(), **about
            )
    counter.hands.pass_by(seconds=10)
    await counter.follows()
    assert await counter.tells() == 1
    assert [phone.passes[it]["collected"] for it in serials] == [1, 1]


async def _fails(session: AsyncSession, events: Sequence[LoggedEvent], now: datetime) -> None:
    raise ValueError
