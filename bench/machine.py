"""The machine that is measured on, and where its processors' time goes."""

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def hardware() -> str:
    """Processor, how many, memory, system: as one line."""
    pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    memory_gib = pages * page_bytes / 2**30
    return f"{os.cpu_count()} x {_processor()}, {memory_gib:.0f} GiB, {platform.system()}"


def commit() -> str:
    """The commit that is measured, with a plus where files differ from it."""
    folder = Path(__file__).parent
    try:
        head = _git(folder, "rev-parse", "--short=12", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", "loyalnest")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head + ("+" if changed else "")


def memory_mib(pid: int) -> float:
    """The memory a process occupies now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


@dataclass(slots=True)
class Meter:
    """Processor seconds of process trees between two instants, and what was stolen from us."""

    trees: Mapping[str, int]
    """A name for each root process."""
    _start: dict[str, float] = field(default_factory=dict[str, float])

    def start(self) -> None:
        """Begin to count."""
        self._start = self._read()

    def read_s(self) -> dict[str, float]:
        """Seconds since the start, by name; `stolen` is what the host took from the machine."""
        now = self._read()
        return {name: now[name] - self._start[name] for name in now}

    def _read(self) -> dict[str, float]:
        used = {name: _tree_s(pid) for name, pid in self.trees.items()}
        stat = Path("/proc/stat").read_text().split("\n", 1)[0].split()
        return {**used, "stolen": int(stat[8]) / _TICKS_PER_S}


def per_order(seconds: Mapping[str, float], orders: int) -> str:
    """Where the time went, in microseconds of processor for each order."""
    parts = [f"{name} {spent / max(orders, 1) * 1e6:.0f}" for name, spent in seconds.items()]
    return "CPU us/order: " + ", ".join(parts)


def _tree_s(root: int) -> float:
    """What a process and its children used; a child that has ended is in its parent's sum."""
    total = _spent_s(root)
    for child in _children(root):
        total += _tree_s(child)
    return total


def _spent_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(int(value) for value in fields[11:15]) / _TICKS_PER_S


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(c) for task in tasks for c in (task / "children").read_text().split()]
    except OSError:
        return []


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder.parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
