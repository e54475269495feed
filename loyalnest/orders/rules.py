"""How facts about an order come together. Pure: values in, values out.

`join` is commutative, associative and idempotent: the newest snapshot, the earliest instants, the
union of the refunds. That is why messages may come in any order, twice, or a day late.
"""

from datetime import datetime

import msgspec

from loyalnest.customers import Contact
from loyalnest.orders.values import Facts, Order, Refund, Snapshot

_encode = msgspec.json.Encoder(order="sorted").encode


def join(known: Facts, news: Facts) -> Facts:
    """All that two sets of facts about one order say together."""
    snapshot, contact = _newer(known, news)
    return Facts(
        merchant_id=known.merchant_id,
        store_id=known.store_id,
        external_id=known.external_id,
        snapshot=snapshot,
        contact=contact,
        paid_at=earliest(known.paid_at, news.paid_at),
        fulfilled_at=earliest(known.fulfilled_at, news.fulfilled_at),
        cancelled_at=earliest(known.cancelled_at, news.cancelled_at),
        deleted_at=earliest(known.deleted_at, news.deleted_at),
        refunds=_union(known.refunds, news.refunds),
    )


def learn(order: Order, news: Facts) -> Order:
    """The order with the news taken in; the very same order when there is nothing new in it."""
    facts = join(order.facts, news)
    if facts.contact is not None:
        facts = msgspec.structs.replace(facts, contact=None)
    return order if facts == order.facts else Order(order.id, order.customer_id, facts)


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
