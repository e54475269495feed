"""shop-dashboard: milliseconds of a shop's figures out of a million visits, 95th percentile.

One merchant with three stores and two years of guests: some come daily, most now and then. What is
added up is made by the product's own rebuilding, and asked for as people look at it: today, a week,
a month, a quarter and a year, at all stores and at one.
"""

import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from bench.driver import Connection
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation, make_api_key, send_load
from bench.load import Task
from loyalnest import insights
from loyalnest.kernel import clock
from loyalnest.kernel.ids import new_id, to_wire

_RATE = 20
_CHUNK = 50_000
_YEARS = timedelta(days=730)
_DAYS = (1, 7, 30, 90, 365)
_VISITS_EACH = 25


async def measure(run: Run) -> Measured:
    """Figures of all stores and of one, in turn."""
    visits = run.count(1_000_000, 20_000)
    seconds, warm_up_s = run.take(60, 4), run.take(15, 1)
    async with installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        stores = (store.store_id, new_id(), new_id())
        people = [new_id() for _ in range(visits // _VISITS_EACH)]
        owner = await place.as_owner()
        await _fill(owner, store.merchant_id, stores, people, visits)
        await owner.close()
        rebuilt_s = await _add_up(place, store.merchant_id)
        key = make_api_key(place, "shop-0")
        with place.program("serve"):
            await place.wait_until_ready()
            count = int(_RATE * (seconds + warm_up_s) * 1.05)
            task = Task(
                port=place.settings.port,
                seconds=seconds,
                warm_up_s=warm_up_s,
                rate=_RATE,
                connections=8,
                requests=[_request(key, store.store_id, number) for number in range(count)],
            )
            outcome = await send_load(task)
    note = (
        f"{visits:,} visits of {len(people):,} guests, {_RATE} questions/s for 1 to 365 days: "
        f"p50 {outcome.p50_ms:.1f} ms, p99 {outcome.p99_ms:.1f} ms, worst "
        f"{outcome.worst_ms:.1f} ms; all of it added up again in {rebuilt_s:.0f} s"
    )
    return Measured(outcome.p95_ms, note=note, failed=outcome.refused > 0)


async def _fill(
    owner: Connection, merchant_id: UUID, stores: tuple[UUID, ...], people: list[UUID], count: int
) -> None:
    now = clock.now()
    guests = [(merchant_id, it, now, now) for it in people]
    await owner.copy_records_to_table(
        "customers", records=guests, columns=["merchant_id", "id", "created_at", "updated_at"]
    )
    rows = _visits(merchant_id, stores, people, count, now)
    columns = ["merchant_id", "id", "customer_id", "store_id", "began_at", "ended_at"]
    columns += ["stampings", "changed_at"]
    for _ in range(0, count, _CHUNK):
        some = [row for row, _ in zip(rows, range(_CHUNK), strict=False)]
        await owner.copy_records_to_table("visits", records=some, columns=columns)
    await owner.execute("VACUUM ANALYZE visits")


def _visits(
    merchant_id: UUID, stores: tuple[UUID, ...], people: list[UUID], count: int, now: datetime
) -> Iterator[tuple[object, ...]]:
    chance = random.Random(5)
    for _ in range(count):
        # A few guests do most of the coming, between seven and seven.
        guest = people[int(len(people) * chance.random() ** 2)]
        day = (now - _YEARS * chance.random()).replace(hour=chance.randrange(7, 19))
        at = min(day, now)
        store = chance.choices(stores, (70, 20, 10))[0]
        yield (merchant_id, new_id(), guest, store, at, at, 1, at)


async def _add_up(place: Installation, merchant_id: UUID) -> float:
    begun = time.perf_counter()
    async with place.database.tenant(merchant_id) as session:
        await insights.rebuild(session, merchant_id)
    return time.perf_counter() - begun


def _request(key: str, store_id: UUID, number: int) -> str:
    today = clock.now().date()
    span = _DAYS[number % len(_DAYS)]
    asked = {"from": str(today - timedelta(days=span - 1)), "to": str(today)}
    if number // len(_DAYS) % 2:
        asked["store_id"] = to_wire("sto", store_id)
    return (
        f"GET /v1/api/dashboard/metrics?{urlencode(asked)} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    )


FIGURE = Figure(
    name="shop-dashboard",
    unit="ms at p95",
    goal=Goal("below 100 ms", below=100),
    measure=measure,
)
