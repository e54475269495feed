"""Delivers webhooks over HTTP at a chosen rate, and goes on where it was interrupted."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import httpx

from loyalnest.entrypoints.replay.bookmark import Bookmark
from loyalnest.entrypoints.replay.webhooks import Shop, Webhook
from loyalnest.kernel.errors import Unavailable

_PATH = "/webhooks/shopify"
_REMEMBER_EVERY = 100


class ReplayFailed(Unavailable):
    """The installation did not take the deliveries."""


@dataclass(frozen=True, slots=True)
class Sending:
    """How to send: where to, how fast, and how long to wait for a server that doesn't answer."""

    url: str
    rate: float | None = None
    """Deliveries a second; None is as fast as they are taken."""
    concurrency: int = 16
    patience_s: float = 120


@dataclass(slots=True)
class Sent:
    """How it went."""

    delivered: int = 0
    skipped: int = 0
    retried: int = 0


@dataclass(slots=True)
class _Progress:
    """The place before which everything is delivered, while later ones finish out of order."""

    place: int
    finished: set[int] = field(default_factory=set[int])

    def finish(self, place: int) -> None:
        self.finished.add(place)
        while self.place in self.finished:
            self.finished.remove(self.place)
            self.place += 1


async def send(
    deliveries: Iterable[Webhook],
    shop: Shop,
    how: Sending,
    *,
    bookmark: Bookmark | None = None,
    on_progress: Callable[[int], None] = lambda place: None,
) -> Sent:
    """Deliver what comes behind the bookmark, and move it along. Raises ReplayFailed.

    A server that is away, in trouble or asks to wait is tried again until `patience_s` has passed;
    a refusal (4xx) ends the replay at once. A delivery may be repeated after an interruption;
    it carries the same id and has no second effect.
    """
    start = bookmark.place if bookmark else 0
    source = _Source(enumerate(deliveries, start), how.rate)
    progress, sent = _Progress(start), Sent(skipped=start)
    limits = httpx.Limits(max_connections=how.concurrency)
    timeout = httpx.Timeout(30, connect=5)

    def remember() -> None:
        if bookmark:
            bookmark.place = progress.place
            bookmark.save()

    async def deliver_some(client: httpx.AsyncClient) -> None:
        while (next_one := await source.take()) is not None:
            place, webhook = next_one
            retries = await _deliver(client, webhook, shop, how.patience_s)
            sent.retried += retries
            sent.delivered += 1
            progress.finish(place)
            on_progress(progress.place)
            if sent.delivered % _REMEMBER_EVERY == 0:
                remember()

    async with httpx.AsyncClient(base_url=how.url, timeout=timeout, limits=limits) as client:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(how.concurrency):
                    group.create_task(deliver_some(client))
        except* ReplayFailed as failures:
            raise failures.exceptions[0] from None
        finally:
            remember()
    return sent


class _Source:
    """One source for several takers, each item to one of them, no faster than the rate."""

    def __init__(self, items: Iterator[tuple[int, Webhook]], rate: float | None):
        self._items = items
        self._interval_s = 1 / rate if rate else 0.0
        self._next_at = 0.0

    async def take(self) -> tuple[int, Webhook] | None:
        item = next(self._items, None)
        if item and self._interval_s:
            clock = asyncio.get_running_loop().time()
            at = max(self._next_at, clock)
            self._next_at = at + self._interval_s
            await asyncio.sleep(at - clock)
        return item


async def _deliver(
    client: httpx.AsyncClient, webhook: Webhook, shop: Shop, patience_s: float
) -> int:
    """Send until it is taken; how often it had to be repeated."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + patience_s
    headers = webhook.headers(shop)
    for attempt in range(1_000_000):
        pause_s = min(5.0, 0.1 * 2 ** min(attempt, 6))
        try:
            answer = await client.post(_PATH, content=webhook.body, headers=headers)
        except httpx.TransportError as problem:
            reason = f"{client.base_url} does not answer ({type(problem).__name__})"
        else:
            if answer.is_success:
                return attempt
            reason = f"{client.base_url} answered {answer.status_code}"
            if answer.status_code != 429 and answer.status_code < 500:
                raise ReplayFailed(f"{reason} to {webhook.topic}: {_advice(answer.status_code)}")
            with contextlib.suppress(ValueError):
                pause_s = min(5.0, float(answer.headers.get("Retry-After", pause_s)))
        if loop.time() + pause_s > give_up_at:
            raise ReplayFailed(f"{reason}, for {patience_s:.0f} seconds now.")
        await asyncio.sleep(pause_s)
    raise ReplayFailed


def _advice(status: int) -> str:
    if status == 401:
        return "the webhook secret is not the one that the installation knows."
    if status == 404:
        return "no merchant has this shop."
    return "the delivery was refused."
