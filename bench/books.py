"""books: orders a second from the inbox to committed ledger, balance and event, in batches."""

import asyncio
import os
import statistics
import time
from datetime import datetime

from bench import bare_books
from bench.driver import Connection, connect
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, Store, installation
from bench.machine import Meter, per_order
from bench.orders import Plan, signed_orders
from loyalnest.integrations import shopify
from loyalnest.kernel import clock, inbox, memory, migrations, relay

_ROUNDS = 3


async def measure(run: Run) -> Measured:
    """Median of the rounds; in each the product, then its very rows by bare SQL."""
    ours: list[float] = []
    bare: list[float] = []
    note = ""
    count = run.count(20_000, 2_000)
    async with installation(run.folder) as place:
        stores = await place.open_merchants(500)
        source = await place.as_owner()
        target = await bare_database(place, source)
        for number in range(run.count(_ROUNDS, 1)):
            await fill_inbox(place, stores, Plan(count, len(stores), number * count))
            await source.execute("VACUUM ANALYZE")
            since = clock.now()
            rate, note = await _ours(place, count)
            ours.append(rate)
            bare.append(await bare_rate(source, target, since, count))
        await source.close()
        await target.close()
    return Measured(statistics.median(ours), statistics.median(bare), note=note)


async def fill_inbox(place: Installation, stores: list[Store], plan: Plan) -> None:
    """Put the orders of a plan into the inbox, as the door would."""
    async with inbox.Intake(place.database) as intake:
        waiting: list[inbox.NewDelivery] = []
        for order in signed_orders(plan):
            store = stores[order.merchant]
            waiting.append(
                inbox.NewDelivery(
                    merchant_id=store.merchant_id,
                    store_id=store.store_id,
                    provider="shopify",
                    topic="orders/paid",
                    delivery_key=order.key,
                    body=order.body,
                )
            )
            if len(waiting) == bare_books.BATCH:
                await asyncio.gather(*map(intake.put, waiting))
                waiting = []
        await asyncio.gather(*map(intake.put, waiting))


async def drain(place: Installation) -> float:
    """Apply what is in the inbox and give its events their places; seconds it took."""
    memory.collect_seldom()
    stopping = asyncio.Event()
    started = time.perf_counter()
    work = asyncio.create_task(inbox.Worker(place.database, [shopify.PROVIDED]).run(stopping))
    owner = await place.as_owner()
    while await owner.fetchval("SELECT EXISTS (SELECT FROM inbox)"):
        await relay.sequence(place.database)
        await asyncio.sleep(0.01)
    stopping.set()
    await work
    while await relay.sequence(place.database):
        pass
    seconds = time.perf_counter() - started
    await owner.close()
    return seconds


async def _ours(place: Installation, count: int) -> tuple[float, str]:
    meter = Meter({"worker": os.getpid(), "postgres": place.postgres_pid})
    meter.start()
    seconds = await drain(place)
    return count / seconds, per_order(meter.read_s(), count)


async def bare_rate(source: Connection, target: Connection, since: datetime, count: int) -> float:
    """Orders a second when the rows that the product has written since are written bare."""
    batches = await bare_books.batches_since(source, since)
    written = sum(len(batch.rows["orders"]) for batch in batches)
    if written != count:
        raise RuntimeError(f"the product recorded {written} orders of {count}")
    await target.execute("CHECKPOINT")
    started = time.perf_counter()
    await bare_books.write(target, batches)
    seconds = time.perf_counter() - started
    await target.execute("VACUUM ANALYZE")
    return count / seconds


async def bare_database(place: Installation, source: Connection) -> Connection:
    """A second database of the same server and schema, with the same merchants."""
    await source.execute("CREATE DATABASE bare")
    url = place.server.owner_url.replace("/loyalnest?", "/bare?")
    await migrations.migrate(url, place.settings)
    target = await connect(url)
    await target.execute("SET plan_cache_mode = force_generic_plan")
    await bare_books.copy_standing(source, target)
    return target


FIGURE = Figure(
    name="books",
    unit="orders/s",
    goal=Goal("at least 0.5 of bare SQL that inserts the same rows", at_least_ratio=0.5),
    measure=measure,
)
