"""A shop's figures: kept with each batch of news, the same as added up anew from the facts."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from loyalnest import insights, ledger, merchants, orders, stamps
from loyalnest.insights import Metrics, Range
from loyalnest.insights.values import ShopHour
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import CardState, Stage
from tests.conftest import NOW
from tests.stamps.cafe import Cafe, open_cafe, terms

LONDON = ZoneInfo("Europe/London")
TODAY = NOW.astimezone(LONDON).date()
_KEPT = ("counted_facts", "shop_figures", "guest_days", "shop_arrivals")


@pytest.fixture
async def cafe(lasting_database: Database) -> Cafe:
    return await open_cafe(lasting_database)


async def news_is_told(cafe: Cafe) -> None:
    """What visits make of the news is news in its turn."""
    await cafe.news_is_told()
    await cafe.news_is_told()


async def store(cafe: Cafe, name: str) -> UUID:
    async with cafe.database.platform() as session:
        made = await merchants.add_store(
            session,
            merchant_id=cafe.merchant_id,
            provider="counter",
            domain=f"{name}.{cafe.merchant_id}.example",
            name=name,
            now=NOW,
        )
    return made.id


def days_ago(days: int, hour: int = 12) -> datetime:
    return datetime.combine(TODAY - timedelta(days=days), datetime.min.time(), LONDON).replace(
        hour=hour
    )


async def metrics(
    cafe: Cafe, first: int, last: int = 0, *, store_id: UUID | None = None
) -> Metrics:
    """The figures from so many days ago to so many days ago."""
    asked = Range(TODAY - timedelta(days=first), TODAY - timedelta(days=last))
    async with cafe.open() as session:
        return await insights.metrics_of(session, asked, store_id=store_id, now=NOW)


async def kept(cafe: Cafe) -> dict[str, list[Any]]:
    """All that is added up; what has come to nothing is nothing."""
    found: dict[str, list[Any]] = {}
    async with cafe.open() as session:
        for table in _KEPT:
            rows = (await session.execute(text(f"SELECT * FROM {table}"))).mappings()
            counted = [row for row in rows if row.get("happened", row.get("guests", 1))]
            found[table] = sorted(tuple(map(str, row.values())) for row in counted)
    return found


async def test_who_came_is_told_apart_by_whether_they_had_come_before(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    for days in ((40, 12, 3), (12,), (3, 2), (40,), (12, 11)):
        card = await cafe.card(program)
        for each in days:
            await cafe.gives(card, at=days_ago(each))
    await news_is_told(cafe)
    found = (await metrics(cafe, 9)).guests
    assert (found.active, found.new, found.returning) == (2, 1, 1)
    assert (found.before, found.retained) == (3, 1), "of those of ten to nineteen days ago, one"
    wide = (await metrics(cafe, 50)).guests
    assert (wide.active, wide.new, wide.returning, wide.before) == (5, 5, 0, 0)


async def test_visits_stand_at_the_hour_and_day_of_the_merchant(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    # 23:30 UTC on Sunday 18 October 2026 is half past midnight on Monday in London.
    await cafe.gives(card, at=datetime(2026, 10, 18, 23, 30, tzinfo=NOW.tzinfo))
    await news_is_told(cafe)
    found = await metrics(cafe, 60)
    assert found.hours == (ShopHour(1, 0, 1),)
    assert [it.day for it in found.days] == [date(2026, 10, 19)]


async def test_rewards_cost_what_the_program_says_once_they_are_handed_out(cafe: Cafe) -> None:
    stages = (Stage(key="coffee", count=2, name="Coffee", cost=Decimal("1.20")),)
    card = await cafe.card(await cafe.draws_up(terms(stages=stages)))
    stamped = await cafe.gives(card, 2)
    await news_is_told(cafe)
    due = await metrics(cafe, 1)
    assert (due.rewards_earned, due.rewards_given, due.rewards_cost) == (1, 0, 0)
    await cafe.hands_out(stamped.earned[0])
    await news_is_told(cafe)
    used = await metrics(cafe, 1)
    assert (used.rewards_given, used.rewards_cost) == (1, Decimal("1.20"))
    async with cafe.open() as session:
        await stamps.put_back(session, stamped.earned[0].id, actor="test", now=NOW)
    await news_is_told(cafe)
    back = await metrics(cafe, 1)
    assert (back.rewards_given, back.rewards_cost, back.cards_opened) == (0, 0, 1)


async def test_what_is_undone_is_counted_with_who_had_done_it(cafe: Cafe) -> None:
    clerk = new_id()
    card = await cafe.card(await cafe.draws_up())
    first = await cafe.gives(card, 2, clerk_id=clerk, at=days_ago(1))
    await cafe.gives(card, 1, clerk_id=clerk)
    await news_is_told(cafe)
    await cafe.undoes(first)
    await news_is_told(cafe)
    (told,) = (await metrics(cafe, 1)).clerks
    assert told == insights.ShopClerk(to_wire("clk", clerk), 2, 1, 1, 0)


async def test_a_store_has_figures_of_its_own(cafe: Cafe) -> None:
    north, south = await store(cafe, "north"), await store(cafe, "south")
    program = await cafe.draws_up()
    both, one = await cafe.card(program), await cafe.card(program)
    await cafe.gives(both, at=days_ago(5), store_id=north)
    await cafe.gives(both, at=days_ago(2), store_id=south)
    await cafe.gives(one, at=days_ago(2), store_id=south)
    await news_is_told(cafe)
    everywhere = await metrics(cafe, 3)
    there = await metrics(cafe, 3, store_id=south)
    assert (everywhere.guests.new, there.guests.new) == (1, 2), "new to this store"
    assert [(await metrics(cafe, 9, store_id=it)).visits for it in (north, south)] == [1, 2]


async def test_a_late_stamp_stands_between_the_days_that_are_known(cafe: Cafe) -> None:
    place = await store(cafe, "north")
    card = await cafe.card(await cafe.draws_up())
    for days in (200, 90, 2):
        await cafe.gives(card, at=days_ago(days), store_id=place)
    await news_is_told(cafe)
    late = await cafe.gives(card, at=days_ago(40), store_id=place)
    await news_is_told(cafe)
    found = [(await metrics(cafe, *it)).guests for it in ((60, 30), (30, 0))]
    assert [(it.active, it.returning, it.before) for it in found] == [(1, 1, 1), (1, 1, 1)]
    before = await kept(cafe)
    async with cafe.open() as session:
        await insights.rebuild(session, cafe.merchant_id)
    assert await kept(cafe) == before
    await cafe.undoes(late)
    await news_is_told(cafe)
    assert (await metrics(cafe, 30)).guests.before == 0


async def test_of_a_guest_who_has_come_for_long_a_stamp_writes_its_own_day_alone(
    cafe: Cafe,
) -> None:
    card = await cafe.card(await cafe.draws_up())
    for days in range(12, 0, -2):
        await cafe.gives(card, at=days_ago(days))
    await news_is_told(cafe)
    before = await _versions(cafe)
    await cafe.gives(card, at=days_ago(0, hour=8))
    await news_is_told(cafe)
    after = await _versions(cafe)
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {(TODAY, TODAY - timedelta(days=2))}


async def _versions(cafe: Cafe) -> dict[tuple[date, date], tuple[str, str]]:
    """Which transactions wrote or locked the rows of guests' days last."""
    async with cafe.open() as session:
        rows = await session.execute(
            text("SELECT day, previous_day, xmin::text, xmax::text FROM guest_days")
        )
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}


