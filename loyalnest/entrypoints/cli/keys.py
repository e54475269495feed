"""`loyalnest keys …`: the keys that personal data is sealed with."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn

from loyalnest.entrypoints.cli.acting import act
from loyalnest.entrypoints.cli.running import settings_here
from loyalnest.entrypoints.wiring import INDEXES, SEALED
from loyalnest.kernel import clock, keys
from loyalnest.kernel.crypto import (
    dump_ring,
    with_coming_keys,
    with_newest_alone,
    with_newest_in_use,
)
from loyalnest.kernel.database import Database

commands = typer.Typer(help="The keys that personal data is sealed with.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """The keys that personal data is sealed with."""


@commands.command()
def rotate(
    grace_s: Annotated[
        float, typer.Option(help="Seconds to let running processes learn of the new keys.")
    ] = 2.0,
) -> None:
    """Replace every key by a new one, and seal and index everything anew; nothing has to stop.

    A rotation that was interrupted is taken up where it was.
    """
    console = Console(stderr=True)
    at_hand = keys.open_ring(settings_here())

    async def renew(database: Database) -> keys.Rotated:
        with _counting(console) as count:
            return await keys.rotate(
                database,
                at_hand,
                sealed=SEALED,
                indexes=INDEXES,
                now=clock.now(),
                grace_s=grace_s,
                progress=count,
            )

    done = act(renew)
    console.print(
        f"{sum(done.values.values())} values renewed; data key {done.data_id} and index key"
        f" {done.index_id} are the only ones in use now."
    )
    if not at_hand.replaceable:
        console.print("Set LOYALNEST_ENCRYPTION_KEYS to this, and restart every process:")
        typer.echo(dump_ring(with_newest_alone(at_hand())))


@commands.command()
def prepare() -> None:
    """Print the keys with new ones among them, where they come from the environment.

    Stop every process, set LOYALNEST_ENCRYPTION_KEYS to what this prints, start them again, and
    then rotate.
    """
    ring = keys.open_ring(settings_here())()
    typer.echo(dump_ring(with_newest_in_use(with_coming_keys(ring))))


@contextmanager
def _counting(console: Console) -> Generator[Callable[[str, int], None]]:
    """A line for everything that is renewed, with how much of it was."""
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed:.0f} renewed"))
    rows: dict[str, TaskID] = {}
    with Progress(*columns, console=console) as progress:

        def count(what: str, renewed: int) -> None:
            if what not in rows:
                rows[what] = progress.add_task(what, total=None)
            progress.advance(rows[what], renewed)

        yield count
