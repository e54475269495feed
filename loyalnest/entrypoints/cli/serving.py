"""`loyalnest serve` and `loyalnest worker`: the two programs of an installation."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from loyalnest.entrypoints import http, wiring, worker
from loyalnest.entrypoints.cli.acting import open_database
from loyalnest.entrypoints.cli.running import running_database, settings_here
from loyalnest.entrypoints.roles import Role, roles_of
from loyalnest.kernel import logs
from loyalnest.kernel.settings import Settings

LogFile = Annotated[
    Path | None,
    typer.Option(
        help="Write the log here, 60 MB at most with what is older; else to standard error."
    ),
]


def serve(
    roles: Annotated[
        str, typer.Option(help="Parts to serve, separated by commas or spaces; all without it.")
    ] = "",
    log_file: LogFile = None,
) -> None:
    """Answer requests and take in deliveries, until told to stop."""
    settings = settings_here()
    logs.configure(settings.log_level, file=log_file)
    chosen = roles_of(roles)
    with running_database(settings) as connected:
        _run(_serve(connected, chosen))


def work(log_file: LogFile = None) -> None:
    """Apply what came in and do what is due, until told to stop."""
    settings = settings_here()
    logs.configure(settings.log_level, file=log_file)
    with running_database(settings) as connected:
        _run(_work(connected))


async def _serve(settings: Settings, roles: frozenset[Role]) -> None:
    async with open_database(settings) as database:
        await http.serve(database, settings, wiring.parts(database, settings, roles))


async def _work(settings: Settings) -> None:
    async with open_database(settings, batch=True) as database:
        await worker.serve(database, wiring.work(settings))


def _run(program: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(program)
