"""Badges by real orders and the relay."""

import itertools
from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any

import pytest

from loyalnest import gamification
from loyalnest.entrypoints import wiring
from loyalnest.gamification import Badge, Goal, Measure
from loyalnest.kernel.database import Database
from loyalnest.kernel.settings import Settings
from tests.conftest import NOW
from tests.gamification.cast import (
    BEA,
    BIG,
    FRIEND,
    LATER,
    MADE,
    REGULAR,
    announced,
    bought,
    called_off,
    draws_up,
    gave_back,
    heard,
    held,
    id_of,
    merge,
    unmerge,
)
from tests.shop import Shop, open_shop


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_shop(lasting_database)
    await draws_up(shop, now=MADE)
    yield shop
    assert await shop.books_balance()


async def test_the_order_that_makes_the_number_full_brings_badge_and_points_once(
    shop: Shop,
) -> None:
    await shop.tells(bought(1))
    await heard(shop)
    assert await held(shop) == set()
    await shop.tells(bought(2))
    for _ in range(3):
        await heard(shop)
    assert await held(shop) == {"regular"}
    assert await shop.balance() == (10 + 10 + 50, 0, 0)
    assert await announced(shop) == [("badge.awarded", "regular", "earned")]


async def test_a_refund_takes_back_the_badge_and_what_it_brought(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2))
    await heard(shop)
    await shop.tells(gave_back(2))
    for _ in range(2):
        await heard(shop)
    assert await held(shop) == set()
    assert await shop.balance() == (10, 0, 0)
    assert await announced(shop) == [
        ("badge.awarded", "regular", "earned"),
        ("badge.lost", "regular", "undone"),
    ]
    await shop.tells(bought(3))
    await heard(shop)
    assert await shop.balance() == (20 + 50, 0, 0)


async def test_a_cancelled_order_bears_no_badge(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2))
    await heard(shop)
    await shop.tells(called_off(1))
    await heard(shop)
    assert await held(shop) == set()
    assert await shop.balance() == (10, 0, 0)


async def test_points_that_were_spent_meanwhile_are_owed(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2))
    await heard(shop)
    await shop.spends(70)
    await shop.tells(gave_back(2))
    await heard(shop)
    assert await shop.balance() == (0, 0, 60)


async def test_orders_and_their_refund_in_any_order_come_to_the_same(
    lasting_database: Database,
) -> None:
    news = [bought(1, "60.00"), bought(2, "60.00"), gave_back(2), bought(3)]
    ends: set[Any] = set()
    for told in itertools.permutations(news):
        shop = await open_shop(lasting_database)
        await draws_up(shop, now=MADE)
        for each in told:
            await shop.tells(each)
            await heard(shop)
        await shop.tells(*told)  # and all of it again
        await heard(shop)
        ends.add((frozenset(await held(shop)), await shop.balance()))
        assert await shop.books_balance()
    assert ends == {(frozenset({"regular"}), (60 + 10 + 50, 0, 0))}


async def test_what_was_bought_before_the_badge_was_made_brings_it_without_points(
    shop: Shop,
) -> None:
    await shop.tells(bought(1, days_ago=60), bought(2, days_ago=50))
    await heard(shop)
    assert await held(shop) == {"regular"}
    assert await shop.balance() == (20, 0, 0)


async def test_a_new_badge_is_judged_for_everybody(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2, email=BEA))
    await heard(shop)
    first = Badge(key="first", name="First", goal=Goal(measure=Measure.ORDERS, target=Decimal(1)))
    await draws_up(shop, REGULAR, BIG, FRIEND, first)
    assert await held(shop) == await held(shop, BEA) == {"first"}


async def test_a_goal_made_harder_takes_nothing_from_who_holds_the_badge(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2))
    await heard(shop)
    harder = REGULAR.model_copy(update={"goal": Goal(measure=Measure.ORDERS, target=Decimal(9))})
    await draws_up(shop, harder, BIG, FRIEND)
    assert await held(shop) == {"regular"}
    await shop.tells(gave_back(2))
    await heard(shop)
    assert await held(shop) == set()


async def test_a_paused_program_awards_the_badge_without_points(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2))
    await shop.sets(enabled=False, now=NOW)
    await heard(shop, LATER)
    assert await held(shop) == {"regular"}
    assert await shop.balance() == (20, 0, 0)


async def test_a_game_that_is_off_awards_nothing_and_takes_nothing(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2))
    await heard(shop)
    await draws_up(shop, enabled=False)
    await shop.tells(gave_back(2))
    await heard(shop)
    assert await held(shop) == {"regular"}


