"""Phones are told at once, seldom, and as long as they want to hear it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from loyalnest import wallet
from loyalnest.kernel.errors import Contended
from loyalnest.stamps import CardState
from loyalnest.wallet import PushOutcome, Told
from loyalnest.wallet.service import telling
from tests.wallet.cast import Counter, Phone


async def held(counter: Counter, phone: Phone) -> CardState:
    """A card that a phone holds and knows as it is."""
    card = await counter.cafe.card(await counter.cafe.draws_up())
    await phone.adds(await counter.link(card))
    await counter.follows()
    await counter.tells()
    counter.hands.pass_by(seconds=10)
    return card


async def test_ten_stamps_in_a_row_are_two_pushes_and_the_last_count_is_shown(
    counter: Counter,
) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    pushed = 0
    for _ in range(9):
        await counter.cafe.gives(card)
        await counter.follows()
        pushed += await counter.tells()
        counter.hands.pass_by(seconds=0.2)
    counter.hands.pass_by(seconds=3)
    pushed += await counter.tells()
    assert pushed == 2
    (shown,) = phone.passes.values()
    assert shown["collected"] == 9
    assert await counter.tells() == 0


async def test_many_stamps_between_two_looks_are_one_push(counter: Counter) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    for _ in range(5):
        await counter.cafe.gives(card)
    await counter.follows()
    assert await counter.tells() == 1


async def test_what_changes_while_a_phone_is_told_is_told_after_it(counter: Counter) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    await counter.cafe.gives(card)
    await counter.follows()

    class Slow:
        async def push(self, tokens: list[str]) -> list[PushOutcome]:
            await counter.cafe.gives(card)
            await counter.follows()
            return [PushOutcome(Told.TAKEN) for _ in tokens]

        async def close(self) -> None: ...

    assert await wallet.push_due(counter.database, Slow(), clock=counter.hands) == 1  # type: ignore[arg-type]
    assert await counter.tells() == 0
    counter.hands.pass_by(seconds=4)
    assert await counter.tells() == 1


async def test_a_phone_that_is_gone_is_let_go_of(counter: Counter) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    counter.pushes.answers[phone.token] = PushOutcome(Told.GONE, "Unregistered")
    await counter.cafe.gives(card)
    await counter.follows()
    await counter.tells()
    await counter.cafe.gives(card)
    await counter.follows()
    counter.hands.pass_by(days=1)
    assert await counter.tells() == 0


async def test_a_phone_that_came_back_while_its_old_token_was_refused_is_kept(
    counter: Counter,
) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    await counter.cafe.gives(card)
    await counter.follows()
    (serial,) = phone.passes

    class Late:
        async def push(self, tokens: list[str]) -> list[PushOutcome]:
            phone.token = "e" * 64
            assert await phone.registers(serial) == 200
            return [PushOutcome(Told.GONE, "Unregistered") for _ in tokens]

        async def close(self) -> None: ...

    assert await wallet.push_due(counter.database, Late(), clock=counter.hands) == 1  # type: ignore[arg-type]
    await counter.cafe.gives(card)
    await counter.follows()
    counter.hands.pass_by(seconds=10)
    assert await counter.tells() == 1
    assert phone.passes[serial]["collected"] == 2


async def test_what_changes_after_a_late_worker_was_replaced_is_told(counter: Counter) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    await counter.cafe.gives(card)
    await counter.follows()

    class Late:
        async def push(self, tokens: list[str]) -> list[PushOutcome]:
            await overdue(counter)
            assert await counter.tells() == 1
            await counter.cafe.gives(card)
            await counter.follows()
            return [PushOutcome(Told.TAKEN) for _ in tokens]

        async def close(self) -> None: ...

    assert await wallet.push_due(counter.database, Late(), clock=counter.hands) == 1  # type: ignore[arg-type]
    counter.hands.pass_by(seconds=10)
    assert await counter.tells() == 1
    (shown,) = phone.passes.values()
    assert shown["collected"] == 2


async def test_how_it_ended_is_written_down_though_somebody_locks_the_same(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    await counter.cafe.gives(card)
    await counter.follows()
    settle, met = telling.settle, 0

    async def meets(*given: Any, **named: Any) -> None:
        nonlocal met
        met += 1
        if met < 3:
            raise Contended
        await settle(*given, **named)

    monkeypatch.setattr(telling, "settle", meets)
    assert await counter.tells() == 1
    async with counter.cafe.open() as session:
        assert await session.scalar(text("SELECT count(*) FROM pass_updates")) == 0


async def test_what_could_not_be_told_is_tried_again_later_and_later(counter: Counter) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    counter.pushes.answers[phone.token] = PushOutcome(Told.LATER, "ServiceUnavailable")
    await counter.cafe.gives(card)
    await counter.follows()
    tried = 0
    for _ in range(60):
        tried += await counter.tells()
        counter.hands.pass_by(seconds=1)
    assert 3 <= tried <= 6
    del counter.pushes.answers[phone.token]
    counter.hands.pass_by(minutes=30)
    assert await counter.tells() == 1
    (shown,) = phone.passes.values()
    assert shown["collected"] == 1


async def test_after_two_days_nobody_tries_any_more_until_something_changes(
    counter: Counter,
) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    counter.pushes.answers[phone.token] = PushOutcome(Told.REFUSED, "BadCertificate")
    await counter.cafe.gives(card)
    await counter.follows()
    for _ in range(60):
        await counter.tells()
        counter.hands.pass_by(hours=1)
    assert await counter.tells() == 0
    async with counter.cafe.open() as session:
        left = await session.scalar(text("SELECT count(*) FROM pass_updates"))
    assert left == 0


async def test_a_worker_that_dies_leaves_its_phones_to_others(counter: Counter) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    await counter.cafe.gives(card)
    await counter.follows()

    class Dying:
        async def push(self, tokens: list[str]) -> list[PushOutcome]:
            raise KeyboardInterrupt

        async def close(self) -> None: ...

    with pytest.raises(KeyboardInterrupt):
        await wallet.push_due(counter.database, Dying(), clock=counter.hands)  # type: ignore[arg-type]
    assert await counter.tells() == 0
    await overdue(counter)
    assert await counter.tells() == 1


async def test_what_became_of_it_is_counted_by_day(counter: Counter) -> None:
    phone = counter.phone()
    card = await held(counter, phone)
    before = len(counter.pushes.pushed)
    counter.pushes.answers[phone.token] = PushOutcome(Told.LATER, "TooManyRequests")
    await counter.cafe.gives(card)
    await counter.follows()
    await counter.tells()
    del counter.pushes.answers[phone.token]
    counter.hands.pass_by(minutes=1)
    await counter.tells()
    async with counter.cafe.open() as session:
        counted = text("SELECT told, count, reason FROM pass_tellings ORDER BY told")
        rows = [tuple(row) for row in await session.execute(counted)]
    assert rows == [("later", 1, "TooManyRequests"), ("taken", before + 1, None)]


async def overdue(counter: Counter) -> None:
    """Whoever took somebody over to tell them has had them for too long."""
    async with counter.database.platform() as session:
        late = text("UPDATE pass_updates SET busy_until = busy_until - cast(:by AS interval)")
        await session.execute(late, {"by": timedelta(minutes=2)})
