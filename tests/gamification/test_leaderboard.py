"""The leaderboard: who is on it, under which name, and how high."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from loyalnest import customers, gamification
from loyalnest.kernel.database import Database
from tests.conftest import NOW
from tests.gamification.cast import (
    BEA,
    MADE,
    bought,
    draws_up,
    gave_back,
    heard,
    id_of,
    joins,
    merge,
    ranked,
    unmerge,
)
from tests.shop import Shop, open_shop


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_shop(lasting_database)
    await draws_up(shop, now=MADE)
    yield shop
    assert await shop.books_balance()


async def test_only_who_asked_is_on_the_leaderboard_and_under_another_name(shop: Shop) -> None:
    await shop.tells(bought(1, "30.00"), bought(2, "40.00", email=BEA))
    await heard(shop)
    assert await ranked(shop) == []
    ada = await joins(shop)
    assert await ranked(shop) == [(1, ada, 30)]
    bea = await joins(shop, BEA)
    await shop.tells(bought(3, "10.00"), bought(4, "5.00"))
    await heard(shop)
    assert await ranked(shop) == [(1, ada, 45), (2, bea, 40)]
    await shop.tells(gave_back(4))
    await heard(shop)
    assert sorted(await ranked(shop)) == sorted([(1, ada, 40), (1, bea, 40)])


async def test_joining_again_keeps_the_name_unless_another_is_asked_for(shop: Shop) -> None:
    await shop.tells(bought(1))
    name = await joins(shop)
    assert await joins(shop) == name
    assert await joins(shop, another_name=True) != name


async def test_who_leaves_is_forgotten_with_all_scores(shop: Shop) -> None:
    await shop.tells(bought(1))
    await joins(shop)
    who = await id_of(shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        await gamification.leave_board(session, customer_id=who)
        count = text("SELECT count(*) FROM leaderboard_scores WHERE merchant_id = :id")
        assert await session.scalar(count, {"id": shop.merchant_id}) == 0
    await heard(shop)
    assert await ranked(shop) == []


async def test_a_new_month_begins_a_new_leaderboard_and_leaves_the_old_one(shop: Shop) -> None:
    await shop.tells(bought(1, "30.00"))
    await heard(shop)
    name = await joins(shop)
    december = datetime(2026, 12, 2, tzinfo=UTC)
    body = bought(2, "5.00", days_ago=-12)
    await shop.tells(body, now=december)
    await heard(shop, december)
    assert await ranked(shop, "points:month:2026-12-01") == [(1, name, 5)]
    assert await ranked(shop) == [(1, name, 30)]


async def test_whoever_was_merged_away_is_off_the_leaderboard_until_un_merged(shop: Shop) -> None:
    await shop.tells(bought(1, "30.00"), bought(2, "40.00", email=BEA))
    await heard(shop)
    ada, bea = await joins(shop), await joins(shop, BEA)
    merge_id = await merge(shop)
    await heard(shop)
    assert await ranked(shop) == [(1, ada, 70)]
    await unmerge(shop, merge_id)
    await heard(shop)
    assert await ranked(shop) == [(1, bea, 40), (2, ada, 30)]


async def test_erasing_a_customer_forgets_the_name_they_played_under(shop: Shop) -> None:
    await shop.tells(bought(1))
    name = await joins(shop)
    who = await id_of(shop)
    async with shop.database.tenant(shop.merchant_id) as session:
        assert (await gamification.export_customer(session, who))["leaderboard_names"] == [name]
        await customers.erase_customer(
            session, merchant_id=shop.merchant_id, customer_id=who, now=NOW
        )
    await heard(shop)
    assert await ranked(shop) == []
