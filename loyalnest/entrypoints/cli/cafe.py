"""`loyalnest cafe`: the past of the demo's café."""

import typer

from loyalnest.entrypoints import cafe as cafe_merchant
from loyalnest.entrypoints.cli.acting import act
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database


def cafe() -> None:
    """Let the demo café's guests come in, half a year of them; once."""

    async def tell(database: Database) -> int:
        return await cafe_merchant.tell(database, now=clock.now())

    if given := act(tell):
        typer.echo(f"The café's guests are in: {given:,} stamps in half a year.")
