"""With every part of the program on, whatever happens in whatever order leaves the books whole."""

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from loyalnest import (
    campaigns,
    customers,
    gamification,
    ledger,
    referrals,
    rewards,
    segments,
    tiers,
)
from loyalnest import orders as purchases
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.ids import from_wire, to_wire
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import Shop, Told, open_shop

EARLIER = NOW - timedelta(days=60)
# Some days before the first orders, so that those of a friend come to count.
CLAIMED = NOW - timedelta(days=25)
PEOPLE = ("ada@example.com", "ben@example.com", "cleo@example.com")
SUBSCRIBERS = [
    tiers.STANDINGS,
    segments.SCORES,
    referrals.REFERRALS,
    rewards.REFUNDS,
    gamification.BADGES,
]
ORDERS = st.integers(1, 4)
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("buys"), ORDERS, st.integers(0, 2), st.integers(1, 60)),
        st.tuples(st.just("gives_back"), ORDERS, st.integers(1, 3)),
        st.tuples(st.just("cancels"), ORDERS),
        st.tuples(st.just("redeems"), st.integers(0, 2)),
        st.tuples(st.just("uses"), ORDERS),
        st.tuples(st.just("takes_back")),
        st.tuples(st.just("lets_time_pass"), st.integers(1, 20)),
        st.tuples(st.just("ends_campaign")),
        st.tuples(st.just("merges")),
        st.tuples(st.just("parts")),
        st.tuples(st.just("hears_again")),
        st.tuples(st.just("catches_up")),
    ),
    min_size=8,
    max_size=16,
)
# What is kept of everybody: what they hold, where they stand, what they bought of the catalogue.
_STATE = """
SELECT 'account', customer_id::text, available::text, pending::text, debt::text FROM accounts
WHERE merchant_id = :id
UNION ALL
SELECT 'tier', customer_id::text, tier, progress::text, '' FROM standings WHERE merchant_id = :id
UNION ALL
SELECT 'badge', customer_id::text, badge, '', '' FROM badge_awards WHERE merchant_id = :id
UNION ALL
SELECT 'segment', customer_id::text, segment, spend::text, orders::text FROM rfm_scores
WHERE merchant_id = :id
UNION ALL
SELECT 'code', id::text, state, cost::text, '' FROM redemptions WHERE merchant_id = :id
UNION ALL
SELECT 'friend', id::text, status, '', '' FROM referrals WHERE merchant_id = :id
UNION ALL
SELECT 'gift', referral_id::text, side, state, codes::text FROM referral_gifts
WHERE merchant_id = :id
ORDER BY 1, 2, 3
"""


@dataclass
class Life:
    """A shop with everything on, its customers, and what was told of them."""

    shop: Shop
    reward: rewards.RewardId
    campaign: campaigns.Campaign
    people: list[UUID]
    chance: random.Random
    told: list[Told] = field(default_factory=list[Told])
    issued: list[rewards.RedemptionId] = field(default_factory=list[rewards.RedemptionId])
    merge_id: UUID | None = None
    now: datetime = NOW

    async def buys(self, number: int, who: int, pounds: int) -> None:
        person = {"id": 100 + who, "email": PEOPLE[who]}
        lines = [line(1, f"{pounds}.40", quantity=3)]
        await self._hears(("orders/paid", order(number, lines, email=PEOPLE[who], customer=person)))

    async def gives_back(self, number: int, units: int) -> None:
        back = refund(500 + 10 * number + units, number, lines={1: units}, amount="1.00")
        await self._hears(("refunds/create", back))

    async def cancels(self, number: int) -> None:
        await self._hears(("orders/delete", {"id": number}))

    async def hears_again(self) -> None:
        if self.told:
            twice = self.chance.choice(self.told), self.chance.choice(self.told)
            await self.shop.tells(*twice, now=self.now)

    async def redeems(self, who: int) -> None:
        async with self._session() as session:
            redeemed = await rewards.redeem(
                session,
                rewards.LocalCodes(),
                reward_id=self.reward,
                customer_id=self.people[who],
                actor="test",
                now=self.now,
            )
        self.issued.append(redeemed.redemption.id)

    async def uses(self, number: int) -> None:
        async with self._session() as session:
            found = await session.scalar(
                text("SELECT id FROM orders WHERE merchant_id = :id AND external_id = :number"),
                {"id": self.shop.merchant_id, "number": str(number)},
            )
            if self.issued:
                await rewards.use(
                    session, self.issued[-1], order_id=found, actor="test", now=self.now
                )

    async def takes_back(self) -> None:
        async with self._session() as session:
            if self.issued:
                await rewards.cancel(
                    session, self.issued[0], reason=None, actor="test", now=self.now
                )

    async def lets_time_pass(self, days: int) -> None:
        """Codes lapse, and referrals come to count or run out."""
        self.now += timedelta(days=days)
        await rewards.expire(self.shop.database, self.now)
        await referrals.judge_due(self.shop.database, self.now)

    async def ends_campaign(self) -> None:
        async with self._session() as session:
            ended = self.campaign.rule.model_copy(update={"ends_at": self.now})
            await campaigns.save(
                session, self.campaign.id, ended, budget=None, actor="test", now=self.now
            )

    async def merges(self) -> None:
        async with self._session() as session:
            self.merge_id = await ledger.merge(
                session,
                merchant_id=self.shop.merchant_id,
                kept_id=self.people[0],
                merged_id=self.people[1],
                actor="test",
                now=self.now,
            )

    async def parts(self) -> None:
        if self.merge_id is None:
            return
        async with self._session() as session:
            await ledger.unmerge(
                session,
                merchant_id=self.shop.merchant_id,
                merge_id=self.merge_id,
                earned_through=purchases.sources_of,
                actor="test",
                now=self.now,
            )

    async def catches_up(self) -> None:
        await relay.settle(self.shop.database, SUBSCRIBERS, clock=lambda: self.now)

    async def state(self) -> list[tuple[Any, ...]]:
        async with self._session() as session:
            rows = await session.execute(text(_STATE), {"id": self.shop.merchant_id})
            return [tuple(row) for row in rows]

    async def _hears(self, news: Told) -> None:
        self.told.append(news)
        await self.shop.tells(news, now=self.now)

    def _session(self) -> Any:
        return self.shop.database.tenant(self.shop.merchant_id)


