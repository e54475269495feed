"""`loyalnest db …`: the database's schema."""

import asyncio

import typer

from loyalnest.entrypoints.cli.running import migrate as bring_up_to_date
from loyalnest.entrypoints.cli.running import running_database, settings_here

commands = typer.Typer(help="The database's schema.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """The database's schema."""


@commands.command()
def migrate() -> None:
    """Make the roles that are missing and run every migration that has not run yet."""
    with running_database(settings_here()) as settings:
        asyncio.run(bring_up_to_date(settings))
