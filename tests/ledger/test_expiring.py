from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from loyalnest import ledger
from loyalnest.ledger import Expiry, ExpiryKind
from loyalnest.ledger.expiry import lapses_at
from tests.ledger.conftest import Books

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("expiry", "expected"),
    [
        (Expiry(ExpiryKind.NEVER), None),
        (Expiry(ExpiryKind.DAYS, days=30), datetime(2026, 12, 21, tzinfo=UTC)),
        (Expiry(ExpiryKind.MONTH_END), datetime(2026, 12, 1, tzinfo=UTC)),
        (Expiry(ExpiryKind.MONTH_END, days=30), datetime(2027, 1, 1, tzinfo=UTC)),
        (Expiry(ExpiryKind.YEAR_END), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_lot_lapses_at_the_end_of_a_day_of_the_merchant(
    expiry: Expiry, expected: datetime | None
) -> None:
    assert lapses_at(expiry, datetime(2026, 11, 20, 12, tzinfo=UTC), "Europe/London") == expected


def test_days_end_at_midnight_where_the_merchant_is() -> None:
    earned = datetime(2026, 11, 20, 20, tzinfo=UTC)  # already the 21st in Tokyo
    lapses = lapses_at(Expiry(ExpiryKind.DAYS, days=1), earned, "Asia/Tokyo")
    assert lapses == datetime(2026, 11, 22, 15, tzinfo=UTC)


async def test_what_expires_first_is_spent_first(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    books.now += 5 * DAY
    await books.post(ada, "earn", 100)
    await books.post(ada, "redeem", -80)
    books.now += 6 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (100, 0, 0)


async def test_a_lot_past_its_date_can_t_be_spent_before_the_sweep_has_run(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    books.now += 11 * DAY
    with pytest.raises(ledger.InsufficientPoints):
        await books.post(ada, "redeem", -1)


async def test_an_expiry_happened_on_the_lot_s_date(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    books.now += 40 * DAY
    await ledger.settle_due(books.session, now=books.now)
    at = await books.session.scalar(text("SELECT occurred_at FROM entries WHERE kind = 'expire'"))
    assert at == datetime(2026, 12, 1, tzinfo=UTC)


async def test_a_balance_lapses_after_days_without_activity(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.INACTIVITY, days=30))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    books.now += 20 * DAY
    await books.post(ada, "redeem", -10)
    books.now += 20 * DAY
    assert await ledger.settle_due(books.session, now=books.now) == 0
    books.now += 20 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 0, 0)


async def test_what_is_put_back_after_a_lapse_for_want_of_activity_lapses_at_once(
    books: Books,
) -> None:
    await books.expire_by(Expiry(ExpiryKind.INACTIVITY, days=7))
    ada = await books.customer()
    await books.post(ada, "earn", 3)
    spent = await books.post(ada, "redeem", -2)
    books.now += 8 * DAY
    for _ in range(2):
        await books.post(ada, "restore", 1, reverses=spent.entry.id)
    assert await books.figures(ada) == (0, 0, 0)
    assert await books.violations() == []


async def test_a_release_doesn_t_save_what_had_lapsed_for_want_of_activity_before(
    books: Books,
) -> None:
    await books.expire_by(Expiry(ExpiryKind.INACTIVITY, days=5))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    await books.post(ada, "earn", 7, held_until=books.now + 10 * DAY)
    books.now += 12 * DAY
    await ledger.settle_due(books.session, now=books.now)  # the first since the fifth day
    assert await books.figures(ada) == (7, 0, 0)


async def test_points_given_to_somebody_who_never_did_anything_lapse_too(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.INACTIVITY, days=5))
    ada = await books.customer()
    await books.post(ada, "adjust", 100)
    books.now += 6 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 0, 0)
