"""Stampings become visits, and visits orders at the counter, whatever order they arrive in."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers, ledger, merchants, orders, segments, stamps, tiers
from loyalnest.consents import Proof, Purpose, Said, State, Way, record_many
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.segments.jobs import score_by_night
from loyalnest.stamps import CardState, Stamped, StampKind, visits
from loyalnest.stamps.visits import Rhythm, Standing
from loyalnest.stamps.visits.jobs import tell_what_is_usual
from loyalnest.tiers import Basis, Ladder, Tier, Window
from tests.conftest import NOW
from tests.stamps.cafe import Cafe

_VISITS = "SELECT began_at, ended_at, stampings, amount FROM visits ORDER BY began_at"
_ORDERS = """
SELECT o.placed_at, o.kept, o.cancelled_at IS NOT NULL
FROM orders o WHERE o.channel = 'counter' ORDER BY o.placed_at, o.cancelled_at NULLS FIRST
"""


@pytest.fixture
async def cafe(lasting_database: Database) -> Cafe:
    handle = f"cafe-{new_id().hex}"
    async with lasting_database.platform() as session:
        merchant = await merchants.create(
            session,
            handle=handle,
            name="Café",
            currency="GBP",
            time_zone="Europe/London",
            now=ago(300),
            actor="test",
        )
        await merchants.add_store(
            session,
            merchant_id=merchant.id,
            provider="counter",
            domain=f"{handle}.example",
            name="Café",
            now=NOW,
        )
    return Cafe(lasting_database, merchant.id)


async def rows(cafe: Cafe, query: str) -> list[tuple[Any, ...]]:
    async with cafe.open() as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def rhythm(cafe: Cafe, guest: UUID) -> Rhythm | None:
    async with cafe.open() as session:
        return (await visits.rhythms_of(session, [guest])).get(guest)


def ago(days: float = 0, minutes: float = 0) -> datetime:
    return NOW - timedelta(days=days, minutes=minutes)


async def came(cafe: Cafe, *days: float, guest: UUID | None = None) -> CardState:
    """Somebody who was stamped so many days ago."""
    card = await cafe.card(await cafe.draws_up(), guest)
    for each in days:
        await cafe.gives(card, at=ago(each))
    await cafe.news_is_told()
    return card


async def test_several_stampings_within_a_stay_are_one_visit_and_one_order(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    for minutes in (100, 60, 20):
        await cafe.gives(card, at=ago(minutes=minutes))
    await cafe.news_is_told()
    assert await rows(cafe, _VISITS) == [(ago(minutes=100), ago(minutes=20), 3, None)]
    assert await rows(cafe, _ORDERS) == [(ago(minutes=100), 0, False)]


async def test_a_stay_that_merely_lasts_longer_is_no_news_and_no_edit_of_its_order(
    cafe: Cafe,
) -> None:
    card = await cafe.card(await cafe.draws_up())
    await cafe.gives(card, at=ago(minutes=50))
    await cafe.news_is_told()
    await cafe.gives(card, at=ago(minutes=20))
    for _ in range(2):  # what visits make of the news is news in its turn
        await cafe.news_is_told()
    assert await rows(cafe, _VISITS) == [(ago(minutes=50), ago(minutes=20), 2, None)]
    told = "SELECT type, count(*) FROM events WHERE type ~ '^(visit|order)' GROUP BY 1 ORDER BY 1"
    once = await rows(cafe, told)
    assert ("visit.recorded", 1) in once
    assert "visit.changed" not in dict(once)
    await cafe.gives(card, at=ago(minutes=10), purchase=Decimal("3.50"))
    for _ in range(2):
        await cafe.news_is_told()
    assert dict(await rows(cafe, told))["visit.changed"] == 1
    assert await rows(cafe, _ORDERS) == [(ago(minutes=50), Decimal("3.50"), False)]


async def test_amounts_are_kept_where_somebody_keyed_them_in(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    await cafe.gives(card, at=ago(minutes=10), purchase=Decimal("3.50"))
    await cafe.gives(card, at=ago(minutes=5))
    await cafe.gives(card, at=ago(minutes=1), purchase=Decimal("2.50"))
    await cafe.news_is_told()
    assert await rows(cafe, _ORDERS) == [(ago(minutes=10), Decimal(6), False)]


async def test_welcome_birthday_and_extra_stamps_are_no_visits(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    for kind in (StampKind.WELCOME, StampKind.BIRTHDAY, StampKind.EXTRA):
        await cafe.gives(card, kind=kind)
    await cafe.news_is_told()
    assert await rows(cafe, _VISITS) == []


async def test_an_undone_visit_is_a_cancelled_order(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    stamped = await cafe.gives(card, at=ago(1))
    await cafe.news_is_told()
    await cafe.undoes(stamped)
    await cafe.news_is_told()
    assert await rows(cafe, _VISITS) == []
    assert await rows(cafe, _ORDERS) == [(ago(1), 0, True)]
    assert await rhythm(cafe, card.card.customer_id) is None


@pytest.mark.parametrize("seed", range(3))
async def test_late_and_undone_stamps_end_in_the_same_visits_in_any_order(
    cafe: Cafe, seed: int
) -> None:
    chance = random.Random(seed)
    card = await cafe.card(await cafe.draws_up())
    given: list[tuple[datetime, Stamped]] = []
    for _ in range(14):
        at = ago(minutes=chance.randrange(0, 900, 10))
        given.append((at, await cafe.gives(card, at=at)))
        if chance.random() < 0.5:
            await cafe.news_is_told()
        if chance.random() < 0.35:
            await cafe.undoes(given.pop(chance.randrange(len(given)))[1])
    await cafe.news_is_told()
    expected: list[list[datetime]] = []
    for at in sorted(it for it, _ in given):
        if expected and at - expected[-1][-1] <= timedelta(minutes=60):
            expected[-1].append(at)
        else:
            expected.append([at])
    assert [row[:3] for row in await rows(cafe, _VISITS)] == [
        (stay[0], stay[-1], len(stay)) for stay in expected
    ]
    living = [row[0] for row in await rows(cafe, _ORDERS) if not row[2]]
    assert living == [stay[0] for stay in expected]


async def test_a_visit_earns_no_points(cafe: Cafe) -> None:
    async with cafe.database.platform() as session:
        await ledger.open_unit(session, merchant_id=cafe.merchant_id, now=NOW)
    card = await cafe.card(await cafe.draws_up())
    await cafe.gives(card, purchase=Decimal(50))
    await cafe.news_is_told()
    async with cafe.open() as session:
        held = await ledger.balances_of(session, [card.card.customer_id], now=NOW)
    assert [it.unit for it in held[card.card.customer_id]] == [card.program.unit]


async def test_a_weekly_guest_is_late_after_two_weeks_and_a_monthly_one_is_not(
    cafe: Cafe,
) -> None:
    weekly = await came(cafe, 15, 22, 29, 36)
    monthly = await came(cafe, 15, 45, 75, 105)
    found = [await rhythm(cafe, it.card.customer_id) for it in (weekly, monthly)]
    assert [it.standing(NOW) for it in found if it] == [Standing.AT_RISK, Standing.REGULAR]
    assert [it.gap_days for it in found if it] == [7, 30]


async def test_whoever_comes_at_midnight_is_counted_by_the_merchants_calendar(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    # British summer time ends in the night of 25 October 2026.
    for day in (18, 25):
        at = datetime(2026, 10, day, 23 if day == 18 else 0, 30, tzinfo=UTC)
        await cafe.gives(card, at=at)
    await cafe.news_is_told()
    found = await rhythm(cafe, card.card.customer_id)
    assert found is not None
    assert found.late_at == datetime(2026, 11, 16, tzinfo=UTC), "six days apart, by the calendar"


async def test_whoever_is_merged_has_one_rhythm_and_each_their_own_once_parted(cafe: Cafe) -> None:
    one, other = await came(cafe, 20, 6), await came(cafe, 13)
    ids = (one.card.customer_id, other.card.customer_id)
    async with cafe.open() as session:
        merge_id = await ledger.merge(
            session,
            merchant_id=cafe.merchant_id,
            kept_id=ids[0],
            merged_id=ids[1],
            actor="test",
            now=NOW,
        )
    await cafe.news_is_told()
    merged = [await rhythm(cafe, it) for it in ids]
    assert merged[0] is not None
    assert (merged[0].visits, merged[0].gap_days, merged[1]) == (3, 7, None)
    async with cafe.open() as session:
        await ledger.unmerge(
            session,
            merchant_id=cafe.merchant_id,
            merge_id=merge_id,
            earned_through=orders.sources_of,
            actor="test",
            now=NOW,
        )
    await cafe.news_is_told()
    parted = [await rhythm(cafe, it) for it in ids]
    assert [it and it.visits for it in parted] == [2, 1]


async def test_whoever_refuses_scores_or_is_erased_has_no_rhythm(cafe: Cafe) -> None:
    one, other = await came(cafe, 3), await came(cafe, 3)
    proof = Proof(Way.STAFF, "test")
    said = Said(
        cafe.merchant_id,
        one.card.customer_id,
        Purpose.RFM_TRACKING,
        None,
        State.WITHDRAWN,
        NOW,
        proof,
    )
    async with cafe.open() as session:
        await record_many(session, [said], now=NOW)
        await customers.erase_customer(
            session,
            merchant_id=cafe.merchant_id,
            customer_id=other.card.customer_id,
            forgetting=(stamps.erase_customer,),
            now=NOW,
        )
    await cafe.news_is_told()
    assert await rhythm(cafe, one.card.customer_id) is None
    assert await rhythm(cafe, other.card.customer_id) is None
    assert len(await rows(cafe, _VISITS)) == 2


async def test_what_is_usual_among_guests_speaks_for_newcomers(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    for _ in range(10):
        card = await cafe.card(program)
        for days in (2, 7, 12, 17):
            await cafe.gives(card, at=ago(days))
    newcomer = await cafe.card(program)
    await cafe.gives(newcomer, at=ago(1))
    await cafe.news_is_told()
    before = await rhythm(cafe, newcomer.card.customer_id)
    await tell_what_is_usual(cafe.database, NOW)
    after = await rhythm(cafe, newcomer.card.customer_id)
    assert before is not None
    assert after is not None
    assert (before.gap_days, after.gap_days) == (15, 5)
    assert after.late_at < before.late_at


async def test_segments_of_a_shop_without_amounts_go_by_how_often_and_how_recently(
    cafe: Cafe,
) -> None:
    often = await came(cafe, *range(1, 23, 2))
    once = await came(cafe, 3)
    await score_by_night(cafe.database, NOW)
    async with cafe.open() as session:
        score = await segments.score_of(session, often.card.customer_id)
        single = await segments.score_of(session, once.card.customer_id)
    assert (score.orders, score.spend, score.recency) == (11, 0, 5)
    assert score.money == score.frequency == 5
    assert (score.segment, single.segment) == ("champions", "new")


async def test_a_visit_without_an_amount_does_not_lower_the_average_order(cafe: Cafe) -> None:
    program = await cafe.draws_up()
    for purchase in (Decimal(10), None, None, None):
        card = await cafe.card(program)
        await cafe.gives(card, at=ago(1), purchase=purchase)
    await cafe.news_is_told()
    await score_by_night(cafe.database, NOW)
    async with cafe.open() as session:
        average = await session.scalar(text("SELECT max(average_order) FROM segment_runs"))
    assert average == 10


async def test_visits_bear_a_tier_by_orders_and_not_one_by_spend(cafe: Cafe) -> None:
    standings: list[str | None] = []
    guests = (await came(cafe, 1, 2, 3)).card.customer_id
    for basis in (Basis.ORDERS, Basis.SPEND):
        ladder = Ladder(
            enabled=True,
            basis=basis,
            window=Window.LIFETIME,
            tiers=(Tier(key="regular", name="Regular", threshold=Decimal(3)),),
        )
        async with cafe.open() as session:
            await tiers.save(session, ladder, actor="test", now=NOW)
            await tiers.judge_many(session, [(cafe.merchant_id, guests)], now=NOW)
            pair = (cafe.merchant_id, guests)
            found = await tiers.standings_of(session, [pair], now=NOW)
            standings.append(found[pair].tier if pair in found else None)
    assert standings == ["regular", None]


async def test_a_repeated_event_changes_nothing(cafe: Cafe) -> None:
    card = await cafe.card(await cafe.draws_up())
    stamped = await cafe.gives(card, at=ago(2))
    await cafe.news_is_told()
    before = await rows(cafe, "SELECT * FROM visits")
    for _ in range(2):
        async with cafe.open() as session:
            told = [(cafe.merchant_id, stamped.stamp_id), (cafe.merchant_id, new_id())]
            await visits.settle_many(session, told, now=NOW)
    assert await rows(cafe, "SELECT * FROM visits") == before
    assert await rows(cafe, "SELECT count(*) FROM orders") == [(1,)]


async def test_what_is_held_of_a_guests_visits_is_handed_to_them(cafe: Cafe) -> None:
    card = await came(cafe, 8, 1)
    async with cafe.open() as session:
        told = await visits.export_customer(session, card.card.customer_id)
    assert [it["stampings"] for it in told["visits"]] == [1, 1]  # pyright: ignore[reportGeneralTypeIssues, reportIndexIssue, reportUnknownVariableType]
