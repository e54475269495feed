"""Programs that let no balance go into debt: what a refund doesn't find is written off."""

from uuid import UUID

import pytest

from loyalnest import ledger
from loyalnest.ledger import Shortfall, Source
from tests.ledger.conftest import Books

FIRST = Source("order", "1")


async def refund(books: Books, *, who: UUID, amount: int, step: str = "refund:1") -> None:
    await books.post(
        who,
        "refund",
        -amount,
        source=FIRST,
        step=step,
        clawback_of=FIRST,
        shortfall=Shortfall.WRITE_OFF,
    )


async def test_a_refund_takes_what_is_there_and_forgives_the_rest(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100, source=FIRST)
    await books.post(ada, "redeem", -80)
    await refund(books, who=ada, amount=100)
    assert await books.figures(ada) == (0, 0, 0)
    entries = await ledger.entries_of_customer(books.session, ada, limit=2)
    assert [(e.kind, e.amount, e.step) for e in entries] == [
        ("adjust", 80, "refund:1:write-off"),
        ("refund", -100, "refund:1"),
    ]
    assert entries[0].reason


async def test_what_was_forgiven_is_not_asked_for_again(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100, source=FIRST)
    await books.post(ada, "redeem", -80)
    await refund(books, who=ada, amount=100)
    await refund(books, who=ada, amount=100)
    await books.post(ada, "earn", 50)
    assert await books.figures(ada) == (50, 0, 0)


async def test_partial_refunds_forgive_together_what_one_full_refund_would(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100, source=FIRST)
    await books.post(ada, "redeem", -80)
    for n, amount in enumerate((7, 33, 60)):
        await refund(books, who=ada, amount=amount, step=f"refund:{n}")
    assert await books.figures(ada) == (0, 0, 0)
    entries = await ledger.entries_of_customer(books.session, ada, limit=9)
    assert sum(e.amount for e in entries if e.kind == "adjust") == 80


async def test_a_refund_that_leaves_other_orders_points_pending_alone_forgives_the_rest(
    books: Books,
) -> None:
    ada = await books.customer()
    await books.post(ada, "earn", 100, source=FIRST)
    await books.post(ada, "earn", 30, held_until=ledger.HELD)
    await books.post(ada, "redeem", -100)
    await refund(books, who=ada, amount=100)
    assert await books.figures(ada) == (0, 30, 0)


@pytest.mark.parametrize(
    ("shortfall", "refund_last", "refund_first"),
    [(Shortfall.OWE, (0, 0, 30), (0, 0, 30)), (Shortfall.WRITE_OFF, (0, 0, 0), (50, 0, 0))],
)
async def test_owing_knows_no_order_of_arrival_but_forgiving_judges_by_what_is_there(
    books: Books,
    shortfall: Shortfall,
    refund_last: tuple[int, int, int],
    refund_first: tuple[int, int, int],
) -> None:
    """Forgiving is a decision, like spending: it can't be taken back when more comes in."""
    ada, eve = await books.customer(), await books.customer()
    for who, order in ((ada, FIRST), (eve, Source("order", "2"))):
        await books.post(who, "earn", 100, source=order)
        await books.post(who, "redeem", -80)
        back = books.posting(
            who,
            "refund",
            -100,
            source=order,
            step="refund:1",
            clawback_of=order,
            shortfall=shortfall,
        )
        later = books.posting(who, "earn", 50)
        await books.post_many([later, back] if who == ada else [back, later])
    assert await books.figures(ada) == refund_last
    assert await books.figures(eve) == refund_first


async def test_a_debt_is_written_off_by_hand_to_the_point_and_once(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "refund", -30)
    for expected in (30, None):
        posted = await ledger.write_off(
            books.session,
            merchant_id=books.merchant_id,
            customer_id=ada,
            unit_id=books.unit.id,
            reason="Paid at the till.",
            source=Source("staff", "1"),
            actor="staff:1",
            now=books.now,
        )
        assert (posted and posted.entry.amount) == expected
    assert await books.figures(ada) == (0, 0, 0)


async def test_a_debt_is_not_written_off_by_hand_without_a_reason(books: Books) -> None:
    ada = await books.customer()
    await books.post(ada, "refund", -30)
    with pytest.raises(ledger.MeaninglessPosting):
        await ledger.write_off(
            books.session,
            merchant_id=books.merchant_id,
            customer_id=ada,
            unit_id=books.unit.id,
            reason=" ",
            source=Source("staff", "1"),
            actor="staff:1",
            now=books.now,
        )
