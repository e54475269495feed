"""`loyalnest replay`: an order log, sent as the webhooks that a shop would have sent."""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from loyalnest.entrypoints import replay as log_replay
from loyalnest.entrypoints.cli.running import settings_here
from loyalnest.entrypoints.replay import Bookmark, Record, Sending, Sent, Shop, Webhook
from loyalnest.kernel import clock
from loyalnest.kernel.errors import Invalid


class SecretUnknown(Invalid):
    """Give the webhook secret with --secret: there is no installation here that knows one."""


def replay(
    file: Annotated[Path, typer.Argument(help="The order log, .jsonl or .jsonl.gz.", exists=True)],
    url: Annotated[str, typer.Option(help="Where the installation is.")] = "http://127.0.0.1:8000",
    shop: Annotated[str, typer.Option(help="The shop that sends.")] = "demo.myshopify.com",
    secret: Annotated[
        str | None, typer.Option(help="Signs the webhooks; this installation's without it.")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Deliveries a second; else as fast as they go.")
    ] = None,
    duplicates: Annotated[
        float, typer.Option(min=0, max=1, help="Share of deliveries that are sent twice.")
    ] = 0,
    disorder: Annotated[
        float, typer.Option(min=0, max=1, help="Share of deliveries that come too late.")
    ] = 0,
    keep_dates: Annotated[
        bool, typer.Option(help="Leave the log's dates; else it is moved to end today.")
    ] = False,
    start_over: Annotated[
        bool, typer.Option(help="Begin at the beginning, also where a replay was interrupted.")
    ] = False,
) -> None:
    """Send an order log to an installation, as the signed webhooks that Shopify would send.

    An interrupted replay is taken up again. Sending a log twice changes nothing.
    """
    records = log_replay.read_log(file)
    options = f"{url} {shop} {duplicates} {disorder} {keep_dates}"
    bookmark = bookmark_of(file, options, records, keep_dates=keep_dates, start_over=start_over)
    sender = Shop(shop, secret or _secret_here())
    moved = log_replay.moved_to(records, bookmark.ends_at)
    webhooks = list(
        log_replay.disturb(
            log_replay.deliveries_of(moved, sender), duplicates=duplicates, disorder=disorder
        )
    )
    sent = deliver(webhooks, sender, Sending(url, rate), bookmark)
    typer.echo(f"Delivered {sent.delivered:,}, {sent.skipped:,} were delivered before.")


def bookmark_of(
    file: Path, options: str, records: Sequence[Record], *, keep_dates: bool, start_over: bool
) -> Bookmark:
    """Where an earlier replay of the same log with the same options stopped, or the beginning."""
    digest = hashlib.sha256(file.read_bytes() + options.encode()).hexdigest()[:16]
    last_at = log_replay.last_instant(records)
    ends_at = last_at if keep_dates else log_replay.end_of_log(last_at, clock.now())
    path = settings_here().data_dir / "replays" / f"{digest}.json"
    return Bookmark(path, ends_at) if start_over else log_replay.open_bookmark(path, ends_at)


def deliver(webhooks: Sequence[Webhook], shop: Shop, how: Sending, bookmark: Bookmark) -> Sent:
    """Send the webhooks under a progress bar. Raises ReplayFailed."""
    progress = Progress(
        TextColumn("Orders on their way"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with progress:
        task = progress.add_task("", total=len(webhooks), completed=bookmark.place)
        return asyncio.run(
            log_replay.send(
                webhooks,
                shop,
                how,
                bookmark=bookmark,
                on_progress=lambda place: progress.update(task, completed=place),
            )
        )


def _secret_here() -> str:
    settings = settings_here()
    if settings.shopify_api_secret is None:
        raise SecretUnknown
    return settings.shopify_api_secret.get_secret_value()
