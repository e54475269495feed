"""Processes of this machine, told apart for certain: a pid alone may meanwhile be a stranger's.

A process is named by its pid *and* the instant it began, and signals go through a pidfd, so that
nothing that merely inherited a number is ever ended.
"""

import ctypes
import errno
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1

LAUNCHER = Path(__file__).parent / "embedded" / "launch.py"
"""Starts a program that ends with its parent; see its own docstring for the arguments."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process of this boot: its pid and its start in clock ticks since the machine came up."""

    pid: int
    started: int

    @classmethod
    def find(cls, pid: int) -> "Process | None":
        """The process that has this pid now; None when there is none or only its remains."""
        fields = _stat(pid)
        if fields is None or fields[0] in "ZX":
            return None
        return cls(pid, int(fields[19]))

    @property
    def alive(self) -> bool:
        return Process.find(self.pid) == self

    @property
    def owner(self) -> int | None:
        """The uid it runs under; None once it has ended."""
        try:
            return Path(f"/proc/{self.pid}").stat().st_uid
        except OSError:
            return None

    @property
    def session(self) -> int | None:
        """The pid of its session's leader, which may itself have ended."""
        fields = _stat(self.pid)
        return int(fields[3]) if fields else None

    @property
    def arguments(self) -> list[str]:
        return [os.fsdecode(part) for part in _read(self.pid, "cmdline").split(b"\0") if part]

    @property
    def program(self) -> Path | None:
        """The file it runs; None when it has ended or may not be asked."""
        try:
            return Path(os.readlink(f"/proc/{self.pid}/exe").removesuffix(" (deleted)"))
        except OSError:
            return None

    @property
    def folder(self) -> Path | None:
        """Its working folder; None when it has ended or may not be asked."""
        try:
            return Path(os.readlink(f"/proc/{self.pid}/cwd"))
        except OSError:
            return None

    def variable(self, name: str) -> str | None:
        """A variable of the environment it was started with; None where that can't be read."""
        prefix = os.fsencode(name) + b"="
        for entry in _read(self.pid, "environ").split(b"\0"):
            if entry.startswith(prefix):
                return os.fsdecode(entry[len(prefix) :])
        return None


def this_boot() -> str:
    """Names this run of the machine; pids and starts mean nothing beyond it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def launching(command: Sequence[str], *, told: signal.Signals) -> list[str]:
    """The command line that starts `command` in a session of its own, ending with its parent.

    The parent is the caller's thread; when it ends in any way, `command` is sent `told`.
    """
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER)]
    return [*launcher, str(os.getpid()), told.name, str(os.geteuid()), "--", *command]


def end_with_parent(told: signal.Signals) -> None:
    """From here on, have the kernel send us `told` when our parent ends in any way."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(told), 0, 0, 0)
    if os.getppid() != parent:
        signal.raise_signal(told)


def everyone() -> Iterator[Process]:
    """All processes that can be seen from here."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (process := Process.find(int(entry.name))):
            yield process


def end(processes: Iterable[Process], signals: Sequence[tuple[signal.Signals, float]]) -> None:
    """End processes with one signal after another, each given its time in seconds.

    A process that has ended already, or whose number went to another, is left alone.
    """
    handles = {process: handle for process in processes if (handle := _open(process)) is not None}
    try:
        for number, patience_s in signals:
            for handle in handles.values():
                _send(handle, number)
            _wait(handles, patience_s)
    finally:
        for handle in handles.values():
            os.close(handle)


def _open(process: Process) -> int | None:
    try:
        handle = os.pidfd_open(process.pid)
    except OSError:
        return None
    # The number is pinned from here on: whoever has it now keeps it until the handle is closed.
    if process.alive:
        return handle
    os.close(handle)
    return None


def _send(handle: int, number: signal.Signals) -> None:
    try:
        signal.pidfd_send_signal(handle, number)
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise


def _wait(handles: dict[Process, int], patience_s: float) -> None:
    """Wait until all have ended or patience runs out; drops those that have ended."""
    until = time.monotonic() + patience_s
    while handles:
        poll = select.poll()
        for handle in handles.values():
            poll.register(handle, select.POLLIN)
        ended = {handle for handle, _ in poll.poll(max(0.0, until - time.monotonic()) * 1000)}
        for process, handle in list(handles.items()):
            if handle in ended:
                os.close(handles.pop(process))
        if not ended and time.monotonic() >= until:
            return


def _stat(pid: int) -> list[str] | None:
    # The name in parentheses may itself hold parentheses and spaces: cut at the last one.
    _, _, rest = _read(pid, "stat").rpartition(b") ")
    return rest.decode().split() or None


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""