async def test_points_goals_count_neither_badges_nor_what_was_refunded(shop: Shop) -> None:
    collector = Badge(
        key="collector",
        name="Collector",
        goal=Goal(measure=Measure.POINTS, target=Decimal(60)),
        points=500,
    )
    await draws_up(shop, REGULAR, BIG, FRIEND, collector, now=MADE)
    await shop.tells(bought(1, "25.00"), bought(2, "25.00"))
    for _ in range(3):
        await heard(shop)
    assert await held(shop) == {"regular"}
    assert await shop.balance() == (50 + 50, 0, 0)
    await shop.tells(bought(3, "10.00"))
    for _ in range(3):
        await heard(shop)
    assert await held(shop) == {"regular", "collector"}
    await shop.tells(gave_back(3))
    for _ in range(3):
        await heard(shop)
    assert await held(shop) == {"regular"}
    assert await shop.balance() == (50 + 50, 0, 0)


async def test_merged_customers_reach_together_what_they_did_not_alone(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2, email=BEA))
    await heard(shop)
    merge_id = await merge(shop)
    for _ in range(2):
        await heard(shop)
    assert await held(shop) == {"regular"}
    assert await shop.balance() == (20 + 50, 0, 0)
    await unmerge(shop, merge_id)
    for _ in range(2):
        await heard(shop)
    assert await held(shop) == set()
    assert await held(shop, BEA) == set()
    assert await shop.balance() == (10, 0, 0)
    assert await shop.balance(BEA) == (10, 0, 0)


async def test_who_was_paid_before_a_merge_is_not_paid_again(shop: Shop) -> None:
    await shop.tells(bought(1, email=BEA), bought(2, email=BEA), bought(3))
    await heard(shop)
    assert await shop.balance(BEA) == (20 + 50, 0, 0)
    merge_id = await merge(shop)
    await heard(shop)
    assert await held(shop) == {"regular"}
    assert await shop.balance() == (10 + 20 + 50, 0, 0)
    await unmerge(shop, merge_id)
    await heard(shop)
    assert await held(shop) == set()
    assert await held(shop, BEA) == {"regular"}
    assert await shop.balance(BEA) == (20 + 50, 0, 0)


async def test_a_refund_while_merged_takes_back_what_the_other_was_paid(shop: Shop) -> None:
    await shop.tells(bought(1, email=BEA), bought(2, email=BEA))
    await heard(shop)
    merge_id = await merge(shop)
    await heard(shop)
    await shop.tells(gave_back(2))
    await heard(shop)
    assert await held(shop) == set()
    assert await shop.balance() == (10, 0, 0)
    await unmerge(shop, merge_id)
    await heard(shop)
    assert await held(shop, BEA) == set()


async def test_a_badge_given_by_hand_stays_whatever_is_bought(shop: Shop) -> None:
    await shop.tells(bought(1))
    who = await id_of(shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        for badge in ("friend", "regular", "friend"):
            await gamification.give(
                session, customer_id=who, badge=badge, reason="kind", actor="staff:1", now=NOW
            )
    await shop.tells(bought(2))
    await heard(shop)
    await shop.tells(gave_back(2))
    await heard(shop)
    assert await held(shop) == {"friend", "regular"}
    assert await shop.balance() == (10, 0, 0)
    async with shop.database.tenant(shop.merchant_id) as session:
        for badge in ("friend", "regular"):
            await gamification.take_back(
                session, customer_id=who, badge=badge, actor="staff:1", now=NOW
            )
        with pytest.raises(gamification.NotGiven):
            await gamification.take_back(
                session, customer_id=who, badge="friend", actor="staff:1", now=NOW
            )
    assert await held(shop) == set()
    assert await announced(shop) == [
        ("badge.awarded", "friend", "given"),
        ("badge.awarded", "regular", "given"),
        ("badge.lost", "friend", "taken"),
        ("badge.lost", "regular", "taken"),
    ]


async def test_taking_back_leaves_what_was_earned_as_well(shop: Shop) -> None:
    await shop.tells(bought(1), bought(2))
    await heard(shop)
    who = await id_of(shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        await gamification.give(
            session, customer_id=who, badge="regular", reason="kind", actor="staff:1", now=NOW
        )
        await gamification.take_back(
            session, customer_id=who, badge="regular", actor="staff:1", now=NOW
        )
    assert await held(shop) == {"regular"}
    assert await announced(shop) == [("badge.awarded", "regular", "earned")]


async def test_a_merchant_without_a_game_awards_nothing(
    lasting_database: Database,
) -> None:
    shop = await open_shop(lasting_database)
    await shop.tells(bought(1), bought(2))
    await heard(shop)
    assert await held(shop) == set()
    assert await announced(shop) == []


async def test_the_worker_knows_this_modules_subscriber_and_job(settings: Settings) -> None:
    work = wiring.work(settings)
    assert gamification.BADGES in work.subscribers
    assert gamification.JUDGE_EVERYBODY in work.jobs
