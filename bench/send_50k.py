"""send-50k: messages a second, from the start of a journey to the last one handed over.

50,000 mails that want something, each in its recipient's language: asked for, judged, rendered and
handed over by one worker, a call each, to a provider that is a process of its own and sets no pace.
The clock starts before the first is asked for.
"""

import asyncio
import time

from bench import sending
from bench.driver import Connection
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import installation
from loyalnest.messaging import Provider

_PEOPLE = 50_000
_FIRST = 100
_UNTHROTTLED = 10_000.0
_AT_MOST_S = 600


async def measure_by(run: Run, provider: Provider) -> Measured:
    """The same by one provider or another."""
    wanted = run.count(_PEOPLE, 5_000)
    async with asyncio.timeout(_AT_MOST_S), installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        people = await sending.enrol(place, store, wanted + _FIRST)
        owner = await place.as_owner()
        await owner.execute("VACUUM ANALYZE")
        with sending.a_provider() as provided, sending.a_worker(place):
            await sending.set_up(
                place.database, store, provided.url, provider, rate_per_s=_UNTHROTTLED
            )
            await sending.ask(place.database, store, people[wanted:])
            await _all_gone(owner)  # the worker is up, and knows its way
            began_s = time.monotonic()
            await sending.ask(place.database, store, people[:wanted])
            asked_s = time.monotonic() - began_s
            await _all_gone(owner)
            written_s = time.monotonic() - began_s
            seen = provided.seen()
        await owner.close()
    ended_s = max(came for _, came, _ in seen.calls) - began_s
    note = (
        f"{wanted:,} recipients in {ended_s:.1f} s, {len(seen.calls):,} calls; asked for"
        f" within {asked_s:.1f} s, all written down within {written_s:.1f} s"
    )
    right = seen.letters == seen.different == wanted + _FIRST
    return Measured(wanted / ended_s, note=note, failed=not right)


async def _all_gone(owner: Connection) -> None:
    query = "SELECT count(*) FROM message_queue"
    while await owner.fetchval(query):  # noqa: ASYNC110 (it happens in other processes)
        await asyncio.sleep(0.1)


async def measure(run: Run) -> Measured:
    """A call for each."""
    return await measure_by(run, sending.ONE_EACH)


FIGURE = Figure(
    name="send-50k",
    unit="messages/s",
    goal=Goal("at least 400 a second, a call each", at_least=400),
    measure=measure,
)
