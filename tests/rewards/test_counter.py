"""Many who redeem at the same instant: carried out together, each answered as if alone."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from loyalnest import customers, ledger, rewards
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import Author
from loyalnest.kernel.http import IdempotencyKeyReused
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.relay import settle
from loyalnest.rewards import Kind, LocalCodes, Request, Reward, RewardState, Terms, Wish
from tests.conftest import NOW
from tests.shop import Shop, open_shop

COST = 500
KEY = Author("api_key:key_1")
TERMS: dict[str, Any] = {"kind": Kind.FREE_PRODUCT, "name": "A mug", "cost": COST, "product": "mug"}


@dataclass
class Rush:
    """A shop whose customers all come to its counter at once."""

    shop: Shop
    people: Sequence[UUID]

    async def offers(self, *, stock: int | None = None, **terms: Any) -> Reward:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            return await rewards.create(
                session, Terms(**TERMS | terms), state=RewardState.ACTIVE, stock=stock,
                actor="test", now=NOW,
            )  # fmt: skip

    async def gives(self, who: UUID, points: int) -> None:
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            await ledger.adjust(
                session, merchant_id=self.shop.merchant_id, customer_id=who,
                unit_id=self.shop.unit.id, amount=points, reason="a gift",
                source=ledger.Source("test", str(new_id())), actor="test", now=NOW,
            )  # fmt: skip

    async def redeem(self, *requests: Request) -> list[Any]:
        """What becomes of requests that all come before the first is carried out."""
        counter = rewards.counter(LocalCodes())
        return await asyncio.gather(
            *(counter.ask(self.shop.database, it) for it in requests), return_exceptions=True
        )

    def wants(
        self, reward: Reward, who: UUID, *, key: str = "", author: Author = KEY, **more: Any
    ) -> Request:
        wish = Wish(rewards.RedemptionId(new_id()), reward.id, who, **more)
        return Request(
            merchant_id=self.shop.merchant_id, author=author, wish=wish, key=key or new_id().hex,
            request_hash=f"{reward.id} {who}".encode(), at=NOW,
        )  # fmt: skip

    async def counts(self) -> tuple[int, int]:
        """How many redemptions there are, and how many keys were used up."""
        async with self.shop.database.tenant(self.shop.merchant_id) as session:
            rows = await session.execute(
                text("SELECT (SELECT count(*) FROM redemptions WHERE merchant_id = :id),"
                     " (SELECT count(*) FROM idempotency_keys WHERE merchant_id = :id)"),
                {"id": self.shop.merchant_id},
            )  # fmt: skip
            made, keys = rows.one()
        return made, keys


@pytest.fixture
async def rush(lasting_database: Database) -> AsyncGenerator[Rush]:
    shop = await open_shop(lasting_database)
    contacts = [
        customers.Contact(merchant_id=shop.merchant_id, email=f"guest{n}@example.com")
        for n in range(12)
    ]
    async with shop.database.batch([shop.merchant_id]) as session:
        people = await customers.identify_many(session, contacts, now=NOW)
    rush = Rush(shop, [it for it in people if it])
    for who in rush.people:
        await rush.gives(who, COST)
    yield rush
    assert await shop.books_balance()


def kinds(answers: Sequence[Any]) -> list[str]:
    return [
        it.code if isinstance(it, DomainError) else "again" if it.again else "made"
        for it in answers
    ]


async def test_each_of_a_rush_is_answered_as_if_alone(rush: Rush) -> None:
    mug, cap = await rush.offers(), await rush.offers(cost=COST + 1)
    one, two, poor, stranger = *rush.people[:3], UUID(int=7)
    answers = await rush.redeem(
        rush.wants(mug, one),
        rush.wants(cap, poor),
        rush.wants(mug, stranger),
        rush.wants(replace(mug, id=rewards.RewardId(UUID(int=9))), rush.people[4]),
        rush.wants(mug, two),
    )
    assert kinds(answers) == [
        "made", "INSUFFICIENT_POINTS", "CUSTOMER_NOT_FOUND", "REWARD_NOT_FOUND", "made",
    ]  # fmt: skip
    assert answers[0].redemption.code != answers[4].redemption.code
    assert {it.redemption.customer_id for it in (answers[0], answers[4])} == {one, two}
    # Whoever was refused may ask again by the same key.
    assert await rush.counts() == (2, 2)


async def test_a_stock_goes_to_as_many_as_there_are_and_never_to_who_cannot_pay(
    rush: Rush,
) -> None:
    first, second = await rush.offers(stock=4, cost=COST), await rush.offers(stock=1)
    poor, *people = rush.people
    await rush.gives(poor, -1)
    wishes = [rush.wants(second if n in (3, 4) else first, it) for n, it in enumerate(people)]
    answers = kinds(await rush.redeem(rush.wants(first, poor), *wishes))
    assert answers[0] == "INSUFFICIENT_POINTS"
    assert [answers[4], answers[5]] == ["made", "REWARD_SOLD_OUT"]
    assert answers.count("made") == 5
    assert answers.count("REWARD_SOLD_OUT") == 6
    assert await rush.counts() == (5, 5)
    async with rush.shop.database.tenant(rush.shop.merchant_id) as session:
        taken = [(await rewards.get_reward(session, it.id)).taken for it in (first, second)]
    assert taken == [4, 1]


async def test_the_same_key_at_the_same_instant_is_one_redemption(rush: Rush) -> None:
    mug, who = await rush.offers(), rush.people[0]
    same = [rush.wants(mug, who, key="k") for _ in range(4)]
    other = rush.wants(mug, rush.people[1], key="k")
    answers = await rush.redeem(*same, other)
    assert sorted(kinds(answers[:4])) == ["again", "again", "again", "made"]
    assert len({it.redemption.code for it in answers[:4]}) == 1
    assert isinstance(answers[4], IdempotencyKeyReused)
    # Days later, too.
    (late,) = await rush.redeem(rush.wants(mug, who, key="k"))
    assert (late.again, late.redemption.code) == (True, answers[0].redemption.code)


async def test_a_key_that_was_refused_is_good_once_there_are_points(rush: Rush) -> None:
    cap, who = await rush.offers(cost=COST + 1), rush.people[0]
    assert kinds(await rush.redeem(rush.wants(cap, who, key="k"))) == ["INSUFFICIENT_POINTS"]
    await rush.gives(who, 1)
    assert kinds(await rush.redeem(rush.wants(cap, who, key="k"))) == ["made"]


async def test_one_customer_who_asks_twice_at_once_meets_their_own_limit(rush: Rush) -> None:
    mug, who = await rush.offers(per_customer=1), rush.people[0]
    await rush.gives(who, COST)
    answers = await rush.redeem(*(rush.wants(mug, who) for _ in range(3)))
    assert sorted(kinds(answers)) == ["REWARD_LIMIT_REACHED", "REWARD_LIMIT_REACHED", "made"]


async def test_two_names_of_one_customer_are_one_customer(rush: Rush) -> None:
    mug, (kept, merged) = await rush.offers(per_customer=1), rush.people[:2]
    async with rush.shop.database.tenant(rush.shop.merchant_id) as session:
        await ledger.merge(
            session, merchant_id=rush.shop.merchant_id, kept_id=kept, merged_id=merged, actor="t",
            now=NOW,
        )  # fmt: skip
    answers = kinds(await rush.redeem(rush.wants(mug, kept), rush.wants(mug, merged)))
    assert sorted(answers) == ["REWARD_LIMIT_REACHED", "made"]


async def test_what_each_author_did_is_told_as_theirs(rush: Rush) -> None:
    mug = await rush.offers()
    authors = [Author(f"staff:stf_{n % 3}") for n in range(6)]
    answers = await rush.redeem(
        *(
            rush.wants(mug, who, author=author)
            for who, author in zip(rush.people, authors, strict=False)
        )
    )
    assert kinds(answers) == ["made"] * 6
    await settle(rush.shop.database, [], clock=lambda: NOW)
    async with rush.shop.database.tenant(rush.shop.merchant_id) as session:
        rows = await session.execute(
            text("SELECT customer_id, author->>'actor' FROM events"
                 " WHERE merchant_id = :id AND type = 'reward.redeemed'"),
            {"id": rush.shop.merchant_id},
        )  # fmt: skip
        told = {row[0]: row[1] for row in rows}
    assert told == {
        it.redemption.customer_id: author.actor for it, author in zip(answers, authors, strict=True)
    }


async def test_too_many_at_once_are_told_to_come_back(rush: Rush) -> None:
    mug = await rush.offers()
    counter = rewards.counter(LocalCodes())
    counter.waiting_at_most = 3
    answers = await asyncio.gather(
        *(counter.ask(rush.shop.database, rush.wants(mug, it)) for it in rush.people),
        return_exceptions=True,
    )
    assert kinds(answers) == ["made"] * 3 + ["REDEEMING_CROWDED"] * 9
