"""Somebody who types commands where the installation is."""

import asyncio
import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from loyalnest.entrypoints.cli import main
from loyalnest.kernel import crypto
from loyalnest.kernel import database as db

# Each command is a process of its own, with its own arguments and environment; but the program, as
# far as `keys` needs it, is read once for them, which takes longer than what most of them do.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["loyalnest.entrypoints.cli.keys"])


@dataclass
class Said:
    status: int
    out: str
    err: str


@dataclass
class Terminal:
    """Somebody who types commands where the installation is."""

    database: db.Database
    data_dir: Path

    async def runs(self, *command: str) -> Said:
        url = self.database.engine.url.render_as_string(hide_password=False)
        environment = {
            **os.environ,
            "LOYALNEST_DATA_DIR": str(self.data_dir),
            "LOYALNEST_DATABASE_URL": url,
            "COLUMNS": "160",
        }
        out, err = self.data_dir / "said.out", self.data_dir / "said.err"
        process = _processes.Process(target=_run, args=(command, environment, out, err))
        process.start()
        await asyncio.to_thread(process.join)
        return Said(process.exitcode or 0, out.read_text(), err.read_text())


def _run(command: tuple[str, ...], environment: dict[str, str], out: Path, err: Path) -> None:
    """The command, in a process that was forked for it."""
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream.fileno())
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["loyalnest", *command]
    main()


@pytest.fixture
async def terminal(database: db.Database, ring: crypto.KeyRing, tmp_path: Path) -> Terminal:
    crypto.save_ring(ring, tmp_path / "keys.json")
    return Terminal(database, tmp_path)
