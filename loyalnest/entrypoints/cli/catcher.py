"""The catcher beside web server and worker: where the demo's mails go, and are seen."""

import sys
from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from loyalnest.entrypoints.cli.ports import address_at, free_above
from loyalnest.entrypoints.cli.supervision import Program
from loyalnest.kernel.settings import Settings

_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the catcher is."""

    port: int
    smtp_port: int

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        return address_at(self.port)


def is_there() -> bool:
    """Whether it came along: it is part of the repository and not of what is installed."""
    return (_ROOT / "catcher" / "__main__.py").exists() and find_spec("aiosmtpd") is not None


def place_for(settings: Settings, *, but: Collection[int]) -> Place:
    """Where the catcher can listen: as told, else at ports that are free and not spoken for."""
    port = settings.catcher_port or free_above(settings.port, but=but)
    smtp_port = settings.catcher_smtp_port or free_above(settings.port, but={*but, port})
    return Place(port, smtp_port)


def program_of(place: Place, *, log_file: Path | None) -> Program:
    """The catcher, to be kept running."""
    command = [sys.executable, "-m", "catcher"]
    command += ["--port", str(place.port), "--smtp-port", str(place.smtp_port)]
    if log_file is not None:
        command += ["--log-file", str(log_file)]
    return Program("catcher", command, {"PYTHONPATH": str(_ROOT)})
