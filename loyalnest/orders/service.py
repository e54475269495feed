"""Taking purchases in: the only writer of orders and refunds."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.database import Bulk, bulk
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id
from loyalnest.orders import events, rules, storage
from loyalnest.orders.values import Facts, Order, OrderId, RecordedOrder, Refund, Snapshot

_Living = dict[customers.CustomerId, customers.CustomerId]
"""Who stands for a customer today: itself, or whom it was merged into."""


async def record_many(
    session: AsyncSession, facts: Sequence[Facts], *, now: datetime
) -> list[RecordedOrder]:
    """Record what shops say about orders, and find out who bought. Answers each order once.

    The rows are locked until the transaction ends; an order that is unknown so far gets its row
    here, be it for a refund alone. Raises Contended when another transaction made a row or a
    customer at the same moment: the whole batch is to be repeated.
    """
    news = _fold(facts)
    if not news:
        return []
    connection = await bulk(session)
    known = await storage.lock(connection, list(news))
    recorded: list[RecordedOrder] = []
    for key, said in news.items():
        before = known.get(key)
        after = rules.learn(before, said) if before else Order(OrderId(new_id()), None, said)
        recorded.append(RecordedOrder(after, before))
    recorded, living = await _with_customers(session, recorded, news, now=now)
    recorded = await _written(connection, recorded, now=now)
    await publish(session, [it for order in recorded for it in _announce(order, living)], now=now)
    return recorded


def _fold(facts: Iterable[Facts]) -> dict[storage.Key, Facts]:
    """All that a batch says of each order, in key order."""
    folded: dict[storage.Key, Facts] = {}
    for said in facts:
        key = said.key
        folded[key] = rules.join(folded[key], said) if key in folded else said
    return dict(sorted(folded.items()))


async def _with_customers(
    session: AsyncSession,
    recorded: list[RecordedOrder],
    news: dict[storage.Key, Facts],
    *,
    now: datetime,
) -> tuple[list[RecordedOrder], _Living]:
    """Name the customer of the orders that have none yet. Once named, an order keeps them.

    Named is whose identity the order came through, which stays true whatever is merged or parted
    later. Answers too who stands for them today.
    """
    recorded, living = await _with_buyers(session, recorded, news)
    contacts = [
        None if it.order.customer_id else news[it.order.facts.key].contact for it in recorded
    ]
    asked = [contact for contact in contacts if contact is not None]
    if not asked:
        return recorded, living
    people = await customers.recognise_many(session, asked, now=now)
    found = iter(people)
    named = [
        it if contact is None else _bought_by(it, next(found))
        for it, contact in zip(recorded, contacts, strict=True)
    ]
    return named, living | {it.came_as: it.customer_id for it in people if it}


async def _with_buyers(
    session: AsyncSession, recorded: list[RecordedOrder], news: dict[storage.Key, Facts]
) -> tuple[list[RecordedOrder], _Living]:
    """Those named by whoever tells of the order. An order that has its customer keeps them."""
    buyers = {key: said.buyer for key, said in news.items() if said.buyer is not None}
    if not buyers:
        return recorded, {}
    named = [
        _bought_by(it, customers.Recognised(buyer, buyer))
        if (buyer := buyers.get(it.order.facts.key)) and not it.order.customer_id
        else it
        for it in recorded
    ]
    who = {(key[0], buyer) for key, buyer in buyers.items()}
    return named, await customers.current_many(session, sorted(who))


def _bought_by(it: RecordedOrder, buyer: customers.Recognised | None) -> RecordedOrder:
    if buyer is None:
        return it
    named = Order(it.order.id, buyer.came_as, it.order.facts, it.order.rate)
    return RecordedOrder(named, it.before)


async def _written(
    connection: Bulk, recorded: list[RecordedOrder], *, now: datetime
) -> list[RecordedOrder]:
    """The orders as they are written, with the rates of their day."""
    rates = await storage.insert(
        connection, [it.order for it in recorded if it.before is None], now=now
    )
    rates |= await storage.update(
        connection, [it.order for it in recorded if it.before is not None and it.changed]
    )
    refunds = [(it.order, refund) for it in recorded for refund in new_refunds(it)]
    await storage.put_refunds(connection, refunds, now=now)
    return [_rated(it, rates.get(it.order.id)) for it in recorded] if rates else recorded


def _rated(it: RecordedOrder, rate: Decimal | None) -> RecordedOrder:
    if rate is None:
        return it
    return RecordedOrder(msgspec.structs.replace(it.order, rate=rate), it.before)


def new_refunds(it: RecordedOrder) -> list[Refund]:
    """The refunds that a batch brought, or told more about."""
    refunds = it.order.facts.refunds
    if it.before is None or not refunds:
        return list(refunds)
    known = it.before.facts.refunds
    return [refund for refund in refunds if refund not in known]


def _announce(it: RecordedOrder, living: _Living) -> Iterable[Event]:
    """What has become true: of an order with lines only, so that each is said once and in full."""
    order, facts = it.order, it.order.facts
    buyer = living.get(order.customer_id, order.customer_id) if order.customer_id else None
    if facts.snapshot is None or not it.changed:
        return
    before = it.before.facts if it.before and it.before.facts.snapshot else None
    if before is None:
        yield _recorded(order, facts.snapshot, buyer)
    told = {refund.id for refund in before.refunds if refund.effective} if before else set[str]()
    for refund in facts.refunds:
        if refund.effective and refund.id not in told:
            yield _refunded(order, refund, buyer)
    if facts.gone_at and not (before and before.gone_at):
        yield events.OrderCancelled(
            merchant_id=facts.merchant_id,
            customer_id=buyer,
            occurred_at=facts.gone_at,
            order_id=order.id,
            store_id=facts.store_id,
        )
    if before is not None and facts.paid_at and not before.paid_at:
        yield events.OrderPaid(
            merchant_id=facts.merchant_id,
            customer_id=buyer,
            occurred_at=facts.paid_at,
            order_id=order.id,
            store_id=facts.store_id,
        )
    if before is not None and _only_edited(before, facts):
        yield events.OrderEdited(
            merchant_id=facts.merchant_id,
            customer_id=buyer,
            occurred_at=facts.snapshot.version,
            order_id=order.id,
            store_id=facts.store_id,
            kept=rules.kept_spend(facts),
        )


def _only_edited(before: Facts, after: Facts) -> bool:
    return (
        before.refunds == after.refunds
        and before.gone_at == after.gone_at
        and rules.kept_spend(before) != rules.kept_spend(after)
    )


def _recorded(order: Order, snapshot: Snapshot, buyer: UUID | None) -> Event:
    return events.OrderRecorded(
        merchant_id=order.facts.merchant_id,
        customer_id=buyer,
        occurred_at=snapshot.placed_at,
        order_id=order.id,
        store_id=order.facts.store_id,
        currency=snapshot.currency,
        total=snapshot.total,
        spend=snapshot.spend,
        channel=snapshot.channel,
        paid=order.facts.paid_at is not None,
    )


def _refunded(order: Order, refund: Refund, buyer: UUID | None) -> Event:
    return events.OrderRefunded(
        merchant_id=order.facts.merchant_id,
        customer_id=buyer,
        occurred_at=refund.occurred_at,
        order_id=order.id,
        store_id=order.facts.store_id,
        refund_id=refund.id,
        lines=refund.lines,
        amount=refund.amount,
    )
