"""`loyalnest demo`: what became of the history that came in with the first start."""

import asyncio

import typer

from loyalnest.entrypoints import demo as demo_merchant
from loyalnest.entrypoints import rehearsal
from loyalnest.entrypoints.cli.acting import act
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database

_LOOK_EVERY_S = 0.5


def demo() -> None:
    """Sum up the demo's orders and points, once all that came in is applied."""

    async def sum_up(database: Database) -> str:
        # The worker that applies it is another process.
        while not await demo_merchant.is_settled(database):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_EVERY_S)
        laid = await rehearsal.lay(database, now=clock.now())
        summary = await demo_merchant.sum_up(database, now=clock.now())
        return f"{summary}\n{rehearsal.told(laid)}" if laid else summary

    typer.echo(act(sum_up))