async def _story(cafe: Cafe, seed: int, days: int) -> list[CardState]:
    """Some days at two stores: late stamps, mistakes, rewards, a merge and its undoing."""
    chance = random.Random(seed)
    stores = [None, await store(cafe, "north"), await store(cafe, "south")]
    clerks = [None, new_id(), new_id()]
    stages = (
        Stage(key="coffee", count=2, name="Coffee", cost=Decimal("0.80")),
        Stage(key="cake", count=4, name="Cake", cost=Decimal("2.10")),
    )
    program = await cafe.draws_up(terms(stages=stages))
    cards = [await cafe.card(program) for _ in range(5)]
    given: list[stamps.Stamped] = []
    for _ in range(45):
        stamped = await cafe.gives(
            chance.choice(cards),
            chance.choice((1, 1, 2)),
            at=NOW - timedelta(minutes=chance.randrange(60 * 24 * days)),
            store_id=chance.choice(stores),
            clerk_id=chance.choice(clerks),
        )
        given.append(stamped)
        if stamped.earned and chance.random() < 0.7:
            await cafe.hands_out(stamped.earned[0], key=str(new_id()))
            if chance.random() < 0.4:
                async with cafe.open() as session:
                    await stamps.put_back(session, stamped.earned[0].id, actor="test", now=NOW)
        if chance.random() < 0.25:
            await cafe.undoes(given.pop(chance.randrange(len(given))))
        if chance.random() < 0.3:
            await news_is_told(cafe)
    await news_is_told(cafe)
    return cards


