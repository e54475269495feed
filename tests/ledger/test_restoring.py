from datetime import timedelta

import pytest

from loyalnest import ledger
from loyalnest.ledger import Expiry, ExpiryKind, Source
from tests.ledger.conftest import Books

DAY = timedelta(days=1)


async def put_back(books: Books, spent: ledger.Posted, amount: int | None = None) -> ledger.Posted:
    books.steps += 1
    return await ledger.put_back(
        books.session,
        merchant_id=books.merchant_id,
        entry_id=spent.entry.id,
        source=Source("test", str(books.steps)),
        amount=amount,
        actor="staff:1",
        now=books.now,
    )


async def test_an_undone_redemption_puts_the_very_points_back_with_their_old_dates(
    books: Books,
) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    spent = await books.post(ada, "redeem", -60)
    books.now += 5 * DAY
    await put_back(books, spent)
    assert await books.figures(ada) == (100, 0, 0)
    books.now += 6 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 0, 0)


async def test_points_put_back_into_a_lapsed_lot_lapse_at_once(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    spent = await books.post(ada, "redeem", -60)
    books.now += 20 * DAY
    await put_back(books, spent)
    assert await books.figures(ada) == (0, 0, 0)


async def test_days_of_grace_let_points_live_that_were_put_back_too_late(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10, grace_days=3))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    spent = await books.post(ada, "redeem", -60)
    books.now += 20 * DAY
    await put_back(books, spent)
    assert await books.figures(ada) == (60, 0, 0)
    books.now += 4 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 0, 0)


async def test_parts_of_a_redemption_come_back_until_nothing_is_left_of_it(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 50)
    await books.post(ada, "earn", 50)
    spent = await books.post(ada, "redeem", -80)
    await put_back(books, spent, 30)
    await put_back(books, spent, 50)
    assert await books.figures(ada) == (100, 0, 0)
    with pytest.raises(ledger.NotReversible):
        await put_back(books, spent, 1)


async def test_what_comes_back_pays_a_debt_first(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    spent = await books.post(ada, "redeem", -100)
    await books.post(ada, "refund", -40)
    await put_back(books, spent)
    assert await books.figures(ada) == (60, 0, 0)


async def test_only_a_redemption_can_be_put_back(books: Books) -> None:
    ada = await books.customer()
    earned = await books.post(ada, "earn", 100)
    with pytest.raises(ledger.NotReversible):
        await put_back(books, earned, 10)
