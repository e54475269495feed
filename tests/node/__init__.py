"""What others wrote for Node, to hold our work against: locked, and installed by the first test."""

import fcntl
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from web.build import Node, Project, install, with_node

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class _Beside(Project):
    @property
    def folder(self) -> Path:
        return FOLDER


@cache
def installed() -> Node:
    """Node, once the packages are in their folder; it takes a network the first time."""
    with (FOLDER / ".installing").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two at once would tread on each other's files
        node = with_node()
        install(node, _Beside("tests"))
    return node


def run(script: str, *words: str) -> str:
    """What one of the scripts in this folder writes. Raises CalledProcessError."""
    done = subprocess.run(
        ["node", str(FOLDER / script), *words],
        env=installed().environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
