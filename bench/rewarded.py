"""Customers with points and a reward to spend them on, and the requests that do."""

import json
from uuid import UUID

from bench.installation import Installation
from loyalnest import customers, ledger, rewards
from loyalnest.kernel import clock
from loyalnest.kernel.ids import to_wire
from loyalnest.ledger import EntryKind, Posting, Source, UnitId
from loyalnest.rewards import Kind, RewardState, Terms

COST = 5


async def open_counter(
    place: Installation, people: int, *, points: int, stock: int | None = None
) -> tuple[str, list[str]]:
    """A reward's id, and those of customers who have so many points each."""
    (store,) = await place.open_merchants(1)
    now = clock.now()
    contacts = [
        customers.Contact(merchant_id=store.merchant_id, email=f"taker.{number}@example.com")
        for number in range(people)
    ]
    async with place.database.tenant(store.merchant_id) as session:
        known = await customers.identify_many(session, contacts, now=now)
        ids = [id_ for id_ in known if id_ is not None]
        unit_id = (await ledger.units_of(session, [store.merchant_id]))[store.merchant_id].id
        postings = [_gift(store.merchant_id, id_, unit_id, points) for id_ in ids]
        await ledger.post_many(session, postings, now=now)
        terms = Terms(kind=Kind.FREE_PRODUCT, name="A bun", cost=COST, product="bun")
        reward = await rewards.create(
            session, terms, state=RewardState.ACTIVE, stock=stock, actor="bench", now=now
        )
    return to_wire("rwd", reward.id), [to_wire("cus", id_) for id_ in ids]


def _gift(merchant_id: UUID, customer_id: UUID, unit_id: UnitId, points: int) -> Posting:
    return Posting(
        merchant_id=merchant_id,
        customer_id=customer_id,
        unit_id=unit_id,
        kind=EntryKind.EARN,
        amount=points,
        source=Source("bench", f"gift-{customer_id}"),
        step="earn",
        occurred_at=clock.now(),
    )


def wish(key: str, reward_id: str, customer_id: str, number: int) -> str:
    """One request to redeem, which is like no other."""
    body = json.dumps({"reward_id": reward_id, "customer_id": customer_id})
    return (
        "POST /v1/api/rewards/redeem HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n"
        f"Idempotency-Key: bench-{number}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )
