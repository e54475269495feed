"""intake: deliveries a second that are verified, parsed and on disk before their 200.

Both sides are loaded the same way, in turns, with as much as they take.
"""

import statistics
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

from bench.bare_intake import TABLE
from bench.figure import Figure, Goal, Measured, Run
from bench.installation import (
    ROOT,
    Installation,
    ended,
    free_port,
    installation,
    send_load,
    wait_for_port,
)
from bench.load import Task
from bench.machine import Meter, per_order

_ROUNDS = 3


async def measure(run: Run) -> Measured:
    """Median of the rounds, product and bare application in turns."""
    async with installation(run.folder) as place:
        await place.open_merchants(500)
        owner = await place.as_owner()
        await owner.execute(TABLE)
        ours: list[float] = []
        bare: list[float] = []
        notes: list[str] = []
        for number in range(run.count(_ROUNDS, 1)):
            rate, note = await _ours(place, run, number)
            ours.append(rate)
            notes.append(note)
            bare.append(await bare_rate(place, run, number))
            await owner.execute("TRUNCATE bare_deliveries, inbox, deliveries CASCADE")
            await owner.execute("CHECKPOINT")
        await owner.close()
    return Measured(statistics.median(ours), statistics.median(bare), note=notes[-1])


async def _ours(place: Installation, run: Run, number: int) -> tuple[float, str]:
    with place.program("serve") as server:
        await place.wait_until_ready()
        meter = Meter({"server": server.pid, "postgres": place.postgres_pid})
        meter.start()
        outcome = await send_load(_task(place.settings.port, run, number))
        spent = meter.read_s()
    answered = int(outcome.answered * (1 + _warm_up(run) / outcome.seconds))
    if outcome.refused:
        raise RuntimeError(f"{outcome.refused} deliveries were refused")
    return outcome.per_second, per_order(spent, answered)


async def bare_rate(place: Installation, run: Run, number: int) -> float:
    """Deliveries a second that the bare application takes in; its table has to be there."""
    with _bare_application(place) as port:
        outcome = await send_load(_task(port, run, number))
    if outcome.refused:
        raise RuntimeError(f"{outcome.refused} deliveries were refused by the bare application")
    return outcome.per_second


@contextmanager
def _bare_application(place: Installation) -> Generator[int]:
    port = free_port()
    command = [sys.executable, "-m", "bench.bare_intake", str(port), place.server.owner_url]
    with ended(subprocess.Popen(command, cwd=ROOT)):
        wait_for_port(port)
        yield port


def _warm_up(run: Run) -> float:
    return run.take(3, 1)


def _task(port: int, run: Run, number: int) -> Task:
    seconds = run.take(15, 3)
    count = int(20_000 * (seconds + _warm_up(run)))
    return Task(
        port=port,
        seconds=seconds,
        warm_up_s=_warm_up(run),
        first=number * count,
        count=count,
    )


FIGURE = Figure(
    name="intake",
    unit="deliveries/s",
    goal=Goal("at least 0.6 of the bare application", at_least_ratio=0.6),
    measure=measure,
)
