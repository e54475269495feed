"""send-80: messages a second with a limit of 80 a second, while three workers would like to send.

The provider notes when each letter was sent and when it came. In no window of a second, wherever it
begins, may more than 80 have been sent.
"""

import asyncio
from contextlib import ExitStack

from bench import sending
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import installation

_RATE = 80
_WORKERS = 3
_AT_MOST_S = 300
_LEFT = "SELECT count(*) FROM message_queue"


async def measure(run: Run) -> Measured:
    """Letters of a minute, whoever sent them."""
    seconds = run.count(60, 5)
    wanted = _RATE * (seconds + 2)
    async with asyncio.timeout(_AT_MOST_S), installation(run.folder) as place:
        (store,) = await place.open_merchants(1)
        people = await sending.enrol(place, store, wanted)
        with ExitStack() as stack:
            provided = stack.enter_context(sending.a_provider())
            for _ in range(_WORKERS):
                stack.enter_context(sending.a_worker(place))
            await sending.set_up(
                place.database, store, provided.url, sending.ONE_EACH, rate_per_s=_RATE
            )
            await sending.ask(place.database, store, people)
            owner = await place.as_owner()
            while await owner.fetchval(_LEFT):  # noqa: ASYNC110 (it happens in other processes)
                await asyncio.sleep(0.2)
            await owner.close()
            seen = provided.seen()
    sent = sorted(at for at, _, _ in seen.calls)
    measured = [at for at in sent if at < sent[0] + seconds]
    rate = len(measured) / seconds
    most_sent, most_came = seen.most_in_a_second()
    note = (
        f"over {seconds} s, {_WORKERS} workers; at most {most_sent} in any window of a second as"
        f" they were sent, {most_came} as they came"
    )
    right = seen.letters == seen.different == wanted and most_sent <= _RATE
    return Measured(rate, limit=_RATE, note=note, failed=not right)


FIGURE = Figure(
    name="send-80",
    unit="messages/s",
    goal=Goal("79 to 80 a second, never more than 80 in a second", at_least=79),
    measure=measure,
)
