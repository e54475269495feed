"""Somebody who types commands where the installation is."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from loyalnest.kernel import crypto
from loyalnest.kernel import database as db


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
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "loyalnest.entrypoints.cli",
            *command,
            env={
                **os.environ,
                "LOYALNEST_DATA_DIR": str(self.data_dir),
                "LOYALNEST_DATABASE_URL": self.database.engine.url.render_as_string(
                    hide_password=False
                ),
                "COLUMNS": "160",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return Said(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
async def terminal(database: db.Database, ring: crypto.KeyRing, tmp_path: Path) -> Terminal:
    crypto.save_ring(ring, tmp_path / "keys.json")
    return Terminal(database, tmp_path)
