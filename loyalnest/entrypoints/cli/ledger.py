"""`loyalnest ledger …`: the proof that the books balance, and where a point came from."""

import dataclasses
import json
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from loyalnest import ledger, merchants
from loyalnest.entrypoints.cli import tracing
from loyalnest.entrypoints.cli.acting import act
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire

commands = typer.Typer(help="The books.", no_args_is_help=True)


@commands.callback()
def _group() -> None:
    """The books."""


@commands.command()
def verify(
    merchant: Annotated[
        str | None, typer.Option(help="Handle of the one merchant to look at; all without it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Prove that the books balance. Ends with status 0 only if they do."""

    async def prove(database: Database) -> ledger.Report:
        async with database.platform(snapshot=True) as session:
            found = await merchants.get_by_handle(session, merchant) if merchant else None
            return await ledger.verify(session, merchant_id=found.id if found else None)

    report = act(prove)
    if as_json:
        typer.echo(json.dumps(_as_json(report), indent=2))
    else:
        _show(report, Console())
    raise typer.Exit(0 if report.clean else 1)


@commands.command()
def explain(
    customer: Annotated[str, typer.Argument(help="A customer's id (cus_…) or e-mail.")],
    merchant: Annotated[
        str | None, typer.Option(help="Handle of the merchant; needed where several know them.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Trace every point a customer ever got, from what brought it in to what became of it."""

    async def trace(database: Database) -> tracing.Explained:
        return await tracing.explain(database, customer, handle=merchant)

    explained = act(trace)
    if as_json:
        typer.echo(json.dumps(tracing.as_json(explained), indent=2))
    else:
        tracing.show(explained, Console())


def _as_json(report: ledger.Report) -> dict[str, Any]:
    return {
        "clean": report.clean,
        "counts": report.counts,
        "violations": report.violations,
        "checks": [dataclasses.asdict(check) for check in report.checks],
    }


def _show(report: ledger.Report, console: Console) -> None:
    counted = ", ".join(f"{count:,} {what}" for what, count in report.counts.items())
    console.print(f"Looked at {counted}.")
    table = Table("check", "question", "violations", box=None, pad_edge=False)
    for check in report.checks:
        found = f"[red]{check.violations:,}[/red]" if check.violations else "none"
        table.add_row(check.name, check.question, found)
    console.print(table)
    for check in report.checks:
        for violation in check.listed:
            merchant = to_wire("mer", violation.merchant_id)
            console.print(
                f"{violation.check}: {merchant} {violation.subject}: {violation.detail}",
                markup=False,
            )
    verdict = "The books balance." if report.clean else "The books do NOT balance."
    console.print(verdict, style="green" if report.clean else "bold red")
