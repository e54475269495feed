from datetime import timedelta

from loyalnest import ledger
from loyalnest.ledger import Expiry, ExpiryKind, Source
from tests.ledger.conftest import Books

DAY = timedelta(days=1)


async def release(books: Books, source: Source) -> int:
    key = (books.merchant_id, source.kind, source.id)
    return await ledger.release_source(books.session, [key], at=books.now, now=books.now)


async def test_points_held_for_an_order_are_spendable_once_it_is_fulfilled(books: Books) -> None:
    ada = await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order, held_until=ledger.HELD)
    assert await books.figures(ada) == (0, 100, 0)
    assert await release(books, order) == 1
    assert await release(books, order) == 0
    assert await books.figures(ada) == (100, 0, 0)


async def test_pending_points_never_lapse(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order, held_until=ledger.HELD)
    books.now += 50 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 100, 0)
    await release(books, order)
    assert await books.figures(ada) == (100, 0, 0)
    books.now += 11 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 0, 0)


async def test_what_is_released_pays_a_debt_first(books: Books) -> None:
    ada = await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order, held_until=ledger.HELD)
    await books.post(ada, "refund", -30)
    await release(books, order)
    assert await books.figures(ada) == (70, 0, 0)


async def test_the_sweep_releases_what_is_due_on_accounts_nobody_touched(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100, held_until=books.now + DAY)
    books.now += DAY
    assert await ledger.settle_due(books.session, now=books.now) == 1
    assert await ledger.settle_due(books.session, now=books.now) == 0
    assert await books.figures(ada) == (100, 0, 0)
