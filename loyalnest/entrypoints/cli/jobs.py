"""`loyalnest jobs …`: work for later that failed for good."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loyalnest.entrypoints.cli.acting import act
from loyalnest.kernel import jobs
from loyalnest.kernel.database import Database

commands = typer.Typer(help="Jobs that failed for good.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """Jobs that failed for good."""


@commands.command()
def held(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many to list at most.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """List the jobs that failed for good and wait for somebody to look, oldest first."""

    async def look(database: Database) -> list[jobs.HeldJob]:
        async with database.platform() as session:
            return await jobs.held_jobs(session, limit=limit)

    found = act(look)
    if as_json:
        typer.echo(json.dumps([_as_json(job) for job in found], indent=2))
    elif found:
        _show(found, Console())
    else:
        typer.echo("No job is held.")


@commands.command()
def retry(
    job_ids: Annotated[list[int], typer.Argument(metavar="id…", help="As `held` lists them.")],
) -> None:
    """Queue held jobs again, with all of their attempts before them."""

    async def queue_again(database: Database) -> None:
        async with database.platform() as session:
            await jobs.retry_held(session, job_ids)

    act(queue_again)
    typer.echo("Queued again.")


def _as_json(job: jobs.HeldJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "attempts": job.attempts,
        "failed_at": job.failed_at.isoformat(),
        "reason": job.reason,
    }


def _show(found: list[jobs.HeldJob], console: Console) -> None:
    table = Table("id", "job", "attempts", "failed at", "reason", box=None, pad_edge=False)
    for job in found:
        failed_at = f"{job.failed_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(job.id), job.name, str(job.attempts), failed_at, escape(job.reason or ""))
    console.print(table)
