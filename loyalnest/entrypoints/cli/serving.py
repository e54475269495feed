"""`loyalnest serve`: the web server."""

from typing import Annotated

import typer

from loyalnest.entrypoints import doors, http
from loyalnest.entrypoints.cli.acting import open_database
from loyalnest.entrypoints.cli.programs import LogFile, run
from loyalnest.entrypoints.cli.running import running_database, settings_here
from loyalnest.entrypoints.roles import Role, roles_of
from loyalnest.kernel import logs
from loyalnest.kernel.settings import Settings


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
        run(_serve(connected, chosen))


async def _serve(settings: Settings, roles: frozenset[Role]) -> None:
    async with open_database(settings) as database:
        await http.serve(database, settings, doors.parts(database, settings, roles))
