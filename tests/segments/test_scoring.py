"""Customers scored from real orders."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from loyalnest import customers, segments
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import settle
from loyalnest.segments import Segment, rules
from loyalnest.segments.jobs import score_by_night
from loyalnest.segments.routes import router as segments_router
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.doors import caller_for, door
from tests.shop import ADA, Shop, Told, open_shop

BEA = "bea@example.com"


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


def bought(
    number: int, *, days_ago: float, price: str = "10.00", email: str = ADA, **more: object
) -> Told:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    person = {"id": 7 if email == ADA else 8, "email": email}
    body = order(number, lines=[line(price=price)], created_at=at, updated_at=at, email=email)
    return ("orders/create", body | {"customer": person} | more)


async def heard(shop: Shop, now: datetime = NOW) -> None:
    """What the relay brings reaches the segments."""
    await settle(shop.database, [segments.SCORES], clock=lambda: now)


async def score(shop: Shop, email: str = ADA) -> segments.Score | None:
    customer_id = from_wire("cus", await shop.customer_id(email))
    async with shop.database.tenant(shop.merchant_id) as session:
        try:
            return await segments.score_of(session, customer_id)
        except segments.NotScored:
            return None


async def told(shop: Shop) -> list[tuple[str, str]]:
    await settle(shop.database, [], clock=lambda: NOW)
    async with shop.database.tenant(shop.merchant_id) as session:
        rows = await session.execute(
            text(
                "SELECT type, data ->> 'segment' FROM events WHERE merchant_id = :id"
                " AND type LIKE 'segment.%' ORDER BY position"
            ),
            {"id": shop.merchant_id},
        )
        return [(row[0], row[1]) for row in rows]


async def test_a_first_order_makes_a_new_customer(shop: Shop) -> None:
    await shop.tells(bought(1, days_ago=2))
    await heard(shop)
    found = await score(shop)
    assert found is not None
    assert (found.segment, found.recency, found.frequency, found.orders) == ("new", 5, 1, 1)
    assert found.rhythm_days is None


async def test_the_rhythm_is_the_median_gap(shop: Shop) -> None:
    for number, days in enumerate((40, 30, 23, 3)):
        await shop.tells(bought(number + 1, days_ago=days))
    await heard(shop)
    found = await score(shop)
    assert found is not None
    assert found.rhythm_days == Decimal(10)


async def test_a_refunded_order_is_none(shop: Shop) -> None:
    await shop.tells(bought(1, days_ago=2))
    await heard(shop)
    await shop.tells(("refunds/create", refund(order_id=1, lines={1: 1})))
    await heard(shop)
    assert await score(shop) is None
    assert await told(shop) == [("segment.entered", "new"), ("segment.left", "new")]


async def test_a_partial_refund_counts_for_what_is_left(shop: Shop) -> None:
    await shop.tells(bought(1, days_ago=2, price="30.00"))
    await shop.tells(("refunds/create", refund(order_id=1, amount="10.00")))
    await heard(shop)
    found = await score(shop)
    assert found is not None
    assert found.spend == Decimal("20.00")


async def test_the_same_news_again_announces_nothing(shop: Shop) -> None:
    for number in (1, 2):
        await shop.tells(bought(number, days_ago=2))
        await heard(shop)
    before = await told(shop)
    await shop.tells(bought(2, days_ago=2))
    async with shop.database.tenant(shop.merchant_id) as session:
        who = [(shop.merchant_id, from_wire("cus", await shop.customer_id()))]
        await segments.score_many(session, who, now=NOW)
    assert await told(shop) == before


async def test_by_night_recency_passes_without_an_order(shop: Shop) -> None:
    await shop.tells(bought(1, days_ago=2))
    await heard(shop)
    await score_by_night(shop.database, NOW + timedelta(days=40))
    found = await score(shop)
    assert found is not None
    assert (found.segment, found.recency) == ("promising", 3)


async def test_a_night_is_scored_once(shop: Shop) -> None:
    night = datetime(2026, 11, 21, 1, 10, tzinfo=UTC)
    for minutes in (0, 60, 120):
        await score_by_night(shop.database, night + timedelta(minutes=minutes))
    async with shop.database.tenant(shop.merchant_id) as session:
        runs = await session.scalar(
            text("SELECT count(*) FROM segment_runs WHERE merchant_id = :id"),
            {"id": shop.merchant_id},
        )
    assert runs == 1


async def test_days_are_the_merchants_own(shop: Shop) -> None:
    kiritimati = ZoneInfo("Pacific/Kiritimati")  # UTC+14
    async with shop.database.platform() as session:
        await session.execute(
            text("UPDATE merchants SET time_zone = :zone WHERE merchant_id = :id"),
            {"zone": kiritimati.key, "id": shop.merchant_id},
        )
    now = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # the 21st there
    await shop.tells(bought(1, days_ago=7.5))  # the 13th, both here and there
    await heard(shop, now)
    found = await score(shop)
    assert found is not None
    assert found.recency == 4  # the 8th day


async def test_a_merged_customer_counts_for_whom_they_are_now(shop: Shop) -> None:
    await shop.tells(bought(1, days_ago=9), bought(2, days_ago=1, email=BEA))
    await heard(shop)
    ada, bea = [from_wire("cus", await shop.customer_id(email)) for email in (ADA, BEA)]
    async with shop.database.tenant(shop.merchant_id) as session:
        merge_id = await customers.merge_identities(
            session, merchant_id=shop.merchant_id, kept_id=ada, merged_id=bea, actor="test", now=NOW
        )
    await heard(shop)
    assert await _orders(shop, ada) == 2
    assert await _orders(shop, bea) is None
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.unmerge_identities(
            session, merchant_id=shop.merchant_id, merge_id=merge_id, actor="test", now=NOW
        )
    await heard(shop)
    assert (await _orders(shop, ada), await _orders(shop, bea)) == (1, 1)


async def _orders(shop: Shop, customer_id: UUID) -> int | None:
    async with shop.database.tenant(shop.merchant_id) as session:
        try:
            return (await segments.score_of(session, customer_id)).orders
        except segments.NotScored:
            return None


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 120), st.integers(1, 9999)), min_size=1, max_size=14, unique=True
    )
)
async def test_the_database_scores_as_the_rules_do(
    lasting_database: Database, purchases: list[tuple[int, int]]
) -> None:
    shop = await open_shop(lasting_database)
    await shop.tells(
        *(
            bought(n, days_ago=days, price=f"{pence / 100:.2f}")
            for n, (days, pence) in enumerate(purchases, start=1)
        )
    )
    await score_by_night(shop.database, NOW)
    found = await score(shop)
    assert found is not None
    total = sum(pence for _, pence in purchases)
    average = Decimal(total) / len(purchases)
    zone = ZoneInfo("Europe/London")
    last = NOW - timedelta(days=min(days for days, _ in purchases))
    recency = rules.recency_of((NOW.astimezone(zone).date() - last.astimezone(zone).date()).days)
    expected = (recency, rules.frequency_of(len(purchases)), rules.money_of(total / average, 1))
    assert (found.recency, found.frequency, found.money) == expected
    assert found.segment == rules.segment_of(*expected)


async def test_segments_are_counted_and_listed_through_the_api(shop: Shop) -> None:
    await shop.tells(bought(1, days_ago=2), bought(2, days_ago=70, email=BEA))
    await heard(shop)
    caller = caller_for(shop.merchant_id)
    async with door(shop.database, segments_router, caller=caller) as client:
        answer = (await client.get("/v1/api/rfm/segments")).json()
        counted = {each["segment"]: each["customers"] for each in answer["items"]}
        assert (counted["new"], counted["hibernating"], counted["lost"]) == (1, 1, 0)
        assert set(counted) == set(Segment)
        listed = (await client.get("/v1/api/rfm/segments/new/customers")).json()["items"]
        ada = await shop.customer_id()
        assert [one["customer_id"] for one in listed] == [ada]
        assert (await client.get(f"/v1/api/customers/{ada}/rfm")).json() == listed[0]
        assert (await client.get("/v1/api/rfm/segments/none/customers")).status_code == 404


def test_the_worker_keeps_segments_up_to_date() -> None:
    assert segments.SCORES in wiring.SUBSCRIBERS
    assert segments.NIGHTLY in wiring.TIMETABLE


async def test_before_the_first_night_the_average_so_far_is_looked_up_seldom(shop: Shop):
    await shop.tells(bought(1, days_ago=1, price="10.00"))
    await heard(shop)
    await shop.tells(bought(2, days_ago=1, price="90.00", email=BEA))
    await heard(shop, NOW + timedelta(minutes=4))
    bea = await score(shop, BEA)
    assert bea is not None
    assert bea.money == rules.money_of(Decimal(9), 1), "still by the first order's 10.00"

    await shop.tells(bought(3, days_ago=1, price="20.00", email=BEA))
    await heard(shop, NOW + timedelta(minutes=6))
    bea = await score(shop, BEA)
    assert bea is not None
    assert bea.money == rules.money_of(Decimal(110) / Decimal(40), 1), "by the average of all three"
