"""A code that is typed in at the shop's checkout comes back with the order, and is used by it."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from loyalnest import rewards
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.rewards import OnRefund, Redemption, State
from loyalnest.rewards.queries import steps_of
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.rewards.test_redeeming import BEA, Counter
from tests.shop import Told, open_shop

EARLIER, LATER = NOW - timedelta(hours=2), NOW + timedelta(days=40)


@pytest.fixture
async def counter(lasting_database: Database) -> AsyncGenerator[Counter]:
    counter = Counter(await open_shop(lasting_database))
    yield counter
    assert await counter.shop.books_balance()


def buyer(id_: int, email: str) -> dict[str, Any]:
    return {"email": email, "customer": {"id": id_, "email": email}}


def paid_with(
    number: int, *codes: str, topic: str = "orders/create", at: datetime = NOW, **more: Any
) -> Told:
    """Two cakes at 55.00 each, ten pounds less for the code."""
    told = [{"code": code, "amount": "10.00", "type": "fixed_amount"} for code in codes]
    off = [{"amount": "10.00"}] if codes else []
    cakes = line(price="55.00", quantity=2, discount_allocations=off)
    body = order(
        number,
        lines=[cakes],
        discount_codes=told,
        created_at=at.isoformat(),
        updated_at=at.isoformat(),
        **more,
    )
    return (topic, body)


async def earns(counter: Counter, number: int, person: dict[str, Any]) -> None:
    """Somebody buys for 500.00 and has as many points."""
    body = order(number, lines=[line(price="500.00")], **person)
    await counter.shop.tells(("orders/create", body))


async def state(counter: Counter, it: Redemption) -> tuple[State, bool]:
    """Where a code stands, and whether an order has it."""
    async with counter.shop.database.tenant(counter.shop.merchant_id) as session:
        found = await rewards.get_redemption(session, it.id)
    return found.state, found.order_id is not None


async def has_code(counter: Counter, **terms: Any) -> Redemption:
    await counter.gives(500)
    return await counter.redeems(await counter.offers(**terms))


async def test_an_order_uses_the_code_it_was_paid_with_however_often_it_is_told_of(
    counter: Counter,
) -> None:
    it = await has_code(counter)
    typed = it.code.lower().replace("-", " ")
    for topic in ("orders/create", "orders/paid", "orders/updated", "orders/create"):
        await counter.shop.tells(paid_with(1, typed, it.code, "SUMMER", topic=topic))
        assert await state(counter, it) == (State.USED, True)
    await counter.shop.tells(paid_with(2, it.code), paid_with(3, "SUMMER"))
    async with counter.shop.database.tenant(counter.shop.merchant_id) as session:
        again = await rewards.by_code(session, it.code)
        steps = await steps_of(session, it.id)
    assert [step.to_state for step in steps] == ["issued", "used"]
    assert again.order_id is not None
    await relay.settle(counter.shop.database, [])


async def test_two_orders_with_one_code_at_the_same_instant_use_it_once(counter: Counter) -> None:
    it = await has_code(counter)
    await counter.shop.tells_at_once(
        *([paid_with(number, it.code), paid_with(number + 10, it.code)] for number in range(1, 4))
    )
    async with counter.shop.database.tenant(counter.shop.merchant_id) as session:
        steps = await steps_of(session, it.id)
    assert [step.to_state for step in steps] == ["issued", "used"]


async def test_what_comes_back_with_a_refund_is_the_same_in_any_order_of_delivery(
    counter: Counter,
) -> None:
    """Half of the goods go back: half of the points do, once, whichever news was first."""
    reward = await counter.offers(on_refund=OnRefund.PRO_RATA)
    topics = ("orders/create", "orders/paid", "refunds/create")
    for number, told in enumerate(itertools.permutations(topics), start=1):
        email = f"buyer{number}@example.com"
        person = buyer(100 + number, email)
        await earns(counter, 1000 + number, person)
        it = await counter.redeems(reward, email)
        _, bought = paid_with(number, it.code, **person)
        back = refund(number + 500, number, lines={1: 1})
        for topic in told:
            await counter.shop.tells((topic, back if topic == "refunds/create" else bought))
            await counter.hears()
        assert await state(counter, it) == (State.USED, True)
        # 50 of the order's 100 stay earned, and 250 of the code's 500 come back.
        assert await counter.shop.balance(email) == (50 + 250, 0, 0), told


async def test_a_cancelled_order_gives_back_what_its_reward_says(counter: Counter) -> None:
    for number, (policy, back) in enumerate(
        {OnRefund.NONE: 0, OnRefund.FULL: 500, OnRefund.PRO_RATA: 500}.items(), start=1
    ):
        email = f"second{number}@example.com"
        person = buyer(200 + number, email)
        await earns(counter, 2000 + number, person)
        it = await counter.redeems(await counter.offers(on_refund=policy), email)
        _, bought = paid_with(number, it.code, **person)
        # The order is cancelled before anybody had told of it.
        gone = bought | {"cancelled_at": NOW.isoformat()}
        await counter.shop.tells_in_turn(("orders/cancelled", gone), ("orders/create", bought))
        await counter.hears()
        assert await state(counter, it) == (State.USED, True)
        assert await counter.shop.balance(email) == (back, 0, 0)


async def test_a_code_counts_if_it_was_good_when_the_order_was_placed(counter: Counter) -> None:
    reward = await counter.offers(valid_days=30)
    await counter.gives(1500)
    late, lapsed, cancelled = [await counter.redeems(reward) for _ in range(3)]
    await counter.cancels(cancelled)
    await counter.shop.tells(
        paid_with(1, late.code), paid_with(2, lapsed.code, at=LATER), now=LATER
    )
    await counter.shop.tells(paid_with(3, cancelled.code))
    assert await state(counter, late) == (State.USED, True)
    assert await state(counter, lapsed) == (State.ISSUED, False)
    assert await state(counter, cancelled) == (State.CANCELLED, False)


async def test_a_code_that_lapsed_before_its_order_was_told_of_is_spent_after_all(
    counter: Counter,
) -> None:
    """The shop gave the discount while it was good: the points do not stay with the customer."""
    reward = await counter.offers(valid_days=30, stock=1)
    await counter.gives(500)
    it = await counter.redeems(reward)
    await rewards.expire(counter.shop.database, LATER)
    assert await counter.shop.balance() == (500, 0, 0)
    # Somebody else has taken what was there again.
    await earns(counter, 1001, buyer(101, "bea@example.com"))
    await counter.redeems(reward, "bea@example.com", now=LATER)
    told = paid_with(1, it.code)
    for _ in range(2):
        await counter.shop.tells(told, now=LATER)
        assert await state(counter, it) == (State.USED, True)
        assert await counter.shop.balance() == (100, 0, 0)
    assert await counter.taken(reward) == 1
    (used,) = await news(counter, "reward.used")
    assert used["spent_again"] == 500
    # Half of the goods go back, and with them half of what it has cost in the end.
    await counter.shop.tells(("refunds/create", refund(501, 1, lines={1: 1})), now=LATER)
    await relay.settle(counter.shop.database, [rewards.REFUNDS], clock=lambda: LATER)
    assert await counter.shop.balance() == (50 + 250, 0, 0)


async def test_points_that_came_back_and_were_spent_elsewhere_are_owed_or_written_off(
    counter: Counter,
) -> None:
    for number, (allowed, left) in enumerate({True: (0, 0, 400), False: (0, 0, 0)}.items(), 1):
        await counter.shop.sets(debt={"allowed": allowed}, now=NOW - timedelta(days=1))
        email = f"third{number}@example.com"
        person = buyer(300 + number, email)
        await earns(counter, 3000 + number, person)
        it = await counter.redeems(await counter.offers(valid_days=30), email)
        await rewards.expire(counter.shop.database, LATER)
        await counter.redeems(await counter.offers(), email, now=LATER)
        await counter.shop.tells(paid_with(number, it.code, **person), now=LATER)
        assert await state(counter, it) == (State.USED, True)
        assert await counter.shop.balance(email) == left


async def test_a_code_that_is_taken_back_after_it_was_typed_in_is_not_had_for_nothing(
    counter: Counter,
) -> None:
    it = await has_code(counter, returns_unused=False)
    await counter.cancels(it)
    await counter.shop.tells(paid_with(1, it.code, at=EARLIER))
    assert await state(counter, it) == (State.USED, True)
    assert await counter.shop.balance() == (100, 0, 0)


async def test_a_code_lapses_and_is_used_at_the_same_instant_and_is_used(counter: Counter) -> None:
    reward = await counter.offers(valid_days=30)
    for number in range(1, 5):
        email = f"fourth{number}@example.com"
        person = buyer(400 + number, email)
        await earns(counter, 4000 + number, person)
        it = await counter.redeems(reward, email)
        await asyncio.gather(
            counter.shop.tells(paid_with(number, it.code, **person), now=LATER),
            rewards.expire(counter.shop.database, LATER),
        )
        assert await state(counter, it) == (State.USED, True)
        assert await counter.shop.balance(email) == (100, 0, 0)


async def test_it_is_said_when_a_shop_takes_a_code_that_was_not_good(counter: Counter) -> None:
    reward = await counter.offers(valid_days=30)
    await counter.gives(1500)
    twice, over, back = [await counter.redeems(reward) for _ in range(3)]
    await counter.cancels(back, now=EARLIER)
    for topic in ("orders/create", "orders/paid"):
        await counter.shop.tells(paid_with(1, twice.code, topic=topic))
    for topic in ("orders/create", "orders/paid"):
        orders = [
            paid_with(2, twice.code, twice.code.lower(), topic=topic),
            paid_with(3, over.code, topic=topic, at=LATER),
            paid_with(4, back.code, topic=topic),
        ]
        await counter.shop.tells(*orders, *orders, now=LATER)
    told = await news(counter, "reward.misused")
    assert {(it["redemption_id"], it["state"]) for it in told} == {
        (str(twice.id), "used"),
        (str(over.id), "expired"),
        (str(back.id), "cancelled"),
    }
    assert len(told) == 3


async def news(counter: Counter, type_: str) -> list[dict[str, Any]]:
    """What was announced of a kind."""
    await relay.settle(counter.shop.database, [])
    async with counter.shop.database.tenant(counter.shop.merchant_id) as session:
        asked = text("SELECT data FROM events WHERE merchant_id = :id AND type = :type")
        about = {"id": counter.shop.merchant_id, "type": type_}
        return list(await session.scalars(asked, about))


async def test_another_merchants_code_is_none_of_ours(
    counter: Counter, lasting_database: Database
) -> None:
    it = await has_code(counter)
    other = await open_shop(lasting_database)
    await other.tells(paid_with(1, it.code, email=BEA))
    assert await state(counter, it) == (State.ISSUED, False)
    # In one batch with the order of its own merchant, too.
    await asyncio.gather(other.tells(paid_with(2, it.code)), counter.shop.tells(paid_with(2)))
    assert await state(counter, it) == (State.ISSUED, False)
