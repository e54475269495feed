"""Rewards redeemed by real customers, and what becomes of their codes."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import earning, ledger, rewards, tiers
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import settle
from loyalnest.rewards import (
    Kind,
    LocalCodes,
    OnRefund,
    Redemption,
    Reward,
    RewardState,
    State,
    Terms,
    Where,
)
from loyalnest.tiers import Ladder, Tier
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import ADA, Shop, Told, open_shop

BEA = "bea@example.com"
FIVE_OFF: dict[str, Any] = {
    "kind": Kind.AMOUNT_OFF,
    "name": "5 off",
    "cost": 500,
    "amounts": {"GBP": Decimal(5), "JPY": Decimal(900)},
}


@dataclass
class Counter:
    """A shop with rewards, and the people who want them."""

    shop: Shop
    known: dict[str, UUID] = field(default_factory=dict[str, UUID])

    async def offers(
        self, *, state: RewardState = RewardState.ACTIVE, stock: int | None = None, **terms: Any
    ) -> Reward:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            return await rewards.create(
                session, Terms(**FIVE_OFF | terms), state=state, stock=stock, actor="test", now=NOW
            )

    async def gives(self, points: int, email: str = ADA) -> None:
        number = 10_000 + len(self.known)
        await self.shop.tells(bought(number, f"{points}.00", email=email))
        self.known[email] = from_wire("cus", await self.shop.customer_id(email))

    async def redeems(
        self, reward: Reward, email: str = ADA, *, now: datetime = NOW, **more: Any
    ) -> Redemption:
        who = self.known.get(email) or from_wire("cus", await self.shop.customer_id(email))
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            redeemed = await rewards.redeem(
                session, LocalCodes(), reward_id=reward.id, customer_id=who, actor="test", now=now,
                **more,
            )  # fmt: skip
        return redeemed.redemption

    async def taken(self, reward: Reward) -> int:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            return (await rewards.get_reward(session, reward.id)).taken

    async def uses(
        self, it: Redemption, order_number: int | None = None, **more: Any
    ) -> Redemption:
        order_id = await self._order(order_number) if order_number else None
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            return await rewards.use(
                session, it.id, order_id=order_id, actor="test", now=more.get("now", NOW)
            )

    async def cancels(self, it: Redemption, *, now: datetime = NOW) -> Redemption:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            return await rewards.cancel(session, it.id, reason="sorry", actor="staff:1", now=now)

    async def hears(self) -> None:
        await settle(self.shop.database, [rewards.REFUNDS], clock=lambda: NOW)

    async def _order(self, number: int) -> UUID:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            found = await session.scalar(
                text("SELECT id FROM orders WHERE merchant_id = :id AND external_id = :number"),
                {"id": self.shop.merchant_id, "number": str(number)},
            )
        assert found
        return found


@pytest.fixture
async def counter(lasting_database: Database) -> AsyncGenerator[Counter]:
    counter = Counter(await open_shop(lasting_database))
    yield counter
    assert await counter.shop.books_balance()


def bought(number: int, price: str, *, email: str = ADA) -> Told:
    person = {"id": 7 if email == ADA else 8, "email": email}
    return ("orders/create", order(number, lines=[line(price=price)], email=email, customer=person))


async def test_points_buy_a_code_that_says_what_it_is_worth(counter: Counter) -> None:
    reward = await counter.offers(valid_days=30, minimum_spend={"GBP": Decimal(20)})
    await counter.gives(700)
    it = await counter.redeems(reward)
    assert await counter.shop.balance() == (200, 0, 0)
    assert (it.state, it.cost, it.expires_at) == (State.ISSUED, 500, NOW + timedelta(days=30))
    assert it.value == {
        "kind": "amount_off", "amount": "5", "currency": "GBP", "minimum_spend": "20",
    }  # fmt: skip


async def test_each_market_has_its_own_amount(counter: Counter) -> None:
    reward = await counter.offers()
    await counter.gives(500)
    assert (await counter.redeems(reward, currency="JPY")).value["amount"] == "900"


async def test_too_few_points_buy_nothing_and_say_so(counter: Counter) -> None:
    reward = await counter.offers(stock=1)
    await counter.gives(499)
    with pytest.raises(ledger.InsufficientPoints):
        await counter.redeems(reward)
    assert (await counter.shop.balance(), await counter.taken(reward)) == ((499, 0, 0), 0)


@pytest.mark.parametrize(
    ("terms", "more", "why"),
    [
        ({"starts_at": NOW + timedelta(seconds=1)}, {}, rewards.RewardNotActive),
        ({"ends_at": NOW}, {}, rewards.RewardNotActive),
        ({"where": Where.COUNTER}, {}, rewards.RewardNotHere),
        ({}, {"currency": "USD"}, rewards.RewardNotInCurrency),
        ({"tiers": ("gold",)}, {}, rewards.TierTooLow),
    ],
    ids=str,
)
async def test_what_is_in_the_way_is_said(
    counter: Counter, terms: dict[str, Any], more: dict[str, Any], why: type[DomainError]
) -> None:
    reward = await counter.offers(**terms)
    await counter.gives(500)
    with pytest.raises(why):
        await counter.redeems(reward, **more)
    assert await counter.shop.balance() == (500, 0, 0)


@pytest.mark.parametrize("state", [RewardState.DRAFT, RewardState.PAUSED, RewardState.ARCHIVED])
async def test_only_an_active_reward_is_redeemed(counter: Counter, state: RewardState) -> None:
    reward = await counter.offers(state=state)
    await counter.gives(500)
    with pytest.raises(rewards.RewardNotActive):
        await counter.redeems(reward)


async def test_a_paused_program_redeems_nothing(counter: Counter) -> None:
    reward = await counter.offers()
    await counter.gives(500)
    await counter.shop.sets(enabled=False)
    with pytest.raises(earning.ProgramPaused):
        await counter.redeems(reward)


async def test_a_reward_for_a_tier_is_for_those_who_stand_on_it(counter: Counter) -> None:
    reward, shop = await counter.offers(tiers=("gold",)), counter.shop
    gold = Tier(key="gold", name="Gold", threshold=Decimal(100))
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.save(session, Ladder(tiers=(gold,)), actor="test", now=NOW)
    await counter.gives(500)
    await settle(shop.database, [tiers.STANDINGS], clock=lambda: NOW)
    assert (await counter.redeems(reward)).state is State.ISSUED


async def test_the_last_points_are_spent_once(counter: Counter) -> None:
    reward = await counter.offers()
    await counter.gives(700)
    results = await asyncio.gather(
        *(counter.redeems(reward) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(it, Redemption) for it in results) == 1
    assert sum(isinstance(it, ledger.InsufficientPoints) for it in results) == 5
    assert await counter.shop.balance() == (200, 0, 0)


async def test_the_last_item_goes_to_one(counter: Counter) -> None:
    reward = await counter.offers(stock=2)
    await counter.gives(5000)
    await counter.gives(5000, BEA)
    results = await asyncio.gather(
        *(counter.redeems(reward, email) for email in (ADA, BEA) * 4), return_exceptions=True
    )
    assert sum(isinstance(it, Redemption) for it in results) == 2
    assert sum(isinstance(it, rewards.RewardSoldOut) for it in results) == 6
    assert await counter.taken(reward) == 2
    left = [(await counter.shop.balance(email))[0] for email in (ADA, BEA)]
    assert sum(left) == 10_000 - 2 * 500


async def test_a_limit_for_a_customer_holds_at_the_same_instant(counter: Counter) -> None:
    reward = await counter.offers(per_customer=2)
    await counter.gives(5000)
    results = await asyncio.gather(
        *(counter.redeems(reward) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(it, Redemption) for it in results) == 2
    assert sum(isinstance(it, rewards.RewardLimitReached) for it in results) == 4


async def test_a_cancelled_code_gives_points_stock_and_turn_back(counter: Counter) -> None:
    reward = await counter.offers(stock=1, per_customer=1)
    await counter.gives(500)
    first = await counter.redeems(reward)
    for _ in range(3):
        assert (await counter.cancels(first)).state is State.CANCELLED
    assert (await counter.shop.balance(), await counter.taken(reward)) == ((500, 0, 0), 0)
    assert (await counter.redeems(reward)).id != first.id


async def test_a_used_code_is_used_once(counter: Counter) -> None:
    reward = await counter.offers()
    await counter.gives(500)
    it = await counter.redeems(reward)
    results = await asyncio.gather(*(counter.uses(it) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, rewards.RedemptionUsed) for one in results) == 3
    with pytest.raises(rewards.RedemptionUsed):
        await counter.cancels(it)


async def test_using_and_cancelling_at_once_do_one_of_both(counter: Counter) -> None:
    reward = await counter.offers()
    await counter.gives(500)
    it = await counter.redeems(reward)
    await asyncio.gather(counter.uses(it), counter.cancels(it), return_exceptions=True)
    async with counter.shop.database.tenant(counter.shop.merchant_id) as session:
        found = await rewards.get_redemption(session, it.id)
    expected = {State.USED: (0, 0, 0), State.CANCELLED: (500, 0, 0)}
    assert await counter.shop.balance() == expected[found.state]


@pytest.mark.parametrize(("returns", "left"), [(True, 500), (False, 0)])
async def test_an_unused_code_lapses_and_its_points_return_where_the_terms_say_so(
    counter: Counter, returns: bool, left: int
) -> None:
    reward = await counter.offers(valid_days=10, returns_unused=returns, stock=5)
    await counter.gives(500)
    it = await counter.redeems(reward)
    later = NOW + timedelta(days=10)
    with pytest.raises(rewards.RedemptionExpired):
        await counter.uses(it, now=later)
    for _ in range(2):
        await rewards.expire(counter.shop.database, later)
    assert (await counter.shop.balance(), await counter.taken(reward)) == ((left, 0, 0), 0)
    with pytest.raises(rewards.RedemptionExpired):
        await counter.cancels(it, now=later)


@pytest.mark.parametrize(
    ("policy", "half", "whole"),
    [(OnRefund.NONE, 0, 0), (OnRefund.PRO_RATA, 250, 500), (OnRefund.FULL, 0, 500)],
)
async def test_a_refund_of_the_order_gives_back_what_the_terms_say(
    counter: Counter, policy: OnRefund, half: int, whole: int
) -> None:
    reward, shop = await counter.offers(on_refund=policy), counter.shop
    await counter.gives(500)
    it = await counter.redeems(reward)
    two = order(77, lines=[line(1, "10.00"), line(2, "10.00")])
    await shop.tells(("orders/create", two))
    await counter.uses(it, 77)
    await shop.tells(("refunds/create", refund(1, 77, lines={1: 1})))
    await counter.hears()
    assert await shop.balance() == (10 + half, 0, 0)
    await shop.tells(("refunds/create", refund(2, 77, lines={2: 1})))
    for _ in range(2):
        await counter.hears()
    assert await shop.balance() == (whole, 0, 0)


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3))), ids=str)
async def test_use_refund_and_cancellation_end_the_same_in_any_order(
    lasting_database: Database, turn: tuple[int, ...]
) -> None:
    counter = Counter(await open_shop(lasting_database))
    reward, shop = await counter.offers(), counter.shop
    await counter.gives(500)
    it = await counter.redeems(reward)
    body = order(77, lines=[line(1, "10.00"), line(2, "10.00")])
    at = "2026-11-07T10:00:00Z"
    await shop.tells(("orders/create", body))

    async def used() -> None:
        await counter.uses(it, 77)

    async def refunded() -> None:
        await shop.tells(("refunds/create", refund(1, 77, lines={1: 1})))

    async def cancelled() -> None:
        await shop.tells(("orders/cancelled", body | {"cancelled_at": at, "updated_at": at}))

    steps = [used, refunded, cancelled]
    for n in turn:
        await steps[n]()
        await counter.hears()
    assert await shop.balance() == (500, 0, 0)
    assert await shop.books_balance()


async def test_what_a_merged_customer_redeemed_returns_to_whom_they_are_now(
    counter: Counter,
) -> None:
    reward, shop = await counter.offers(), counter.shop
    await counter.gives(10)
    await counter.gives(500, BEA)
    it = await counter.redeems(reward, BEA)
    ada, bea = [from_wire("cus", await shop.customer_id(email)) for email in (ADA, BEA)]
    async with shop.database.tenant(shop.merchant_id) as session:
        await ledger.merge(
            session, merchant_id=shop.merchant_id, kept_id=ada, merged_id=bea, actor="t", now=NOW
        )
    await counter.cancels(it)
    assert await shop.balance() == (510, 0, 0)


async def test_a_code_is_found_however_it_was_typed_and_kept_from_sight(counter: Counter) -> None:
    reward, shop = await counter.offers(), counter.shop
    await counter.gives(500)
    it = await counter.redeems(reward)
    typed = it.code.lower().replace("-", " ")
    async with shop.database.tenant(shop.merchant_id) as session:
        assert (await rewards.by_code(session, typed)).id == it.id
        with pytest.raises(rewards.CodeUnknown):
            await rewards.by_code(session, "7KQ2M-BX4D-9RTW")


def test_codes_differ_and_have_no_look_alikes() -> None:
    codes = {LocalCodes().draw() for _ in range(2000)}
    assert len(codes) == 2000
    assert not set("".join(codes)) & set("01OIlAEU")


def test_the_worker_knows_the_rewards() -> None:
    assert rewards.REFUNDS in wiring.SUBSCRIBERS
    assert rewards.EXPIRY in wiring.TIMETABLE
    assert set(rewards.SEALED) <= set(wiring.SEALED)
    assert set(rewards.INDEXES) <= set(wiring.INDEXES)
