"""verify-1m: seconds that `loyalnest ledger verify` takes over a million entries."""

import subprocess
import sys
import time

from bench.figure import Figure, Goal, Measured, Run
from bench.history import write_history
from bench.installation import ROOT, Installation, installation


async def measure(run: Run) -> Measured:
    """The whole command as an operator runs it, its start included; best of three runs."""
    async with installation(run.folder) as place:
        template, *copies = await place.open_merchants(50)
        entries = await write_history(place, template, copies, run.count(1_000_000, 20_000))
        seconds = [_verify(place) for _ in range(run.count(3, 1))]
    return Measured(min(seconds), note=f"{entries:,} entries of 50 merchants")


def _verify(place: Installation) -> float:
    started = time.perf_counter()
    command = [sys.executable, "-m", "loyalnest.entrypoints.cli", "ledger", "verify", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=place.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the books don't balance: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - started


FIGURE = Figure(
    name="verify-1m",
    unit="s",
    goal=Goal("below 10 s", below=10),
    measure=measure,
)
