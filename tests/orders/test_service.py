"""Orders taken in by batches, in a real database."""

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, orders
from loyalnest.kernel.database import act_as_platform, act_for, merchant_of
from loyalnest.orders import Facts, RecordedOrder
from tests.conftest import NOW
from tests.contracts.shopify import bodies


async def open_store(session: AsyncSession) -> merchants.Store:
    return await merchants.add_store(
        session,
        merchant_id=merchant_of(session),
        provider="shopify",
        domain="bakery.myshopify.com",
        name="Bakery",
        now=NOW,
    )


def said(store: merchants.Store, topic: str, body: bodies.Body) -> Facts:
    fact = bodies.prepare(bodies.delivery(topic, body, merchant=store.merchant_id, store=store.id))
    return bodies.order_in(fact)


async def record(session: AsyncSession, *facts: Facts) -> list[RecordedOrder]:
    return await orders.record_many(session, facts, now=NOW)


async def events_of(session: AsyncSession) -> list[str]:
    mine = merchant_of(session)
    await act_as_platform(session)
    rows = (await session.scalars(text("SELECT unnest(types) FROM outbox ORDER BY id"))).all()
    await act_for(session, [mine])
    return [it for it in rows if it.startswith("order.")]


async def count(session: AsyncSession, table: str) -> int:
    return (await session.scalars(text(f"SELECT count(*) FROM {table}"))).one()


async def test_an_order_is_read_back_as_it_was_written(session: AsyncSession) -> None:
    store = await open_store(session)
    body = bodies.official("order_resource_2026-07.json")
    (first,) = await record(session, said(store, "orders/create", body))
    (again,) = await record(session, said(store, "orders/create", body))
    assert again.before is not None
    assert not again.changed
    assert again.order.facts == msgspec.structs.replace(first.order.facts, contact=None)
    assert again.order.customer_id == first.order.customer_id is not None


async def test_a_refund_before_its_order_waits_for_it(session: AsyncSession) -> None:
    store = await open_store(session)
    early = said(store, "refunds/create", bodies.refund(lines={1: 1}))
    (waiting,) = await record(session, early)
    assert waiting.order.facts.snapshot is None
    (whole,) = await record(session, said(store, "orders/create", bodies.order()))
    assert whole.order.id == waiting.order.id
    assert whole.order.facts.snapshot is not None
    assert whole.order.facts.refunds == early.refunds
    assert whole.order.customer_id is not None


async def test_facts_of_one_batch_are_one_order(session: AsyncSession) -> None:
    store = await open_store(session)
    recorded = await record(
        session,
        said(store, "refunds/create", bodies.refund(lines={1: 1})),
        said(store, "orders/create", bodies.order()),
        said(store, "orders/paid", bodies.order()),
        said(store, "orders/cancelled", bodies.order(cancelled_at="2026-11-02T00:00:00Z")),
    )
    assert len(recorded) == 1
    assert await count(session, "orders") == 1
    assert await count(session, "refunds") == 1


async def test_each_fact_is_announced_once(session: AsyncSession) -> None:
    store = await open_store(session)
    refund = said(store, "refunds/create", bodies.refund(lines={1: 1}))
    order = said(store, "orders/create", bodies.order())
    for facts in [(refund,), (order,), (refund,), (order, refund)]:
        await record(session, *facts)
    assert await events_of(session) == ["order.recorded", "order.refunded"]
    gone = said(store, "orders/delete", {"id": 1001})
    await record(session, gone)
    await record(session, gone)
    assert (await events_of(session))[2:] == ["order.cancelled"]


async def test_a_refund_counts_once_its_money_has_moved(session: AsyncSession) -> None:
    store = await open_store(session)
    pending = bodies.refund(amount="5.00", status="pending")
    moved = bodies.refund(amount="5.00")
    await record(session, said(store, "orders/updated", bodies.order(refunds=[pending])))
    await record(session, said(store, "orders/updated", bodies.order(refunds=[moved])))
    (last,) = await record(session, said(store, "orders/updated", bodies.order(refunds=[pending])))
    assert not last.changed
    assert last.order.facts.refunds[0].effective
    assert await count(session, "refunds") == 1


async def test_a_stale_order_does_not_undo_an_edit(session: AsyncSession) -> None:
    store = await open_store(session)
    edited = bodies.order(
        lines=[bodies.line(quantity=3, current_quantity=1)], updated_at="2026-11-02T10:00:00Z"
    )
    original = bodies.order(lines=[bodies.line(quantity=3)])
    await record(session, said(store, "orders/updated", edited))
    (after,) = await record(session, said(store, "orders/create", original))
    assert after.order.facts.snapshot is not None
    assert after.order.facts.snapshot.lines[0].current_quantity == 1


async def test_the_row_holds_no_personal_data(session: AsyncSession) -> None:
    store = await open_store(session)
    await record(session, said(store, "orders/create", bodies.order()))
    row = (await session.scalars(text("SELECT to_jsonb(o)::text FROM orders o"))).one()
    assert "@" not in row
    assert "Ada" not in row  # hexadecimal ids hold no capitals


async def test_many_orders_take_a_handful_of_statements(session: AsyncSession) -> None:
    store = await open_store(session)
    facts = [said(store, "orders/create", bodies.order(n)) for n in range(300)]
    recorded = await record(session, *facts)
    assert len(recorded) == 300
    assert await count(session, "orders") == 300
    assert len({it.order.customer_id for it in recorded}) == 1


async def test_a_guest_without_an_address_is_recorded_without_a_customer(
    session: AsyncSession,
) -> None:
    store = await open_store(session)
    guest = bodies.order(customer=None, email=None)
    (recorded,) = await record(session, said(store, "orders/create", guest))
    assert recorded.order.customer_id is None
    named = bodies.order(updated_at="2026-11-02T10:00:00Z")
    (later,) = await record(session, said(store, "orders/updated", named))
    assert later.order.customer_id is not None
    assert later.changed
