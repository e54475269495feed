"""end-to-end: orders a second over HTTP into the books, load and database on the same machine.

The load is offered at a steady rate. A rate counts as sustained when, over the minute after the
warm-up, the backlog did not grow by more than a second's worth and nothing was refused. Beside it
stands what the machine gives in the same minutes to a bare door and to bare SQL, one after the
other on both cores.
"""

import asyncio
from dataclasses import dataclass

from bench import books, intake
from bench.bare_intake import TABLE
from bench.driver import Connection
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, Store, finish_load, installation, start_load
from bench.load import Task
from bench.machine import Meter, per_order
from bench.orders import Plan
from loyalnest.kernel import clock

_GOAL = 1_500
_STEPS = (1_500, 1_750, 2_000)
_LOWER = (1_250, 1_000, 750, 500)


@dataclass(frozen=True, slots=True)
class Minute:
    """What happened at one rate."""

    offered: int
    processed: float
    grown: int
    refused: int
    note: str

    @property
    def sustained(self) -> bool:
        """Whether the installation kept up."""
        return not self.refused and self.grown <= self.offered


async def measure(run: Run) -> Measured:
    """The highest rate that was sustained: upwards from the goal, downwards if it was missed."""
    minutes: list[Minute] = []
    async with installation(run.folder) as place:
        stores = await place.open_merchants(500)
        owner = await place.as_owner()
        with place.program("serve") as server, place.program("worker") as worker:
            await place.wait_until_ready()
            meter = Meter(
                {"server": server.pid, "worker": worker.pid, "postgres": place.postgres_pid}
            )
            for rate in (300,) if run.quick else _STEPS:
                minutes.append(await minute(place, owner, meter, run, rate, len(minutes)))
                if not minutes[-1].sustained:
                    break
            for rate in () if run.quick or minutes[0].sustained else _LOWER:
                minutes.append(await minute(place, owner, meter, run, rate, len(minutes)))
                if minutes[-1].sustained:
                    break
        limit = await _bare(place, stores, owner, run)
        await owner.close()
    best = max((m for m in minutes if m.sustained), key=lambda m: m.processed, default=None)
    note = "; ".join(m.note for m in minutes)
    return Measured(best.processed if best else 0, limit, note=note)


async def minute(
    place: Installation, owner: Connection, meter: Meter, run: Run, rate: int, number: int
) -> Minute:
    """Offer orders at a rate for a minute, and see whether the installation keeps up."""
    seconds, warm_up_s = run.take(60, 5), run.take(15, 2)
    count = int(rate * (seconds + warm_up_s) * 1.1)
    task = Task(
        port=place.settings.port,
        seconds=seconds,
        warm_up_s=warm_up_s,
        rate=rate,
        first=number * 1_000_000,
        count=count,
    )
    load = await start_load(task)
    await asyncio.sleep(warm_up_s)
    meter.start()
    before = await _standing(owner)
    await asyncio.sleep(seconds)
    after = await _standing(owner)
    spent = meter.read_s()
    outcome = await finish_load(load)
    await settle(owner)
    orders = after[0] - before[0]
    grown = after[1] - before[1]
    note = (
        f"offered {rate}/s: {orders / seconds:.0f}/s recorded, backlog {before[1]} to {after[1]}, "
        f"ack p99 {outcome.p99_ms:.0f} ms, {per_order(spent, orders)}"
    )
    return Minute(rate, orders / seconds, grown, outcome.refused, note)


async def _bare(place: Installation, stores: list[Store], owner: Connection, run: Run) -> float:
    """Orders a second that go through a bare door and then into bare books."""
    await owner.execute(TABLE)
    door = await intake.bare_rate(place, run, 0)
    count = run.count(20_000, 1_000)
    target = await books.bare_database(place, owner)
    await books.fill_inbox(place, stores, Plan(count, len(stores), 50_000_000))
    since = clock.now()
    await books.drain(place)
    rate = await books.bare_rate(owner, target, since, count)
    await target.close()
    return 1 / (1 / door + 1 / rate)


async def _standing(owner: Connection) -> tuple[int, int]:
    """How many orders are in the books, and how many deliveries wait."""
    row = await owner.fetchrow(
        "SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM inbox) AS waiting"
    )
    assert row is not None
    return row["orders"], row["waiting"]


async def settle(owner: Connection) -> None:
    """Wait until the backlog is worked off, so that the next rate begins with none."""
    while await owner.fetchval("SELECT count(*) FROM inbox"):  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.5)
    await owner.execute("CHECKPOINT")


FIGURE = Figure(
    name="end-to-end",
    unit="orders/s",
    goal=Goal("at least 1,500 orders/s for a minute, backlog not growing", at_least=_GOAL * 0.99),
    measure=measure,
)
