"""shop-dashboard: milliseconds of a shop's figures out of a million visits, 95th percentile.

One merchant with three stores and two years of guests: some come daily, most now and then. What is
added up is made by the product's own rebuilding, of visits; to that come stampings by nine clerks,
and rewards, as they would have been counted. It is asked for as people look at it: by each button
of the dashboard (today, a week, a month, a quarter, a year), a calendar month, and the longest
range there is, half a year ago; at all stores and at one.
"""

import random
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from bench.driver import Connection
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation, make_api_key, send_load
from bench.load import Task
from loyalnest import insights
from loyalnest.insights import keeping
from loyalnest.kernel import clock
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import visits

_RATE = 20
_CHUNK, _BITE = 50_000, 1_000
_YEARS = timedelta(days=730)
_BUTTONS = (1, 7, 30, 90, 365)
_LONGEST, _AGO = timedelta(days=399), timedelta(days=180)
_CLERKS = 9
_VISITS_EACH = 25
# Each visit was stamped by one of some clerks, and each tenth brought a reward.
_AT_THE_COUNTER = """
INSERT INTO counted_facts (merchant_id, kind, id, store_id, day, hour, clerk, stamps, undone, cost)
SELECT f.merchant_id, k.kind, gen_random_uuid(), f.store_id, f.day, -1,
       'clk_' || lpad((hashtext(f.id::text) & 255) % $2 || '', 32, '0'), 1, 0,
       CASE k.kind WHEN 'used' THEN 1.20 ELSE 0 END
FROM counted_facts f
CROSS JOIN (VALUES ('stamping', 1), ('used', 10)) AS k (kind, share)
WHERE f.merchant_id = $1
  AND f.kind = 'visit'
  AND (hashtext(f.id::text) & 65535) % k.share = 0
"""


async def measure(run: Run) -> Measured:
    """Figures of all stores and of one, in turn."""
    many = run.count(1_000_000, 20_000)
    seconds, warm_up_s = run.take(60, 4), run.take(15, 1)
    async with installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        stores = (store.store_id, new_id(), new_id())
        people = [new_id() for _ in range(many // _VISITS_EACH)]
        owner = await place.as_owner()
        await _fill(owner, store.merchant_id, stores, people, many)
        rebuilt_s = await _add_up(place, store.merchant_id, people)
        await owner.execute(_AT_THE_COUNTER, store.merchant_id, _CLERKS)
        await owner.execute("DELETE FROM shop_figures")
        await owner.execute(keeping.REBUILD[-1], store.merchant_id)
        await owner.execute("VACUUM ANALYZE shop_figures, shop_arrivals, rhythms")
        await owner.close()
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
        f"{many:,} visits of {len(people):,} guests, {_RATE} questions/s for 1 to 400 days: "
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


async def _add_up(place: Installation, merchant_id: UUID, people: list[UUID]) -> float:
    begun = time.perf_counter()
    async with place.database.tenant(merchant_id) as session:
        await insights.rebuild(session, merchant_id)
    rebuilt_s = time.perf_counter() - begun
    for begin in range(0, len(people), _BITE):
        who = [(merchant_id, it) for it in people[begin : begin + _BITE]]
        async with place.database.tenant(merchant_id) as session:
            await visits.reckon_many(session, who, now=clock.now())
    return rebuilt_s


def _ranges() -> list[tuple[date, date]]:
    today = clock.now().date()
    last_month = today.replace(day=1) - timedelta(days=1)
    return [
        *((today - timedelta(days=span - 1), today) for span in _BUTTONS),
        (last_month.replace(day=1), last_month),
        (today - _AGO - _LONGEST, today - _AGO),
    ]


def _request(key: str, store_id: UUID, number: int) -> str:
    ranges = _ranges()
    first, last = ranges[number % len(ranges)]
    asked = {"from": str(first), "to": str(last)}
    if number // len(ranges) % 2:
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
