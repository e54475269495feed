"""How facts about an order come together. Pure: values in, values out.

`join` is commutative, associative and idempotent: the newest snapshot, the earliest instants, the
union of the refunds. That is why messages may come in any order, twice, or a day late.
"""

from datetime import datetime
from decimal import Decimal

import msgspec

from loyalnest.customers import Contact
from loyalnest.orders.values import ZERO, Facts, Order, Refund, Snapshot

_encode = msgspec.json.Encoder(order="sorted").encode
_FINEST = Decimal("0.000001")


def join(known: Facts, news: Facts) -> Facts:
    """All that two sets of facts about one order say together."""
    snapshot, contact = _newer(known, news)
    return Facts(
        merchant_id=known.merchant_id,
        store_id=known.store_id,
        external_id=known.external_id,
        snapshot=snapshot,
        contact=contact,
        buyer=min(filter(None, (known.buyer, news.buyer)), default=None),
        paid_at=earliest(known.paid_at, news.paid_at),
        fulfilled_at=earliest(known.fulfilled_at, news.fulfilled_at),
        cancelled_at=earliest(known.cancelled_at, news.cancelled_at),
        deleted_at=earliest(known.deleted_at, news.deleted_at),
        refunds=_union(known.refunds, news.refunds),
    )


def learn(order: Order, news: Facts) -> Order:
    """The order with the news taken in; the very same order when there is nothing new in it."""
    facts = join(order.facts, news)
    if facts.contact is not None or facts.buyer is not None:
        facts = msgspec.structs.replace(facts, contact=None, buyer=None)
    if facts == order.facts:
        return order
    return Order(order.id, order.customer_id, facts, order.rate)


def kept_spend(facts: Facts) -> Decimal:
    """What an order's buyer has spent on goods for good: after refunds, edits and cancellation.

    In the order's currency, without tax, shipping, tips and gift cards. A refund of money alone
    takes its share of the goods; one that states no tax holds the tax in its amount.
    """
    snapshot = facts.snapshot
    if snapshot is None or facts.gone_at is not None:
        return ZERO
    goods = [line for line in snapshot.lines if not line.gift_card]
    net = sum((line.net for line in goods), ZERO)
    effective = [refund for refund in facts.refunds if refund.effective]
    kept = net
    for line in goods:
        refunded = sum(refund.lines.get(line.id, 0) for refund in effective)
        gone = min(line.quantity, max(refunded, line.quantity - line.current_quantity))
        if gone > 0:
            kept -= line.net * gone / line.quantity
    gross = sum((line.tax for line in goods), net)
    for refund in effective:
        if refund.amount and not refund.lines:
            of = net if refund.tax else gross
            kept -= net * in_shop_money(refund.amount, refund, snapshot) / (of or 1)
    return max(ZERO, kept).quantize(_FINEST).normalize() if kept != net else net


def in_shop_money(amount: Decimal, refund: Refund, snapshot: Snapshot) -> Decimal:
    """A refund's money in the order's currency, at the rate the order was paid at."""
    abroad = snapshot.presentment_total
    if not abroad or refund.currency != snapshot.presentment_currency:
        return amount
    return amount * snapshot.total / abroad


def earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of two instants, either of which may be unknown."""
    if one is None or other is None:
        return one or other
    return min(one, other)


def _newer(known: Facts, news: Facts) -> tuple[Snapshot | None, Contact | None]:
    one, other = known.snapshot, news.snapshot
    if one is None or other is None:
        return one or other, known.contact or news.contact
    if one.version == other.version and one != other:
        newer = _rank(other) > _rank(one)
    else:
        newer = other.version > one.version
    if newer:
        return other, news.contact or known.contact
    return one, known.contact or news.contact


def _rank(snapshot: Snapshot) -> tuple[int, bytes]:
    """Which of two snapshots of the same version is the later one.

    Shops stamp versions by the second, so that two descriptions can bear the same one. Units tend
    to leave an order between them, hence the one with fewer units is taken for the later; what is
    left of a tie is broken by content, so that it is broken alike whichever came first.
    """
    return -sum(line.current_quantity for line in snapshot.lines), _encode(snapshot)


def _union(known: tuple[Refund, ...], news: tuple[Refund, ...]) -> tuple[Refund, ...]:
    if not news or known == news:
        return known
    merged = {refund.id: refund for refund in known}
    for refund in news:
        seen = merged.get(refund.id)
        merged[refund.id] = refund if seen is None else _same_refund(seen, refund)
    return tuple(merged[key] for key in sorted(merged))


def _same_refund(one: Refund, other: Refund) -> Refund:
    """One refund seen twice: money only ever goes from pending to moved."""
    if one == other:
        return one
    # Judged by the units alone, so that it doesn't matter which two were joined before.
    lines = max(one.lines, other.lines, key=lambda it: (len(it), sum(it.values()), _encode(it)))
    return Refund(
        id=one.id,
        occurred_at=min(one.occurred_at, other.occurred_at),
        effective=one.effective or other.effective,
        lines=lines,
        amount=max(one.amount, other.amount),
        tax=max(one.tax, other.tax),
        shipping=max(one.shipping, other.shipping),
        currency=max(one.currency or "", other.currency or "") or None,
    )
