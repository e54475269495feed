"""`loyalnest staff …`: the people who run a merchant's program."""

from typing import Annotated

import typer

from loyalnest import merchants, staff
from loyalnest.entrypoints.cli.acting import ACTOR, act
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Author, sign

commands = typer.Typer(help="The people who run a program.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """The people who run a program."""


@commands.command("set-password")
def set_password(
    email: Annotated[str, typer.Argument(help="Whose password.")],
    merchant: Annotated[str, typer.Option(help="Handle of the merchant they work for.")],
    password: Annotated[
        str | None,
        typer.Option(envvar="LOYALNEST_NEW_PASSWORD", help="The new one; else one is made up."),
    ] = None,
) -> None:
    """Give somebody a new password; whoever is signed in as them is signed out."""
    chosen = password or staff.made_up_password()

    async def change(database: Database) -> None:
        async with database.platform() as session:
            found = await merchants.get_by_handle(session, merchant)
        async with database.tenant(found.id) as session:
            sign(session, Author(ACTOR))
            member = await staff.find_member(session, email)
            if member is None:
                raise staff.MemberNotFound
            await staff.set_password(
                session, staff_id=member.id, password=chosen, actor=ACTOR, now=clock.now()
            )

    act(change)
    typer.echo(f"{email} signs in with {chosen}" if password is None else "The password is set.")
