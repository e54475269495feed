"""A changed policy dates the points that exist as it dates those that are earned."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import ledger
from loyalnest.ledger import Expiry, ExpiryKind
from loyalnest.ledger.expiry import lapses_at
from loyalnest.ledger.service.policy import NOTICE
from tests.ledger.conftest import Books

DAY = timedelta(days=1)
ZONES = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Asia/Kathmandu",  # UTC+05:45
    "Pacific/Kiritimati",  # UTC+14
    "Pacific/Apia",  # had no 30 December 2011
    "America/Havana",  # turns its clocks at midnight, so one midnight comes twice
    "Asia/Beirut",  # and here one never comes
    "Australia/Lord_Howe",  # by half an hour
]
POLICIES = [
    Expiry(ExpiryKind.DAYS),
    Expiry(ExpiryKind.DAYS, days=365),
    Expiry(ExpiryKind.MONTH_END),
    Expiry(ExpiryKind.MONTH_END, days=30),
    Expiry(ExpiryKind.YEAR_END, days=59),
    Expiry(ExpiryKind.INACTIVITY, days=30),
    Expiry(),
]
EDGES = [
    datetime(2024, 2, 28, 23, 59, 59, tzinfo=UTC),
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2023, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2024, 3, 30, 22, 30, tzinfo=UTC),  # Beirut's midnight that never comes
    datetime(2024, 11, 3, 4, 30, tzinfo=UTC),  # between Havana's two midnights
    datetime(2024, 11, 2, 12, tzinfo=UTC),
    datetime(2011, 12, 29, 12, tzinfo=UTC),
]


async def use_time_zone(books: Books, zone: str) -> None:
    await books.session.execute(
        text("UPDATE merchants SET time_zone = :zone WHERE merchant_id = :id"),
        {"zone": zone, "id": books.merchant_id},
    )


async def dates(books: Books) -> dict[UUID, datetime | None]:
    rows = await books.session.execute(
        text("SELECT entry_id, expires_at FROM lots WHERE merchant_id = :id"),
        {"id": books.merchant_id},
    )
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("zone", ZONES)
async def test_points_that_exist_get_the_dates_they_would_have_had(books: Books, zone: str) -> None:
    await use_time_zone(books, zone)
    ada, chance = await books.customer(), random.Random(zone)
    span = int((books.now - datetime(2010, 1, 1, tzinfo=UTC)).total_seconds())
    instants = EDGES + [books.now - timedelta(seconds=chance.randrange(span)) for _ in range(150)]
    posted = await books.post_many(
        [books.posting(ada, "earn", 1, occurred_at=instant) for instant in instants]
    )
    for policy in POLICIES:
        # Long before, so that the notice that is due to customers moves no date.
        await ledger.set_expiry(
            books.session,
            merchant_id=books.merchant_id,
            code="points",
            expiry=policy,
            existing=True,
            now=datetime(2009, 1, 1, tzinfo=UTC),
        )
        found = await dates(books)
        for it in posted:
            expected = lapses_at(policy, it.entry.occurred_at, zone)
            assert found[it.entry.id] == expected, (policy, it.entry.occurred_at)
    await ledger.set_expiry(
        books.session,
        merchant_id=books.merchant_id,
        code="points",
        expiry=Expiry(),
        existing=True,
        now=books.now,
    )


async def test_no_point_that_exists_lapses_sooner_than_its_notice(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 70, occurred_at=books.now - 100 * DAY)
    await books.post(ada, "earn", 9, held_until=ledger.HELD)
    policy = Expiry(ExpiryKind.DAYS, days=5)
    shown = await ledger.preview_expiry(
        books.session,
        merchant_id=books.merchant_id,
        code="points",
        expiry=policy,
        existing=True,
        now=books.now,
    )
    assert shown == ledger.Losses(1, 70, [ledger.Loss(ada, books.now + NOTICE, 70)])
    await ledger.set_expiry(
        books.session,
        merchant_id=books.merchant_id,
        code="points",
        expiry=policy,
        existing=True,
        now=books.now,
    )
    assert set((await dates(books)).values()) == {books.now + NOTICE, None}


async def test_held_points_get_the_date_of_the_day_on_which_they_can_be_spent(
    books: Books,
) -> None:
    ada = await books.customer()
    released = books.now + 40 * DAY
    await books.post(ada, "earn", 9, held_until=released)
    policy = Expiry(ExpiryKind.DAYS, days=5)
    await ledger.set_expiry(
        books.session,
        merchant_id=books.merchant_id,
        code="points",
        expiry=policy,
        existing=True,
        now=books.now,
    )
    assert list((await dates(books)).values()) == [lapses_at(policy, released, "Europe/London")]
