"""Keeps an installation's processes running, and ends those that a crash left behind."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from loyalnest.kernel import processes
from loyalnest.kernel.errors import Conflict
from loyalnest.kernel.processes import Process

_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_SETTLED_S = 60.0
"""A process that ran this long is taken to be well: the next pause is the first again."""
_STOP_PATIENCE_S = 25.0
"""Longer than web and worker give to what they have begun."""
_LEFTOVERS = ((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0))

Say = Callable[[str], None]


class AlreadyRunning(Conflict):
    """LoyalNest already runs on this data folder."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program of the installation: what to run, and whether it has an end of its own."""

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict[str, str])
    once: bool = False
    """Ends by itself when its work is done; the others are started again whenever they end."""


@dataclass(slots=True)
class Register:
    """Which processes were started for this installation, in a file for the next start to read."""

    path: Path
    data_dir: Path
    pids: list[int] = field(default_factory=list[int])

    def add(self, pid: int) -> None:
        """Remember a process by the session that it leads."""
        self.pids.append(pid)
        self._write()

    def discard(self, pid: int) -> None:
        """Forget a process that has ended."""
        self.pids.remove(pid)
        self._write()

    def end_leftovers(self) -> list[Process]:
        """End what is left of the processes that an earlier start remembered here.

        Known by the session they were given and by the data folder in their environment: a number
        that went to somebody else, or was given in another run of the machine, is left alone.
        """
        try:
            note = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return []
        if note["boot"] != processes.this_boot():
            return []
        left = [
            process
            for process in processes.everyone()
            if process.session in note["sessions"]
            and process.variable("LOYALNEST_DATA_DIR") == str(self.data_dir)
        ]
        processes.end(left, _LEFTOVERS)
        return left

    def _write(self) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps({"boot": processes.this_boot(), "sessions": self.pids}))
        draft.replace(self.path)


async def keep(program: Program, register: Register, stop: asyncio.Event, say: Say) -> None:
    """Run a program until told to stop, starting it again with growing pauses when it ends."""
    pause_s = _FIRST_PAUSE_S
    while not stop.is_set():
        began = time.monotonic()
        status = await _run(program, register, stop)
        if stop.is_set() or (program.once and status == 0):
            return
        if time.monotonic() - began > _SETTLED_S:
            pause_s = _FIRST_PAUSE_S
        say(f"{program.name} ended ({_told(status)}); starting it again in {pause_s:g} s")
        await _sleep(pause_s, stop)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


async def _run(program: Program, register: Register, stop: asyncio.Event) -> int:
    """Run a program once; its exit status, negative for a signal."""
    process = await asyncio.create_subprocess_exec(
        *processes.launching(program.command, told=signal.SIGTERM),
        stdin=asyncio.subprocess.DEVNULL,
        # By this the next start knows what is left of this one.
        env={**os.environ, **program.environment, "LOYALNEST_DATA_DIR": str(register.data_dir)},
    )
    register.add(process.pid)
    ended = asyncio.ensure_future(process.wait())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        await _stop(process, ended)
    stopping.cancel()
    register.discard(process.pid)
    return await ended


async def _stop(process: asyncio.subprocess.Process, ended: asyncio.Future[int]) -> None:
    process.terminate()
    done, _ = await asyncio.wait({ended}, timeout=_STOP_PATIENCE_S)
    if not done:
        # It leads its own session and group: whatever it started goes with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await ended


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _told(status: int) -> str:
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
