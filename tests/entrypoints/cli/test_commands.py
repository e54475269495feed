"""A command reads the part of the program that it needs, and the help still knows them all."""

import importlib
import subprocess
import sys

import pytest
from rich.text import Text
from typer.testing import CliRunner

from loyalnest.entrypoints.cli import app

_READ = """
import sys
from loyalnest.entrypoints.cli import app
app([sys.argv[1], "--help"], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("command", "needs", "spared"),
    [
        ("db", "alembic", {"fastapi", "loyalnest.merchants"}),
        ("jobs", "pgqueuer", {"fastapi", "loyalnest.merchants"}),
        ("replay", "loyalnest.entrypoints.replay", {"fastapi", "loyalnest.merchants"}),
        ("ledger", "loyalnest.ledger", {"loyalnest.entrypoints.wiring", "loyalnest.stamps"}),
        ("up", "loyalnest.entrypoints.nest", {"loyalnest.entrypoints.wiring"}),
        ("worker", "loyalnest.entrypoints.wiring", {"loyalnest.entrypoints.doors"}),
    ],
)
def test_a_command_reads_no_more_than_it_needs(command: str, needs: str, spared: set[str]) -> None:
    reading = [sys.executable, "-c", _READ, command]
    done = subprocess.run(reading, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    read = set(done.stderr.split())
    assert needs in read
    assert read & {*spared, "uvicorn", "loyalnest.entrypoints.http"} == set()
    assert [it for it in read if it.startswith("loyalnest.") and it.endswith("routes")] == []


def test_the_help_tells_of_every_command_and_what_it_is_for() -> None:
    shown = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["--help"]).output
    told = Text.from_ansi(shown).plain  # in colours, where the environment asks for them

    assert "A self-hosted loyalty platform" in told
    assert "Start the database, the web server and the worker" in told
    assert "The keys that personal data is sealed with." in told
    assert told.index(" serve ") < told.index(" worker ") < told.index(" insights ")


def test_a_mistyped_command_is_told_what_was_meant() -> None:
    answer = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["ledgr"])

    assert answer.exit_code == 2
    assert "Did you mean 'ledger'?" in answer.output


def test_what_is_wrong_in_a_commands_file_is_not_told_as_a_mistyped_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(importlib, "import_module", broken)
    answer = CliRunner().invoke(app, ["ledger"])

    assert isinstance(answer.exception, KeyError)
