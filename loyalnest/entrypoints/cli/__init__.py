"""The command line: `loyalnest up`, and everything an operator does by hand.

Each file here holds one command or one group of them and is listed below. It is read when it is
asked for: most commands need a small part of the program, and none should wait for the rest.
"""

import importlib
import sys
from collections import UserDict
from typing import Any

import typer
from typer.core import TyperGroup

from loyalnest.kernel import memory
from loyalnest.kernel.errors import DomainError

_COMMANDS = {
    "up": "up.up",
    "serve": "serving.serve",
    "worker": "working.work",
    "replay": "replay.replay",
    "demo": "demo.demo",
    "cafe": "cafe.cafe",
    "db": "db.commands",
    "merchants": "merchants.commands",
    "staff": "staff.commands",
    "api-keys": "api_keys.commands",
    "keys": "keys.commands",
    "ledger": "ledger.commands",
    "jobs": "jobs.commands",
    "insights": "insights.commands",
}
"""In the order of the help: what each is called, in which file, and by which name there."""


class _Commands(UserDict[str, Any]):
    """The commands by their names; to look one up reads its file."""

    def __getitem__(self, name: str) -> Any:
        file, found_as = super().__getitem__(name).split(".")
        with memory.undisturbed():
            command = getattr(importlib.import_module(f"{__name__}.{file}"), found_as)
        alone = typer.Typer()
        if isinstance(command, typer.Typer):
            alone.add_typer(command, name=name)
        else:
            alone.command(name)(command)
        return typer.main.get_group(alone).commands[name]

    def get(self, name: str, default: Any = None) -> Any:
        # A mapping's own would take a KeyError of the file that is read for an unknown name.
        if name not in self:
            return default
        return self[name]


class _Group(TyperGroup):
    def __init__(self, **attributes: Any):
        super().__init__(**attributes)
        self.commands = _Commands(_COMMANDS)


app = typer.Typer(
    name="loyalnest",
    cls=_Group,
    help="A self-hosted loyalty platform: points, rewards and stamp cards on one ledger.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _group() -> None:
    """Its commands come by `_Group`; without this Typer would see none."""


def main() -> None:
    """Run a command; what can go wrong is said in a sentence, not in a traceback."""
    try:
        app()
    except DomainError as error:
        typer.secho(f"{error.code}: {error.detail}", err=True, fg="red")
        sys.exit(1)
