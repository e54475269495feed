from datetime import timedelta

import pytest

from loyalnest import ledger
from loyalnest.kernel.errors import Contended
from loyalnest.ledger import Shortfall, Source
from tests.ledger.conftest import Books

DAY = timedelta(days=1)


async def test_what_is_earned_can_be_spent(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    await books.post(ada, "redeem", -30)
    assert await books.figures(ada) == (70, 0, 0)


async def test_more_than_there_is_is_refused(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    with pytest.raises(ledger.InsufficientPoints, match="100 are available"):
        await books.post(ada, "redeem", -101)


async def test_the_same_key_again_is_answered_with_what_was_written_then(books: Books) -> None:
    ada = await books.customer()
    posting = books.posting(ada, "earn", 100, basis={"rate": 1})
    (first,) = await books.post_many([posting])
    (again,) = await books.post_many([posting])
    assert (first.replayed, again.replayed) == (False, True)
    assert again.entry == first.entry
    assert await books.figures(ada) == (100, 0, 0)


async def test_the_same_key_twice_in_one_batch_has_one_effect(books: Books) -> None:
    ada = await books.customer()
    posting = books.posting(ada, "earn", 100)
    first, again = await books.post_many([posting, posting])
    assert again.replayed
    assert again.entry == first.entry
    assert await books.figures(ada) == (100, 0, 0)


async def test_a_source_that_is_not_as_new_as_it_was_called_has_no_second_effect(
    books: Books,
) -> None:
    ada = await books.customer()
    posting = books.posting(ada, "earn", 100, is_new=True)
    first, again = await books.post_many([posting, posting])
    assert (first.replayed, again.replayed) == (False, True)
    with pytest.raises(Contended):
        async with books.session.begin_nested():
            await books.post_many([posting])
    assert await books.figures(ada) == (100, 0, 0)


async def test_a_key_with_another_request_is_refused(books: Books) -> None:
    ada = await books.customer()
    source = Source("api", "k1")
    await books.post(ada, "earn", 100, source=source, request_hash=b"one")
    with pytest.raises(ledger.KeyReused):
        await books.post(ada, "earn", 200, source=source, request_hash=b"two")


async def test_a_clawback_takes_from_its_own_order_then_from_others_then_becomes_debt(
    books: Books,
) -> None:
    ada = await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order)
    await books.post(ada, "earn", 40)
    await books.post(ada, "redeem", -80)
    await books.post(ada, "refund", -100, source=order, clawback_of=order, step="refund:1")
    assert await books.figures(ada) == (0, 0, 40)


async def test_a_clawback_never_touches_another_order_s_pending_points(books: Books) -> None:
    ada = await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order)
    await books.post(ada, "redeem", -100)
    await books.post(ada, "earn", 500, held_until=books.now + 3 * DAY)
    await books.post(ada, "refund", -100, source=order, clawback_of=order, step="refund:1")
    assert await books.figures(ada) == (0, 500, 100)


async def test_a_clawback_takes_its_own_pending_points_first(books: Books) -> None:
    ada = await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 50)
    await books.post(ada, "earn", 100, source=order, held_until=ledger.HELD)
    await books.post(ada, "refund", -60, source=order, clawback_of=order, step="refund:1")
    assert await books.figures(ada) == (50, 40, 0)


async def test_the_next_earning_pays_the_debt_first(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "refund", -100)
    await books.post(ada, "earn", 30)
    assert await books.figures(ada) == (0, 0, 70)
    await books.post(ada, "earn", 100)
    assert await books.figures(ada) == (30, 0, 0)


async def test_held_points_become_spendable_on_their_date(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100, held_until=books.now + 3 * DAY)
    await books.post(ada, "refund", -30)
    books.now += 3 * DAY
    await books.post(ada, "redeem", -50)
    assert await books.figures(ada) == (20, 0, 0)


async def test_where_no_debt_is_allowed_the_rest_is_written_off(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 10)
    await books.post(ada, "refund", -100, shortfall=Shortfall.WRITE_OFF)
    assert await books.figures(ada) == (0, 0, 0)


async def test_postings_of_many_accounts_are_written_in_one_batch(books: Books) -> None:
    cast = [await books.customer() for _ in range(5)]
    await books.post_many([books.posting(one, "earn", 10) for one in cast])
    assert [await books.figures(one) for one in cast] == [(10, 0, 0)] * 5


@pytest.mark.parametrize(
    ("kind", "amount"), [("earn", -1), ("redeem", 1), ("earn", 0), ("merge", 5), ("earn", 10**13)]
)
async def test_an_amount_that_makes_no_sense_is_refused(
    books: Books, kind: str, amount: int
) -> None:
    with pytest.raises(ledger.MeaninglessPosting):
        await books.post(await books.customer(), kind, amount)
