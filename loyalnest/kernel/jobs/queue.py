"""The narrow port to pgqueuer: nothing else in the house knows its name.

Its tables live in the schema `jobs`. A job is enqueued on the session's own connection, so that it
exists if, and only if, the change does.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import structlog
from pgqueuer import AsyncpgDriver, PgQueuer
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain import models
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel, JobId
from pgqueuer.queries import Queries
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.clock import now as system_clock
from loyalnest.kernel.database import Bulk, Database, bulk
from loyalnest.kernel.errors import DomainError, NotFound
from loyalnest.kernel.faults import reason_of
from loyalnest.kernel.jobs.values import HeldJob, Job, Payload, Recurring

log = structlog.get_logger(__name__)

SCHEMA = "jobs"
RETRIES = 5
_CHANNEL = Channel("loyalnest_jobs")
_HEARTBEAT = timedelta(seconds=30)
_KEPT = timedelta(days=30)

_HELD = """
SELECT job.id, job.entrypoint, job.attempts, job.updated, last.reason
FROM jobs.pgqueuer job
LEFT JOIN LATERAL (
    SELECT log.traceback ->> 'exception_message' AS reason
    FROM jobs.pgqueuer_log log
    WHERE log.job_id = job.id
      AND log.traceback IS NOT NULL
    ORDER BY log.id DESC
    LIMIT 1
) AS last ON true
WHERE job.status = 'failed'
ORDER BY job.id
LIMIT $1
"""

_COUNT_HELD = "SELECT count(*) FROM jobs.pgqueuer WHERE status = 'failed'"

_LOCK_HELD = """
SELECT id
FROM jobs.pgqueuer
WHERE id = ANY ($1::bigint[])
  AND status = 'failed'
ORDER BY id
FOR UPDATE
"""

_WAITING = """
SELECT count(*), min(execute_after)
FROM jobs.pgqueuer
WHERE status = 'queued'
  AND execute_after <= $1
"""

_FORGET = """
DELETE FROM jobs.pgqueuer_log
WHERE created < $1
  AND aggregated
"""


class JobFailed(DomainError):
    """A job could not be done."""


class JobNotHeld(NotFound):
    """No such job is held; `loyalnest jobs held` lists those that are."""


@cache
def _names() -> DBSettings:
    return DBSettings(db_schema=SCHEMA, channel=_CHANNEL)


def install_statements() -> str:
    """The SQL that makes the queue's tables, for the migration."""
    return QueryBuilderEnvironment(_names()).build_install_query(create_schema=False)


async def pending_upgrade(connection: Bulk) -> list[str]:
    """What the installed library would still change about its tables; nothing, if all is well."""
    plan = await _queries(connection).plan_upgrade()
    return list(plan.statements)


async def enqueue(
    session: AsyncSession,
    name: str,
    payload: Payload,
    *,
    delay: timedelta | None = None,
    key: str | None = None,
) -> None:
    """Have a job done after this transaction commits, and not if it doesn't.

    With a `key`, nothing happens while an earlier job of that key is still to be done. Ids and
    values belong into the payload, never personal data.
    """
    queries = _queries(await bulk(session))
    await queries.enqueue(
        name,
        json.dumps(payload).encode(),
        execute_after=delay,
        dedupe_key=key,
        on_conflict="skip",
    )


async def enqueue_many(session: AsyncSession, name: str, payloads: Sequence[Payload]) -> None:
    """The same for several jobs of one name, in one statement."""
    if not payloads:
        return
    queries = _queries(await bulk(session))
    await queries.enqueue(
        [name] * len(payloads),
        [json.dumps(payload).encode() for payload in payloads],
        [0] * len(payloads),
    )


async def run_jobs(
    database: Database,
    jobs: Iterable[Job],
    timetable: Iterable[Recurring],
    stopping: asyncio.Event,
    *,
    clock: Clock = system_clock,
) -> None:
    """Do jobs and keep the timetable until told to stop; a job that has begun is finished.

    Raises when the connection is lost; whoever runs this starts it again.
    """
    logging.getLogger("pgqueuer").setLevel(logging.WARNING)
    async with _connection(database) as connection:
        runner = _runner(database, connection, jobs, timetable, clock)
        stop = asyncio.create_task(_stop_when(stopping, runner))
        try:
            await runner.run(
                dequeue_timeout=timedelta(seconds=5),
                heartbeat_timeout=_HEARTBEAT,
                shutdown_on_listener_failure=True,
            )
        finally:
            stop.cancel()


