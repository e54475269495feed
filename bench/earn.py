"""earn: milliseconds of a single earning by API, 99th percentile at 100 requests a second."""

import json

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import Installation, installation, make_api_key, send_load
from bench.load import Task
from loyalnest import customers
from loyalnest.kernel import clock
from loyalnest.kernel.ids import to_wire

_RATE = 100
_CUSTOMERS = 200


async def measure(run: Run) -> Measured:
    """Latency counts from the instant a request should have left."""
    seconds, warm_up_s = run.take(60, 5), run.take(15, 1)
    async with installation(run.folder) as place:
        people = await _customers(place)
        key = make_api_key(place, "shop-0")
        count = int(_RATE * (seconds + warm_up_s) * 1.05)
        requests = [_request(key, people[n % _CUSTOMERS], n) for n in range(count)]
        with place.program("serve"), place.program("worker"):
            await place.wait_until_ready()
            task = Task(
                port=place.settings.port,
                seconds=seconds,
                warm_up_s=warm_up_s,
                rate=_RATE,
                connections=16,
                requests=requests,
            )
            outcome = await send_load(task)
    note = (
        f"p50 {outcome.p50_ms:.1f} ms, worst {outcome.worst_ms:.1f} ms, {outcome.answered} answers"
    )
    return Measured(outcome.p99_ms, note=note, failed=outcome.refused > 0)


async def _customers(place: Installation) -> list[str]:
    (store,) = await place.open_merchants(1)
    contacts = [
        customers.Contact(merchant_id=store.merchant_id, email=f"earner.{number}@example.com")
        for number in range(_CUSTOMERS)
    ]
    async with place.database.tenant(store.merchant_id) as session:
        ids = await customers.identify_many(session, contacts, now=clock.now())
    return [to_wire("cus", id_) for id_ in ids if id_ is not None]


def _request(key: str, customer_id: str, number: int) -> str:
    body = json.dumps(
        {
            "customer_id": customer_id,
            "action_type": "purchase",
            "order_id": f"till-{number}",
            "amount": "12.50",
        }
    )
    return (
        "POST /v1/api/points/earn HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n"
        f"Idempotency-Key: bench-{number}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


FIGURE = Figure(
    name="earn",
    unit="ms at p99",
    goal=Goal("below 30 ms", below=30),
    measure=measure,
)
