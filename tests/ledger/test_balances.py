"""What is shown: the truth, whether or not the sweep has been by, now and as of any instant."""

from datetime import timedelta

from loyalnest import ledger
from loyalnest.ledger import Balance, Expiry, ExpiryKind, Source
from tests.ledger.conftest import Books

DAY = timedelta(days=1)


async def test_points_past_their_date_are_not_shown_as_available(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada, eve = await books.customer(), await books.customer()
    await books.post(ada, "earn", 100)
    await books.post(eve, "earn", 5)
    books.now += 8 * DAY
    await books.post(ada, "earn", 40)
    books.now += 3 * DAY
    shown = await ledger.balances_of(books.session, [ada, eve], now=books.now)
    assert shown == {ada: [Balance("points", 40, 0, 0)], eve: [Balance("points", 0, 0, 0)]}
    assert await books.figures(ada) == (140, 0, 0)  # looking writes nothing


async def test_points_whose_hold_has_ended_are_shown_as_available_less_what_they_pay(
    books: Books,
) -> None:
    ada = await books.customer()
    await books.post(ada, "refund", -30)
    await books.post(ada, "earn", 100, held_until=books.now + DAY)
    books.now += 2 * DAY
    shown = await ledger.balances_of(books.session, [ada], now=books.now)
    assert shown[ada] == [Balance("points", 70, 0, 0)]
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (70, 0, 0)


async def test_a_balance_without_activity_is_shown_as_lapsed_on_its_day(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.INACTIVITY, days=5))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    for days, left in ((5, 100), (6, 0)):
        now = books.now + days * DAY
        assert (await ledger.balances_of(books.session, [ada], now=now))[ada][0].available == left


async def test_as_of_an_instant_what_has_lapsed_is_gone_before_and_after_the_sweep(
    books: Books,
) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada, start = await books.customer(), books.now
    await books.post(ada, "earn", 100)
    books.now += 30 * DAY

    async def at(days: int) -> int:
        as_of = start + days * DAY
        return (await ledger.balances_as_of(books.session, ada, as_of=as_of))[0].available

    before = [await at(days) for days in (0, 10, 11, 30)]
    await ledger.settle_due(books.session, now=books.now)
    assert before == [await at(days) for days in (0, 10, 11, 30)] == [100, 100, 0, 0]


async def test_what_was_known_at_an_instant_leaves_out_what_was_recorded_later(
    books: Books,
) -> None:
    ada, start = await books.customer(), books.now
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order, held_until=ledger.HELD)
    books.now += 4 * DAY
    # Both are told on the fourth day of what had happened on the second and third.
    told = books.now
    key = (books.merchant_id, "order", "1")
    await ledger.release_source(books.session, [key], at=start + 2 * DAY, now=told)
    late = {"source": order, "step": "refund:1", "clawback_of": order}
    await books.post(ada, "refund", -30, occurred_at=start + 3 * DAY, **late)

    async def at(days: int, known: int | None) -> Balance:
        (balance,) = await ledger.balances_as_of(
            books.session,
            ada,
            as_of=start + days * DAY,
            known_at=None if known is None else start + known * DAY,
        )
        return balance

    assert await at(1, None) == Balance("points", 0, 100, 0)
    assert await at(2, None) == Balance("points", 100, 0, 0)
    assert await at(3, None) == Balance("points", 70, 0, 0)
    assert await at(3, 3) == Balance("points", 0, 100, 0)
    assert await at(3, 4) == Balance("points", 70, 0, 0)
    assert await at(4, 1) == Balance("points", 0, 100, 0)


async def test_a_refund_of_points_that_are_held_was_not_known_before_it_was_told(
    books: Books,
) -> None:
    ada, start = await books.customer(), books.now
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order, held_until=start + 20 * DAY)
    books.now += 5 * DAY
    late = {"source": order, "step": "refund:1", "clawback_of": order}
    await books.post(ada, "refund", -40, occurred_at=start + 2 * DAY, **late)
    as_of = start + 3 * DAY
    known = await ledger.balances_as_of(books.session, ada, as_of=as_of, known_at=start + 4 * DAY)
    true = await ledger.balances_as_of(books.session, ada, as_of=as_of)
    assert (known, true) == (
        [Balance("points", 0, 100, 0)],
        [Balance("points", 0, 60, 0)],
    )
