"""What the two programs of an installation share: where they log, and the loop they run on."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

LogFile = Annotated[
    Path | None,
    typer.Option(
        help="Write the log here, 60 MB at most with what is older; else to standard error."
    ),
]


def run(program: Coroutine[Any, Any, None]) -> None:
    """Run a program until it ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(program)
