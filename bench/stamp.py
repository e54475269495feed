"""stamp: milliseconds of a stamping by API, 99th percentile at 200 requests a second."""

import json
from datetime import timedelta

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, Store, installation, make_api_key, send_load
from bench.load import Task
from loyalnest import customers, stamps
from loyalnest.entrypoints import wiring
from loyalnest.kernel import clock, relay
from loyalnest.kernel.ids import to_wire

_RATE = 200
_GUESTS = 500


async def measure(run: Run) -> Measured:
    """Latency counts from the instant a request should have left."""
    seconds, warm_up_s = run.take(60, 5), run.take(15, 1)
    count = int(_RATE * (seconds + warm_up_s) * 1.05)
    async with installation(run.folder) as place:
        store, cards = await _open_cafe(place)
        await _have_been_open(place, store, cards)
        key = make_api_key(place, "shop-0")
        with place.program("serve"), place.program("worker"):
            await place.wait_until_ready()
            task = Task(
                port=place.settings.port,
                seconds=seconds,
                warm_up_s=warm_up_s,
                rate=_RATE,
                connections=32,
                requests=[
                    _request(key, to_wire(stamps.CARD, cards[n % len(cards)]), n)
                    for n in range(count)
                ],
            )
            outcome = await send_load(task)
    note = (
        f"p50 {outcome.p50_ms:.1f} ms, worst {outcome.worst_ms:.1f} ms, {outcome.answered} stamps"
    )
    # Times come in whole milliseconds: what is told as 10.0 is not below it.
    failed = outcome.refused > 0 or round(outcome.p50_ms, 1) >= 10
    return Measured(outcome.p99_ms, note=note, failed=failed)


async def _open_cafe(place: Installation) -> tuple[Store, list[stamps.CardId]]:
    """A card each for so many guests, with a coffee on the way to ten."""
    (store,) = await place.open_merchants(1)
    now = clock.now()
    contacts = [
        customers.Contact(merchant_id=store.merchant_id, email=f"guest.{number}@example.com")
        for number in range(_GUESTS)
    ]
    coffee = stamps.Stage(key="coffee", count=5, name="Coffee")
    terms = stamps.CardTerms(
        name="Coffee card", stages=(coffee, stamps.Stage(key="cake", count=10, name="Cake"))
    )
    async with place.database.tenant(store.merchant_id) as session:
        guests = await customers.identify_many(session, contacts, now=now)
        program = await stamps.create(
            session, terms, state=stamps.ProgramState.ACTIVE, actor="bench", now=now
        )
        openings = [
            stamps.Opening(customer_id=guest, program_id=program.id) for guest in guests if guest
        ]
        states = await stamps.open_cards(session, openings, now=now)
    return store, [it.card.id for it in states]


async def _have_been_open(place: Installation, store: Store, cards: list[stamps.CardId]) -> None:
    """Two weeks of stamps, so that the database knows what its tables are like."""
    today = clock.now()
    for days_ago in range(14, 0, -2):
        then = today - timedelta(days=days_ago)
        asked = [
            stamps.Stamping(
                card_id=card_id,
                count=1,
                kind=stamps.StampKind.VISIT,
                occurred_at=then,
                key=f"{days_ago}:{card_id}",
                request_hash=b"",
                actor="bench",
            )
            for card_id in cards
        ]
        async with place.database.tenant(store.merchant_id) as session:
            await stamps.stamp_many(session, asked, now=then)
    await relay.settle(place.database, wiring.work(place.settings).subscribers)
    owner = await place.as_owner()
    await owner.execute("VACUUM ANALYZE")
    await owner.close()


def _request(key: str, card_id: str, number: int) -> str:
    body = json.dumps({"card_id": card_id})
    return (
        "POST /v1/api/stamps HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n"
        f"Idempotency-Key: bench-{number}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


FIGURE = Figure(
    name="stamp",
    unit="ms at p99",
    goal=Goal("below 10 ms at p50 and 40 ms at p99", below=40),
    measure=measure,
)
