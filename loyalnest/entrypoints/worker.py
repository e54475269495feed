"""The worker: applies what came in, gives events their places, brings them on, keeps the timetable.

Its parts run side by side. One that fails is started again after a pause; the others go on.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from loyalnest import messaging, sinks, wallet
from loyalnest.entrypoints.wallets import Wallets
from loyalnest.kernel import inbox, jobs, memory, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.faults import Fault, classify, reason_of
from loyalnest.kernel.jobs import Job, Recurring

log = structlog.get_logger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
GRACE_S = 20.0

Part = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Work:
    """What this installation's worker has to do; `wiring` knows."""

    providers: Sequence[inbox.Provider] = ()
    subscribers: Sequence[relay.Subscriber] = ()
    jobs: Sequence[Job] = ()
    timetable: Sequence[Recurring] = ()
    sending: messaging.Sending | None = None
    tools: Sequence[sinks.SinkOffer] = ()
    wallets: Wallets | None = None


async def serve(database: Database, work: Work) -> None:
    """Work until SIGTERM or SIGINT. The database should be opened for batches."""
    memory.collect_seldom()
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        await run(database, work, stopping)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def run(database: Database, work: Work, stopping: asyncio.Event) -> None:
    """Work until told to stop. What has been begun is finished, or rolled back if it takes long."""
    parts = _parts(database, work, stopping)
    tasks = [
        asyncio.create_task(keep_running(name, part, stopping), name=name)
        for name, part in parts.items()
    ]
    log.info("worker.started", parts=sorted(parts))
    try:
        await stopping.wait()
        _, late = await asyncio.wait(tasks, timeout=GRACE_S)
        if late:
            log.warning("worker.interrupted", parts=sorted(task.get_name() for task in late))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    log.info("worker.stopped")


def _parts(database: Database, work: Work, stopping: asyncio.Event) -> dict[str, Part]:
    head = relay.Head()
    parts: dict[str, Part] = {
        "inbox": lambda: inbox.Worker(database, work.providers).run(stopping),
        "sequencer": lambda: relay.run_sequencer(database, stopping, head=head),
        "jobs": lambda: jobs.run_jobs(database, work.jobs, work.timetable, stopping),
    }
    for subscriber in work.subscribers:
        delivery = relay.Delivery(database, subscriber)
        parts[f"subscriber {subscriber.name}"] = lambda d=delivery: d.run(stopping, head=head)
    if work.sending is not None:
        desk = messaging.Desk(database, work.sending)
        parts["messages"] = lambda: desk.run(stopping)
    if work.tools:
        parts["sinks"] = lambda: sinks.run(database, work.tools, stopping)
    if work.wallets is not None:
        parts |= _wallet_parts(database, work.wallets, stopping)
    return parts


def _wallet_parts(database: Database, wallets: Wallets, stopping: asyncio.Event) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    pusher, keeper = wallets.pusher, wallets.google
    if pusher is not None:
        parts["wallet pushes"] = lambda: wallet.run_pushes(database, pusher, stopping)
    if keeper is not None:
        kept = wallet.Kept(database, keeper, address=database.settings.address)
        parts["wallet puts"] = lambda: wallet.run_puts(database, kept, stopping)
    return parts


async def keep_running(name: str, part: Part, stopping: asyncio.Event) -> None:
    """Run a part; when it fails, run it again after a pause that grows while it keeps failing.

    Each time in a task of its own. A task group that failed leaves its task marked as being
    cancelled, and before Python 3.11.4 the next timeout in that task would end it without a word.
    """
    loop = asyncio.get_running_loop()
    pause_s = FIRST_PAUSE_S
    while not stopping.is_set():
        started = loop.time()
        try:
            await asyncio.create_task(_run(part), name=f"{name}, running")
        except Exception as error:
            reason = reason_of(error)
            log.warning(
                "worker.part_failed",
                part=name,
                outage=classify(error) is Fault.OUTAGE,
                code=reason.code,
                detail=reason.detail,
            )
        if loop.time() - started > LONGEST_PAUSE_S:
            pause_s = FIRST_PAUSE_S
        await _pause(stopping, pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


async def _run(part: Part) -> None:
    await part()


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        pass
