"""activity: milliseconds of a page of what happened among a million events, 95th percentile.

One merchant's log of two years in three stores, its kinds as unequal as a shop's: most of it orders
and points, some of it one in ten thousand. It is asked for as people look through it: everything,
by group and by kind, by store, by customer, by day, and page after page into the past.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from bench.driver import Connection
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import installation, make_api_key, send_load
from bench.load import Task
from loyalnest.kernel import clock
from loyalnest.kernel.http.pages import cursor_of
from loyalnest.kernel.ids import new_id, to_wire

_RATE = 20
_CHUNK = 50_000
_YEARS = timedelta(days=730)
# What happens in a shop, and how often. What names no store happens in none.
_IN_STORES = {"order.recorded": 300, "order.paid": 100, "points.earned": 290, "order.refunded": 20}
_ELSEWHERE = {
    "points.released": 150,
    "points.redeemed": 30,
    "points.expired": 20,
    "reward.redeemed": 30,
    "customer.created": 40,
    "segment.entered": 10,
    "tier.reached": 9,
    "points.adjusted": 0.9,
    "campaign.changed": 0.1,
}
_GROUPS = (
    ("points.earned", "points.redeemed", "points.released", "points.expired", "points.adjusted"),
    ("order.recorded", "order.paid", "order.refunded", "order.cancelled"),
    ("campaign.changed", "campaign.created", "program.changed"),
)


_Question = Sequence[tuple[str, str]]


async def measure(run: Run) -> Measured:
    """Pages of fifty, as the dashboard asks for them."""
    events = run.count(1_000_000, 20_000)
    seconds, warm_up_s = run.take(60, 4), run.take(15, 1)
    async with installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        # Two more, of which one has hardly sold anything.
        stores = (store.store_id, new_id(), new_id())
        people = [new_id() for _ in range(events // 20)]
        owner = await place.as_owner()
        await _fill(owner, store.merchant_id, stores, people, events)
        await owner.close()
        key = make_api_key(place, "shop-0")
        with place.program("serve"):
            await place.wait_until_ready()
            asked = _questions(stores, people, events, int(_RATE * (seconds + warm_up_s) * 1.05))
            task = Task(
                port=place.settings.port,
                seconds=seconds,
                warm_up_s=warm_up_s,
                rate=_RATE,
                connections=8,
                requests=[_request(key, question) for question in asked],
            )
            outcome = await send_load(task)
    note = (
        f"{events:,} events of one merchant, {_RATE} pages/s: p50 {outcome.p50_ms:.1f} ms, "
        f"p99 {outcome.p99_ms:.1f} ms, worst {outcome.worst_ms:.1f} ms"
    )
    return Measured(outcome.p95_ms, note=note, failed=outcome.refused > 0)


async def _fill(
    owner: Connection, merchant_id: UUID, stores: tuple[UUID, ...], people: list[UUID], count: int
) -> None:
    rows = _events(merchant_id, stores, people, count)
    columns = ["merchant_id", "position", "id", "type", "customer_id", "data"]
    columns += ["occurred_at", "recorded_at"]
    for _ in range(0, count, _CHUNK):
        some = [row for row, _ in zip(rows, range(_CHUNK), strict=False)]
        await owner.copy_records_to_table("events", records=some, columns=columns)
    await owner.execute("UPDATE event_head SET position = $1", count)
    await owner.execute("VACUUM ANALYZE events")


def _events(
    merchant_id: UUID, stores: tuple[UUID, ...], people: list[UUID], count: int
) -> Iterator[tuple[object, ...]]:
    chance = random.Random(5)
    kinds = _IN_STORES | _ELSEWHERE
    drawn = chance.choices(list(kinds), list(kinds.values()), k=count)
    begun = clock.now() - _YEARS
    for position, kind in enumerate(drawn, 1):
        at = begun + _YEARS * (position / count)
        data: dict[str, object] = {"amount": position % 90}
        if kind in _IN_STORES:
            data["store_id"] = chance.choices(stores, (700, 300, 0.1))[0]
        # A few people do most of the buying.
        customer = people[int(len(people) * chance.random() ** 3)]
        text = msgspec.json.encode(data).decode()
        yield (merchant_id, position, new_id(), kind, customer, text, at, at)


def _questions(
    stores: tuple[UUID, ...], people: list[UUID], events: int, count: int
) -> list[_Question]:
    chance = random.Random(11)
    now = clock.now()
    kinds = [*_IN_STORES, *_ELSEWHERE]
    asked: list[_Question] = []
    for number in range(count):
        at = now - _YEARS * chance.random()
        group = [("type", kind) for kind in chance.choice(_GROUPS)]
        store = ("store", to_wire("sto", chance.choice(stores)))
        customer = people[int(len(people) * chance.random() ** 3)]
        day = [("since", _wire(at)), ("until", _wire(at + timedelta(days=1)))]
        cursor = ("cursor", cursor_of(at.isoformat(), chance.randrange(1, events)))
        asked.append(
            (
                [],
                group,
                [("type", chance.choice(kinds))],
                [store],
                [store, *group],
                [("customer", to_wire("cus", customer))],
                day,
                [*day, *group],
                [cursor],
                [cursor, store],
            )[number % 10]
        )
    return asked


def _wire(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _request(key: str, question: _Question) -> str:
    return (
        f"GET /v1/api/activity?{urlencode([*question, ('limit', '50')])} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    )


FIGURE = Figure(
    name="activity",
    unit="ms at p95",
    goal=Goal("below 1 s", below=1_000),
    measure=measure,
)
