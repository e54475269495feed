"""Named reads: experiments, what they have brought, and usage by day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.experiments import storage
from loyalnest.experiments.errors import ExperimentNotFound
from loyalnest.experiments.values import (
    LONGEST_WINDOW_DAYS,
    Action,
    Count,
    Design,
    Experiment,
    ExperimentId,
    ExperimentState,
    Shown,
    ShownVariant,
    Tally,
)
from loyalnest.kernel.database import bulk, merchant_of

TRAFFIC_DAYS = 28
_COLUMNS = """
SELECT merchant_id, id, version, state, design, needed, created_at, created_by, started_at,
       started_by, ended_at, ended_by
FROM experiments
"""
_ONE = text(f"{_COLUMNS} WHERE merchant_id = :merchant_id AND id = :id")
_LIST = text(f"""{_COLUMNS}
WHERE merchant_id = :merchant_id
  AND (cast(:state AS text) IS NULL OR state = :state)
  AND (cast(:before AS uuid) IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit
""")
_RUNNING = text(f"{_COLUMNS} WHERE merchant_id = :merchant_id AND state = 'running' ORDER BY id")
_TRIED = text(
    "SELECT true FROM experiments"
    " WHERE merchant_id = :merchant_id AND subject = :subject AND state = 'running'"
)
_COUNTING = text(f"""{_COLUMNS}
WHERE merchant_id = ANY(cast(:merchant_ids AS uuid[]))
  AND (state = 'running' OR ended_at > :since)
""")
_DAYS = text("""
SELECT day, element, action, times
FROM usage_days
WHERE merchant_id = :merchant_id
  AND day BETWEEN :first AND :last
ORDER BY element, day, action
""")
_TRAFFIC = text("""
SELECT sum(times) / (cast(:today AS date) - min(day))
FROM usage_days
WHERE merchant_id = :merchant_id
  AND element = :element
  AND action = 'view'
  AND day >= :first
  AND day < :today
""")


async def get(session: AsyncSession, experiment_id: UUID) -> Experiment:
    """One of the merchant's experiments. Raises ExperimentNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": experiment_id}
    row = (await session.execute(_ONE, asked)).one_or_none()
    if row is None:
        raise ExperimentNotFound
    return _experiment(row)


async def list_experiments(
    session: AsyncSession,
    *,
    state: ExperimentState | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Experiment]:
    """The merchant's experiments, the newest first."""
    asked = {
        "merchant_id": merchant_of(session),
        "state": state,
        "before": before,
        "limit": limit,
    }
    return [_experiment(row) for row in await session.execute(_LIST, asked)]


async def running(session: AsyncSession, *, language: str) -> list[Shown]:
    """The merchant's running experiments as its pages need them, in one of our languages.

    Nothing in it is about any visitor: pages work out by themselves who meets what.
    """
    rows = await session.execute(_RUNNING, {"merchant_id": merchant_of(session)})
    return [
        Shown(
            key=it.key,
            subject=it.design.subject,
            share=it.design.percent / 100,
            variants=[
                ShownVariant(variant.key, variant.weight, variant.said_in(language))
                for variant in it.design.variants
            ],
        )
        for it in map(_experiment, rows)
    ]


async def is_tried(session: AsyncSession, subject: str) -> bool:
    """Whether an experiment of the merchant's runs on this element."""
    asked = {"merchant_id": merchant_of(session), "subject": subject}
    return bool(await session.scalar(_TRIED, asked))


async def counting(
    session: AsyncSession, merchant_ids: Sequence[UUID], *, now: datetime
) -> dict[UUID, list[Experiment]]:
    """By merchant: what runs, and what ended so lately that goals may still be reached."""
    since = now - timedelta(days=LONGEST_WINDOW_DAYS)
    asked = {"merchant_ids": list(merchant_ids), "since": since}
    found: dict[UUID, list[Experiment]] = {}
    for row in await session.execute(_COUNTING, asked):
        found.setdefault(row.merchant_id, []).append(_experiment(row))
    return found


async def tallies_of(
    session: AsyncSession, experiment_id: UUID, *, now: datetime
) -> Mapping[str, Tally]:
    """By variant: who met it, who counts, and who of those reached the goal.

    Those count whose time to reach it is over, the earliest first, up to what the plan asks for.
    """
    connection = await bulk(session)
    rows = await connection.fetch(storage.TALLIES, merchant_of(session), experiment_id, now)
    return {row[0]: Tally(row[1], row[2], row[3]) for row in rows}


async def usage_between(session: AsyncSession, first: date, last: date) -> list[Count]:
    """How often everything was seen, clicked, dismissed and done on each of these days."""
    asked = {"merchant_id": merchant_of(session), "first": first, "last": last}
    rows = await session.execute(_DAYS, asked)
    return [Count(row.day, row.element, Action(row.action), row.times) for row in rows]


async def views_a_day(session: AsyncSession, element: str, today: date) -> float | None:
    """How often an element was seen on a day of the last four weeks; None if it never was."""
    asked = {
        "merchant_id": merchant_of(session),
        "element": element,
        "today": today,
        "first": today - timedelta(days=TRAFFIC_DAYS),
    }
    found = await session.scalar(_TRAFFIC, asked)
    return None if found is None else float(found)


def _experiment(row: Row[Any]) -> Experiment:
    return Experiment(
        merchant_id=row.merchant_id,
        id=ExperimentId(row.id),
        version=row.version,
        state=ExperimentState(row.state),
        design=Design.model_validate(row.design),
        needed=row.needed,
        created_at=row.created_at,
        created_by=row.created_by,
        started_at=row.started_at,
        started_by=row.started_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
