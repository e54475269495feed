"""redeem: milliseconds of a redemption by API, 99th percentile at 200 requests a second."""

from bench.figure import Figure, Goal, Measured, Run
from bench.installation import installation, make_api_key, send_load
from bench.load import Task
from bench.rewarded import COST, open_counter, wish

_RATE = 200
_CUSTOMERS = 500


async def measure(run: Run) -> Measured:
    """Latency counts from the instant a request should have left."""
    seconds, warm_up_s = run.take(60, 5), run.take(15, 1)
    count = int(_RATE * (seconds + warm_up_s) * 1.05)
    async with installation(run.folder) as place:
        points = COST * (count // _CUSTOMERS + 1)
        reward_id, people = await open_counter(place, _CUSTOMERS, points=points)
        key = make_api_key(place, "shop-0")
        with place.program("serve"), place.program("worker"):
            await place.wait_until_ready()
            task = Task(
                port=place.settings.port,
                seconds=seconds,
                warm_up_s=warm_up_s,
                rate=_RATE,
                connections=32,
                requests=[wish(key, reward_id, people[n % _CUSTOMERS], n) for n in range(count)],
            )
            outcome = await send_load(task)
    note = f"p50 {outcome.p50_ms:.1f} ms, worst {outcome.worst_ms:.1f} ms, {outcome.answered} codes"
    return Measured(outcome.p99_ms, note=note, failed=outcome.refused > 0)


FIGURE = Figure(
    name="redeem",
    unit="ms at p99",
    goal=Goal("below 40 ms", below=40),
    measure=measure,
)