@asynccontextmanager
async def _connection(database: Database) -> AsyncGenerator[Bulk]:
    """A connection that acts for the platform for as long as it is open."""
    async with database.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        own = cast(Bulk, raw.driver_connection)
        await own.execute(f'SET ROLE "{database.settings.platform_role}"')
        try:
            yield own
        finally:
            await connection.invalidate()  # never back into the pool with a role of its own


async def held_jobs(session: AsyncSession, *, limit: int = 100) -> list[HeldJob]:
    """Jobs that failed for good, oldest first. For the platform."""
    rows = await (await bulk(session)).fetch(_HELD, limit)
    return [HeldJob(*row.values()) for row in rows]


async def count_held(session: AsyncSession) -> int:
    """How many jobs failed for good. For the platform."""
    return await (await bulk(session)).fetchval(_COUNT_HELD)


async def retry_held(session: AsyncSession, job_ids: Iterable[int]) -> None:
    """Queue jobs again that failed for good, all of them or none. For the platform.

    Raises JobNotHeld.
    """
    asked = set(job_ids)
    connection = await bulk(session)
    held = await connection.fetch(_LOCK_HELD, list(asked))
    if len(held) < len(asked):
        raise JobNotHeld
    await _queries(connection).requeue_jobs([JobId(job_id) for job_id in asked])


async def waiting_jobs(session: AsyncSession, *, now: datetime) -> tuple[int, datetime | None]:
    """How many jobs are due, and since when the oldest is. For the platform."""
    row = await (await bulk(session)).fetchrow(_WAITING, now)
    assert row is not None
    return row[0], row[1]


async def forget_done(database: Database, now: datetime) -> None:
    """Delete what is kept of jobs that were done a month ago; held jobs stay."""
    async with database.platform() as session:
        await (await bulk(session)).execute(_FORGET, now - _KEPT)


def _runner(
    database: Database,
    connection: Bulk,
    jobs: Iterable[Job],
    timetable: Iterable[Recurring],
    clock: Clock,
) -> PgQueuer:
    queries = _queries(connection)
    runner = PgQueuer(queries.driver, channel=_CHANNEL, queries=queries)
    for job in jobs:
        runner.entrypoint(
            job.name,
            on_failure="hold",
            accepts_context=False,
            executor_factory=_retrying,
        )(_doing(database, job, clock))
    for entry in timetable:
        runner.schedule(entry.name, entry.cron, accepts_context=False)(
            _keeping(database, entry, clock)
        )
    return runner


def _doing(database: Database, job: Job, clock: Clock) -> Callable[[models.Job], Awaitable[None]]:
    async def do(row: models.Job) -> None:
        try:
            await job.handle(database, json.loads(row.payload or b"{}"), clock())
        except Exception as error:
            # What is raised here is kept with the job; the cause may quote somebody's data.
            reason = reason_of(error)
            log.warning("jobs.failed", job=job.name, code=reason.code, detail=reason.detail)
            raise JobFailed(f"{reason.code}: {reason.detail}") from None

    return do


def _keeping(
    database: Database, entry: Recurring, clock: Clock
) -> Callable[[models.Schedule], Awaitable[None]]:
    async def keep(_: models.Schedule) -> None:
        try:
            await entry.handle(database, clock())
        except Exception as error:
            reason = reason_of(error)
            log.warning("jobs.entry_failed", job=entry.name, code=reason.code, detail=reason.detail)

    return keep


def _retrying(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(
        parameters, max_attempts=RETRIES, initial_delay=timedelta(milliseconds=500)
    )


def _queries(connection: Bulk) -> Queries:
    names = _names()
    return Queries(
        AsyncpgDriver(cast(Any, connection)),
        qbe=QueryBuilderEnvironment(names),
        qbq=QueryQueueBuilder(names),
        qbs=QuerySchedulerBuilder(names),
    )


async def _stop_when(stopping: asyncio.Event, runner: PgQueuer) -> None:
    await stopping.wait()
    runner.shutdown.set()
