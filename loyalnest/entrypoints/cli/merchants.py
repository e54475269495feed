"""`loyalnest merchants …`: the tenants of this installation."""

from typing import Annotated

import typer

from loyalnest import merchants, platform, referrals, staff
from loyalnest.entrypoints.cli.acting import ACTOR, act
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Author, sign

commands = typer.Typer(help="The merchants of this installation.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """The merchants of this installation."""


@commands.command()
def create(
    handle: Annotated[str, typer.Argument(help="Short name in commands: a-z, 0-9 and hyphens.")],
    name: Annotated[str | None, typer.Option(help="What people call it; else the handle.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code.")] = "USD",
    time_zone: Annotated[str, typer.Option(help="Ends its days, such as Europe/London.")] = "UTC",
    shop: Annotated[
        list[str] | None, typer.Option(help="Domain of its Shopify shop; may be repeated.")
    ] = None,
    owner_email: Annotated[str | None, typer.Option(help="Who may sign in as its owner.")] = None,
    referred_by: Annotated[
        str | None, typer.Option(help="Handle of the merchant that brought it.")
    ] = None,
) -> None:
    """Open a merchant; prints the owner's made-up password where an owner is named."""

    async def open_merchant(database: Database) -> platform.Opened:
        now = clock.now()
        async with database.platform() as session:
            sign(session, Author(ACTOR))
            opened = await platform.open_merchant(
                session,
                handle=handle,
                name=name or handle,
                currency=currency,
                time_zone=time_zone,
                owner_email=owner_email,
                now=now,
                actor=ACTOR,
            )
            for domain in shop or ():
                await merchants.add_store(
                    session,
                    merchant_id=opened.merchant.id,
                    provider="shopify",
                    domain=domain,
                    name=domain,
                    now=now,
                )
            if referred_by is not None:
                await referrals.join(
                    session, handle=referred_by, referred_id=opened.merchant.id, now=now
                )
            return opened

    opened = act(open_merchant)
    typer.echo(f"Opened merchant {opened.merchant.handle}.")
    if opened.owner_password:
        typer.echo(f"{owner_email} signs in with {opened.owner_password}")


@commands.command("allow-anywhere")
def allow_anywhere(
    handle: Annotated[str, typer.Argument(help="Handle of the merchant.")],
) -> None:
    """Let a merchant's staff sign in from anywhere again, where its owner shut everybody out."""

    async def open_up(database: Database) -> None:
        async with database.platform() as session:
            found = await merchants.get_by_handle(session, handle)
        async with database.tenant(found.id) as session:
            sign(session, Author(ACTOR))
            await staff.allow_anywhere(session, now=clock.now())

    act(open_up)
    typer.echo(f"The staff of {handle} may sign in from anywhere.")
