"""hot-customer: spends a second on one account, from many transactions at once."""

import asyncio
import time

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation
from loyalnest import customers, ledger
from loyalnest.kernel import clock
from loyalnest.ledger import EntryKind, Posting, Source

_AT_ONCE = 16


async def measure(run: Run) -> Measured:
    """Sixteen spenders on one balance that covers exactly what they spend."""
    spends = run.count(4_000, 400)
    async with installation(run.folder, pool_size=_AT_ONCE) as place:
        posting = await _fund(place, spends)
        numbers = iter(range(spends))

        async def spend() -> None:
            for number in numbers:
                async with place.database.tenant(posting.merchant_id) as session:
                    await ledger.post_many(session, [_spend(posting, number)], now=clock.now())

        started = time.perf_counter()
        await asyncio.gather(*(spend() for _ in range(_AT_ONCE)))
        seconds = time.perf_counter() - started
        left, sound = await _left(place)
    return Measured(
        spends / seconds,
        note=f"{spends} spends by {_AT_ONCE} at once, {left} points left of {spends}, no deadlock",
        failed=left != 0 or not sound,
    )


async def _fund(place: Installation, points: int) -> Posting:
    (store,) = await place.open_merchants(1)
    now = clock.now()
    async with place.database.tenant(store.merchant_id) as session:
        contact = customers.Contact(merchant_id=store.merchant_id, email="hot@example.com")
        (customer_id,) = await customers.identify_many(session, [contact], now=now)
        assert customer_id is not None
        units = await ledger.units_of(session, [store.merchant_id])
        posting = Posting(
            merchant_id=store.merchant_id,
            customer_id=customer_id,
            unit_id=units[store.merchant_id].id,
            kind=EntryKind.EARN,
            amount=points,
            source=Source("bench", "fund"),
            step="earn",
            occurred_at=now,
        )
        await ledger.post_many(session, [posting], now=now)
    return posting


def _spend(funded: Posting, number: int) -> Posting:
    return Posting(
        merchant_id=funded.merchant_id,
        customer_id=funded.customer_id,
        unit_id=funded.unit_id,
        kind=EntryKind.REDEEM,
        amount=-1,
        source=Source("bench", f"spend-{number}"),
        step="redeem",
        occurred_at=clock.now(),
    )


async def _left(place: Installation) -> tuple[int, bool]:
    async with place.database.platform(snapshot=True) as session:
        report = await ledger.verify(session)
    owner = await place.as_owner()
    available: int = await owner.fetchval("SELECT available FROM accounts")
    await owner.close()
    return available, report.clean


FIGURE = Figure(
    name="hot-customer",
    unit="spends/s",
    goal=Goal("stated; no deadlock, no lost update"),
    measure=measure,
)
