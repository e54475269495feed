"""`loyalnest replay`: an order log, sent as the webhooks that a shop would have sent."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

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
from loyalnest.entrypoints.cli.running import address_of, settings_here
from loyalnest.entrypoints.replay import Bookmark, Sending, Sent, Shop, Webhook
from loyalnest.kernel import clock
from loyalnest.kernel.errors import Invalid

T = TypeVar("T")

_TELL_EVERY_S = 10.0


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
    path = _bookmark_path(file, url, shop, duplicates, disorder, keep_dates=keep_dates)
    bookmark = None if start_over else log_replay.find_bookmark(path)
    if bookmark and bookmark.finished:
        typer.echo("All of it was delivered before; --start-over sends it again.")
        return
    log = log_replay.open_log(file)
    wild = _disturbed(duplicates, disorder)
    if bookmark is None:
        ends_at = log.last_at if keep_dates else log_replay.end_of_log(log.last_at, clock.now())
        bookmark = Bookmark(path, ends_at)
    bookmark.total = sum(1 for _ in wild(range(2 * log.orders + log.refunds)))
    facts = wild(log_replay.facts_of(log.records(ends_at=bookmark.ends_at)))
    sender = Shop(shop, secret or _secret_here())
    left = (log_replay.webhook_of(fact, sender) for fact in islice(facts, bookmark.place, None))
    sent = deliver(left, sender, Sending(url, rate), bookmark)
    typer.echo(f"Delivered {sent.delivered:,}, {sent.skipped:,} were delivered before.")


def was_delivered(file: Path, url: str, shop: str) -> bool:
    """Whether a replay of this log, without any options, came to its end before."""
    found = log_replay.find_bookmark(_bookmark_path(file, url, shop))
    return found is not None and found.finished


def deliver(webhooks: Iterable[Webhook], shop: Shop, how: Sending, bookmark: Bookmark) -> Sent:
    """Send the webhooks behind the bookmark and show how far it is. Raises ReplayFailed."""
    with _shown(bookmark.place, bookmark.total or 0) as on_progress:
        return asyncio.run(
            log_replay.send(webhooks, shop, how, bookmark=bookmark, on_progress=on_progress)
        )


def _disturbed(duplicates: float, disorder: float) -> Callable[[Iterable[T]], Iterator[T]]:
    return partial(log_replay.disturb, duplicates=duplicates, disorder=disorder)


def _bookmark_path(
    file: Path,
    url: str,
    shop: str,
    duplicates: float = 0,
    disorder: float = 0,
    *,
    keep_dates: bool = False,
) -> Path:
    """Where it is noted how far a log came. The installation here may change its address."""
    settings = settings_here()
    where = "here" if url.rstrip("/") == address_of(settings) else url
    options = f"{where} {shop} {duplicates:g} {disorder:g} {keep_dates}"
    digest = hashlib.sha256(file.read_bytes() + options.encode()).hexdigest()
    return settings.data_dir / "replays" / f"{digest[:16]}.json"


@contextmanager
def _shown(place: int, total: int) -> Generator[Callable[[int], None]]:
    """A bar on a terminal; a plain line now and then for whoever reads a log."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _told(total)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(TextColumn("Orders on their way"), *columns, console=console) as progress:
        task = progress.add_task("", total=total, completed=place)
        yield lambda place: progress.update(task, completed=place)


def _told(total: int) -> Callable[[int], None]:
    next_at = 0.0

    def tell(place: int) -> None:
        nonlocal next_at
        if time.monotonic() >= next_at or place == total:
            typer.echo(f"Orders on their way: {place:,} of {total:,} deliveries", err=True)
            next_at = time.monotonic() + _TELL_EVERY_S

    return tell


def _secret_here() -> str:
    settings = settings_here()
    if settings.shopify_api_secret is None:
        raise SecretUnknown
    return settings.shopify_api_secret.get_secret_value()
