"""`loyalnest insights …`: the dashboards' figures, made again from the facts."""

from typing import Annotated

import typer
from rich.console import Console

from loyalnest import insights, merchants
from loyalnest.entrypoints.cli.acting import act
from loyalnest.kernel.database import Database

commands = typer.Typer(help="The dashboards' figures.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """The dashboards' figures."""


@commands.command()
def rebuild(
    merchant: Annotated[
        str | None, typer.Option(help="Handle of the one merchant; all without it.")
    ] = None,
) -> None:
    """Add the figures of shops up again, from visits, stamps, cards and rewards.

    They show what they did before: this is for after a mistake in the program.
    """

    async def make(database: Database) -> int:
        async with database.platform() as session:
            if merchant is None:
                asked = await merchants.list_merchants(session)
            else:
                asked = [await merchants.get_by_handle(session, merchant)]
        for it in asked:
            async with database.tenant(it.id) as session:
                await insights.rebuild(session, it.id)
        return len(asked)

    Console().print(f"Made the figures of {act(make):,} merchants again.", highlight=False)
