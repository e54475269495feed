from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from loyalnest import ledger
from loyalnest.kernel import errors
from loyalnest.ledger import Expiry, ExpiryKind, Source
from tests.ledger.conftest import Books

DAY = timedelta(days=1)


def having_earned(*sources: Source) -> Callable[..., Awaitable[Sequence[Source]]]:
    """Orders, as far as the books ask them: what came through the returned identities."""

    async def earned_through(*_: object) -> Sequence[Source]:
        return sources

    return earned_through


async def merge(books: Books, kept: UUID, merged: UUID) -> UUID:
    return await ledger.merge(
        books.session,
        merchant_id=books.merchant_id,
        kept_id=kept,
        merged_id=merged,
        actor="staff:1",
        now=books.now,
    )


async def unmerge(books: Books, merge_id: UUID, *earned: Source) -> None:
    await ledger.unmerge(
        books.session,
        merchant_id=books.merchant_id,
        merge_id=merge_id,
        earned_through=having_earned(*earned),
        actor="staff:1",
        now=books.now,
    )


async def test_merged_customers_share_their_points_with_their_dates(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada, twin = await books.customer(), await books.customer()
    await books.post(ada, "earn", 100)
    await books.post(twin, "earn", 40)
    await books.post(twin, "earn", 7, held_until=ledger.HELD)
    books.now += 5 * DAY
    await merge(books, ada, twin)
    assert await books.figures(ada) == (140, 7, 0)
    assert await books.figures(twin) == (0, 0, 0)
    books.now += 6 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 7, 0)


async def test_a_debt_that_comes_over_is_paid_from_what_is_there(books: Books) -> None:
    ada, twin = await books.customer(), await books.customer()
    await books.post(ada, "earn", 100)
    await books.post(twin, "refund", -30)
    await books.post(twin, "earn", 30, held_until=ledger.HELD)
    await merge(books, ada, twin)
    assert await books.figures(ada) == (70, 30, 0)


async def test_a_refund_of_an_older_order_finds_its_lot_where_it_has_moved(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada, twin = await books.customer(), await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 50)
    books.now += DAY
    await books.post(twin, "earn", 100, source=order)
    await merge(books, ada, twin)
    await books.post(ada, "refund", -100, source=order, clawback_of=order, step="refund:1")
    books.now += 10 * DAY - timedelta(hours=11)  # the first lot's day has ended
    await ledger.settle_due(books.session, now=books.now)
    assert await books.figures(ada) == (0, 0, 0)


async def test_nothing_can_arrive_at_a_merged_customer_any_more(books: Books) -> None:
    ada, twin = await books.customer(), await books.customer()
    await merge(books, ada, twin)
    with pytest.raises(errors.Contended):
        await books.post(twin, "earn", 10)


async def test_a_redemption_from_before_the_merge_comes_back_to_whom_it_is_now(
    books: Books,
) -> None:
    ada, twin = await books.customer(), await books.customer()
    await books.post(twin, "earn", 100)
    spent = await books.post(twin, "redeem", -60)
    merge_id = await merge(books, ada, twin)
    await ledger.put_back(
        books.session,
        merchant_id=books.merchant_id,
        entry_id=spent.entry.id,
        source=Source("test", "back"),
        actor="staff:1",
        now=books.now,
    )
    assert await books.figures(ada) == (100, 0, 0)
    assert await books.figures(twin) == (0, 0, 0)
    await unmerge(books, merge_id)
    assert await books.figures(twin) == (100, 0, 0)


async def test_un_merging_gives_back_what_is_left_of_what_came(books: Books) -> None:
    ada, twin = await books.customer(), await books.customer()
    await books.post(ada, "earn", 100)
    books.now += DAY
    await books.post(twin, "earn", 40)
    merge_id = await merge(books, ada, twin)
    late = Source("order", "late")
    await books.post(ada, "earn", 9, source=late)
    await books.post(ada, "redeem", -120)
    shown = await ledger.preview_unmerge(
        books.session,
        merchant_id=books.merchant_id,
        merge_id=merge_id,
        kept_id=ada,
        earned_through=having_earned(late),
    )
    assert shown == [ledger.Return("points", came_over=40, given_back=29)]
    await unmerge(books, merge_id, late)
    assert await books.figures(ada) == (0, 0, 0)
    assert await books.figures(twin) == (29, 0, 0)
    await books.post(twin, "earn", 1)
    assert await books.figures(twin) == (30, 0, 0)


async def test_merges_can_be_undone_one_above_the_other(books: Books) -> None:
    ada, twin, third = [await books.customer() for _ in range(3)]
    for one, amount in ((ada, 1), (twin, 10), (third, 100)):
        await books.post(one, "earn", amount)
    first = await merge(books, twin, third)
    second = await merge(books, ada, twin)
    assert await books.figures(ada) == (111, 0, 0)
    await unmerge(books, second)
    await unmerge(books, first)
    assert [await books.figures(one) for one in (ada, twin, third)] == [
        (1, 0, 0),
        (10, 0, 0),
        (100, 0, 0),
    ]
