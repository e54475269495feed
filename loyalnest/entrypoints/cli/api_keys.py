"""`loyalnest api-keys …`: how programs get in."""

from typing import Annotated

import typer

from loyalnest import merchants, staff
from loyalnest.entrypoints.cli.acting import ACTOR, act
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Author, sign

commands = typer.Typer(help="How programs get in.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """How programs get in."""


@commands.command()
def create(
    merchant: Annotated[str, typer.Option(help="Handle of the merchant it acts for.")],
    scope: Annotated[
        list[staff.Scope] | None, typer.Option(help="What it may do, repeated; all without it.")
    ] = None,
    name: Annotated[str, typer.Option(help="What it is for, to tell keys apart.")] = "cli",
) -> None:
    """Make an API key and print it, and nothing else: it can't be shown again."""

    async def make(database: Database) -> str:
        async with database.platform() as session:
            found = await merchants.get_by_handle(session, merchant)
        async with database.tenant(found.id) as session:
            sign(session, Author(ACTOR))
            _, secret = await staff.create_api_key(
                session,
                name=name,
                scopes=scope or list(staff.Scope),
                granted_by=[one.value for one in staff.Scope],
                actor=ACTOR,
                now=clock.now(),
            )
        return secret

    typer.echo(act(make))