@pytest.mark.parametrize(("seed", "days"), [(0, 30), (1, 30), (2, 400)])
async def test_what_is_kept_is_what_the_facts_add_up_to(cafe: Cafe, seed: int, days: int) -> None:
    cards = await _story(cafe, seed, days)
    ids = [it.card.customer_id for it in cards]
    about: dict[str, Any] = {"merchant_id": cafe.merchant_id, "actor": "test", "now": NOW}
    async with cafe.open() as session:
        merge_id = await ledger.merge(session, kept_id=ids[0], merged_id=ids[1], **about)
        await ledger.merge(session, kept_id=ids[2], merged_id=ids[3], **about)
    await news_is_told(cafe)
    async with cafe.open() as session:
        await ledger.unmerge(session, merge_id=merge_id, earned_through=orders.sources_of, **about)
    await news_is_told(cafe)
    before = await kept(cafe)
    assert all(before.values())
    async with cafe.open() as session:
        await insights.rebuild(session, cafe.merchant_id)
    assert await kept(cafe) == before
    await _agrees_with_the_visits(cafe, random.Random(seed), days)


async def _agrees_with_the_visits(cafe: Cafe, chance: random.Random, days: int) -> None:
    """The figures of some ranges, told another way: by looking at every visit."""
    async with cafe.open() as session:
        rows = await session.execute(
            text(
                "SELECT coalesce(c.merged_into, c.id), v.began_at FROM visits v"
                " JOIN customers c ON c.merchant_id = v.merchant_id AND c.id = v.customer_id"
            )
        )
        seen = [(row[0], row[1].astimezone(LONDON)) for row in rows]
    spans = [(6, 0), (13, 7), (20, 3), (0, 0), (29, 0), (19, 0), (50, 20), (111, 20), (399, 0)]
    for _ in range(20):
        last = chance.randrange(days)
        spans.append((chance.randrange(last, days), last))
    for first, last in spans:
        found = await metrics(cafe, first, last)
        since, until = TODAY - timedelta(days=first), TODAY - timedelta(days=last)
        before = since - (until - since) - timedelta(days=1)
        within = {who for who, at in seen if since <= at.date() <= until}
        earlier = {who for who, at in seen if before <= at.date() < since}
        ever = {who for who, at in seen if at.date() < since}
        guests = found.guests
        assert (guests.active, guests.returning) == (len(within), len(within & ever))
        assert (guests.before, guests.retained) == (len(earlier), len(earlier & within))
        hours = Counter((at.isoweekday(), at.hour) for _, at in seen if since <= at.date() <= until)
        assert {(it.weekday, it.hour): it.visits for it in found.hours} == hours