async def begin(database: Database, chance: random.Random) -> Life:
    """Everything on, and a friend who was brought."""
    shop = await open_shop(database)
    people = [from_wire(customers.WIRE_PREFIX, await shop.customer_id(it)) for it in PEOPLE]
    silver = tiers.Tier(
        key="silver", name="Silver", threshold=Decimal(50), multiplier=Decimal(2), entry_points=7
    )
    rule = campaigns.Rule(
        name="Five more",
        state=campaigns.State.ACTIVE,
        starts_at=EARLIER,
        effect=campaigns.Bonus(points=5),
    )
    goal = gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(2))
    badge = gamification.Badge(key="twice", name="Twice", goal=goal, points=11)
    terms = rewards.Terms(
        kind=rewards.Kind.FREE_SHIPPING, name="Sent for nothing", cost=30, valid_days=15
    )
    async with database.tenant(shop.merchant_id) as session:
        await tiers.save(session, tiers.Ladder(tiers=(silver,)), actor="test", now=EARLIER)
        campaign = await campaigns.create(session, rule, actor="test", now=EARLIER)
        game = gamification.Game(badges=(badge,))
        await gamification.save(session, game, actor="test", now=EARLIER)
        gift = await rewards.create(
            session, terms, state=rewards.RewardState.ACTIVE, actor="test", now=EARLIER
        )
        promise = referrals.ReferralSettings(
            enabled=True,
            advocate_reward_id=to_wire(rewards.REWARD, gift.id),
            friend_reward_id=to_wire(rewards.REWARD, gift.id),
        )
        await referrals.save(session, promise, actor="test", now=EARLIER)
        code = await referrals.code_of(session, people[0], now=EARLIER)
        await referrals.claim(
            session, code=code.code, friend_id=people[2], actor="test", now=CLAIMED
        )
        reward = await rewards.create(
            session, terms, state=rewards.RewardState.ACTIVE, stock=9, actor="test", now=EARLIER
        )
    life = Life(shop, reward.id, campaign, people, chance)
    # Something to begin with, or most of what is drawn would be refused.
    for who in range(3):
        await life.buys(who + 1, who, 20 * (who + 1))
        await life.redeems(who)
    await life.catches_up()
    return life


@pytest.fixture(scope="module")
async def database(lasting_database: Database) -> Database:
    return lasting_database


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(DEEDS, st.randoms(use_true_random=False))
async def test_whatever_happens_the_books_balance_and_hearing_it_again_changes_nothing(
    database: Database, deeds: list[tuple[Any, ...]], chance: random.Random
) -> None:
    life = await begin(database, chance)
    for name, *told in deeds:
        with suppress(DomainError):  # a refusal is an answer, and leaves nothing behind
            await getattr(life, name)(*told)
    await life.catches_up()
    async with database.tenant(life.shop.merchant_id) as session:
        # Measures the average order anew, as every night does: segments may move by that alone.
        await segments.score_everybody(session, life.shop.merchant_id, now=life.now)
    assert await life.shop.books_balance()
    ended = await life.state()

    chance.shuffle(life.told)
    if life.told:
        await life.shop.tells(*life.told, *life.told[:3], now=life.now)
    await life.catches_up()
    assert await life.state() == ended
    async with database.tenant(life.shop.merchant_id) as session:
        await tiers.judge_many(
            session, [(life.shop.merchant_id, who) for who in life.people], now=life.now
        )
    await life.catches_up()
    assert await life.state() == ended
    assert await life.shop.books_balance()
