"""The command line: `loyalnest up`, and everything an operator does by hand.

Each file here holds one command or one group of them and is registered below.
"""

import sys

import typer

from loyalnest.entrypoints.cli import (
    api_keys,
    cafe,
    db,
    demo,
    insights,
    jobs,
    keys,
    ledger,
    merchants,
    replay,
    serving,
    staff,
    up,
)
from loyalnest.kernel.errors import DomainError

app = typer.Typer(
    name="loyalnest",
    help="A self-hosted loyalty platform: points, rewards and stamp cards on one ledger.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("serve")(serving.serve)
app.command("worker")(serving.work)
app.command("replay")(replay.replay)
app.command("demo")(demo.demo)
app.command("cafe")(cafe.cafe)
app.add_typer(db.commands, name="db")
app.add_typer(merchants.commands, name="merchants")
app.add_typer(staff.commands, name="staff")
app.add_typer(api_keys.commands, name="api-keys")
app.add_typer(keys.commands, name="keys")
app.add_typer(ledger.commands, name="ledger")
app.add_typer(jobs.commands, name="jobs")
app.add_typer(insights.commands, name="insights")


def main() -> None:
    """Run a command; what can go wrong is said in a sentence, not in a traceback."""
    try:
        app()
    except DomainError as error:
        typer.secho(f"{error.code}: {error.detail}", err=True, fg="red")
        sys.exit(1)
