from loyalnest import ledger
from loyalnest.ledger import Source
from tests.ledger.conftest import Books


async def test_every_point_is_traced_from_its_order_to_its_end(books: Books) -> None:
    ada = await books.customer()
    order = Source("order", "1")
    await books.post(ada, "earn", 100, source=order)
    await books.post(ada, "redeem", -30, source=Source("redemption", "coffee"))
    await books.post(ada, "refund", -20, source=order, step="refund:1", clawback_of=order)
    (trace,) = await ledger.explain(books.session, merchant_id=books.merchant_id, customer_id=ada)
    assert (trace.source, trace.earned, trace.left) == (order, 100, 50)
    assert [(end.kind, end.amount, end.source) for end in trace.ends] == [
        ("spend", 30, Source("redemption", "coffee")),
        ("clawback", 20, order),
    ]


async def test_the_worked_example_of_the_manual(books: Books) -> None:
    """The story told in docs/explanation/ledger.md, figure by figure."""
    ada = await books.customer()
    first, second = Source("order", "1001"), Source("order", "1002")
    told: list[tuple[int, int, int]] = []

    async def then(kind: str, amount: int, source: Source, **more: object) -> None:
        await books.post(ada, kind, amount, source=source, **more)
        told.append(await books.figures(ada))

    await then("earn", 100, first)
    await then("redeem", -80, Source("redemption", "coffee"))
    await then("earn", 50, second, held_until=ledger.HELD)
    await then("refund", -100, first, step="refund", clawback_of=first)
    key = (books.merchant_id, second.kind, second.id)
    await ledger.release_source(books.session, [key], at=books.now, now=books.now)
    told.append(await books.figures(ada))
    await then("earn", 40, Source("order", "1003"))
    assert told == [(100, 0, 0), (20, 0, 0), (20, 50, 0), (0, 50, 80), (0, 0, 30), (10, 0, 0)]
