"""Installations of their own, each in a fresh folder, in processes that can be killed."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from loyalnest.kernel import processes
from loyalnest.kernel.embedded import Server, program
from loyalnest.kernel.processes import Process

_USER = """
import sys
from pathlib import Path
from loyalnest.kernel import embedded
with embedded.attached(Path(sys.argv[1])):
    print("attached", flush=True)
    sys.stdin.read()
"""


@dataclass
class User:
    """Another process that uses a database until it is told to stop."""

    data_dir: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _USER, str(self.data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "LOYALNEST_DATA_DIR": str(self.data_dir)},
        )

    def wait_until_attached(self) -> "User":
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], 180)[0]
        assert self.process.stdout.readline() == b"attached\n"
        return self

    def leave(self) -> None:
        with self.process:
            pass

    def kill(self) -> None:
        self.process.kill()
        self.leave()


@pytest.fixture
def use(tmp_path: Path) -> Iterator[Callable[[Path], User]]:
    users: list[User] = []

    def start(data_dir: Path) -> User:
        users.append(User(data_dir))
        return users[-1]

    yield start
    for user in users:
        user.kill()


def ask(url: str, query: str) -> str:
    """The answer to one query over a connection of its own."""

    command = [program("psql"), "--no-psqlrc", "-qAtc", query, url]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def postmaster_of(server: Server) -> Process:
    note = (server.layout.cluster / "postmaster.pid").read_text()
    process = Process.find(int(note.splitlines()[0]))
    assert process is not None
    return process


def of_installation(data_dir: Path) -> list[Process]:
    """Every process that carries the data folder in its environment or its arguments."""
    return [
        process
        for process in processes.everyone()
        if process.pid != os.getpid()
        and (
            process.variable("LOYALNEST_DATA_DIR") == str(data_dir)
            or str(data_dir) in " ".join(process.arguments)
        )
    ]


def kill(*victims: Process) -> None:
    processes.end(victims, [(signal.SIGKILL, 10)])
