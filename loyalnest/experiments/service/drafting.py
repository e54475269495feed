"""Drawing experiments up, starting and ending them."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.experiments import errors, queries
from loyalnest.experiments.events import (
    ExperimentDiscarded,
    ExperimentEnded,
    ExperimentSaved,
    ExperimentStarted,
)
from loyalnest.experiments.models import ExperimentRow
from loyalnest.experiments.rules import statistics
from loyalnest.experiments.values import (
    Design,
    Experiment,
    ExperimentId,
    ExperimentState,
)
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id


class IsMet(Protocol):
    """Whether everybody may meet an element on the shop's pages, now or once its time has come."""

    async def __call__(self, session: AsyncSession, subject: str, *, now: datetime) -> bool: ...


async def draft(session: AsyncSession, design: Design, *, actor: str, now: datetime) -> Experiment:
    """Draw an experiment up. Nobody meets it before it is started."""
    merchant_id, experiment_id = merchant_of(session), ExperimentId(new_id())
    session.add(
        ExperimentRow(
            merchant_id=merchant_id,
            id=experiment_id,
            version=1,
            state=ExperimentState.DRAFT.value,
            **_columns(design),
            needed={},
            created_at=now,
            created_by=actor,
        )
    )
    await session.flush()
    await _tell(session, _saved(merchant_id, experiment_id, 1, now))
    return await queries.get(session, experiment_id)


async def change(
    session: AsyncSession,
    experiment_id: UUID,
    design: Design,
    *,
    read_version: int | None = None,
    now: datetime,
) -> Experiment:
    """Draw a draft up anew. Saving what it says already changes nothing.

    With `read_version` only that version is replaced. Raises ExperimentNotFound,
    ExperimentNotDraft, ExperimentStale.
    """
    current, row = await _draft(session, experiment_id)
    if current.design == design:
        return current
    if read_version is not None and read_version != current.version:
        raise errors.ExperimentStale
    row.version += 1
    for name, value in _columns(design).items():
        setattr(row, name, value)
    await session.flush()
    await _tell(session, _saved(row.merchant_id, current.id, row.version, now))
    return await queries.get(session, experiment_id)


async def discard(session: AsyncSession, experiment_id: UUID, *, now: datetime) -> None:
    """Throw a draft away. Raises ExperimentNotFound, ExperimentNotDraft."""
    current, row = await _draft(session, experiment_id)
    await session.delete(row)
    await session.flush()
    gone = ExperimentDiscarded(
        merchant_id=current.merchant_id, occurred_at=now, experiment_id=current.id
    )
    await _tell(session, gone)


async def start(
    session: AsyncSession, experiment_id: UUID, *, is_met: IsMet, actor: str, now: datetime
) -> Experiment:
    """Let visitors meet its variants from now on, and settle how many it takes.

    Raises ExperimentNotFound, ExperimentNotDraft, SubjectNotShown, SubjectTaken, VariantsAlike.
    """
    current, row = await _draft(session, experiment_id)
    design = current.design
    if not await is_met(session, design.subject, now=now):
        raise errors.SubjectNotShown
    said = [(it.changes, it.translations) for it in design.variants]
    if any(each in said[:place] for place, each in enumerate(said)):
        raise errors.VariantsAlike
    if await queries.is_tried(session, design.subject):
        raise errors.SubjectTaken
    needed = statistics.visitors_needed(design.plan, design.weights)
    row.state, row.started_at, row.started_by = ExperimentState.RUNNING.value, now, actor
    row.needed = {
        variant.key: count for variant, count in zip(design.variants, needed, strict=True)
    }
    await session.flush()
    started = ExperimentStarted(
        merchant_id=current.merchant_id,
        occurred_at=now,
        experiment_id=current.id,
        needed=sum(needed),
    )
    await _tell(session, started)
    return await queries.get(session, experiment_id)


async def end(
    session: AsyncSession, experiment_id: UUID, *, actor: str, now: datetime
) -> Experiment:
    """Show everybody the first variant again; goals still count while their time lasts.

    An experiment is not taken up again: whoever came meanwhile met nothing of it. Raises
    ExperimentNotFound, ExperimentNotRunning.
    """
    current, row = await _locked(session, experiment_id)
    if current.state is not ExperimentState.RUNNING:
        raise errors.ExperimentNotRunning
    row.state, row.ended_at, row.ended_by = ExperimentState.ENDED.value, now, actor
    await session.flush()
    ended = ExperimentEnded(
        merchant_id=current.merchant_id, occurred_at=now, experiment_id=current.id
    )
    await _tell(session, ended)
    return await queries.get(session, experiment_id)


async def _draft(session: AsyncSession, experiment_id: UUID) -> tuple[Experiment, ExperimentRow]:
    current, row = await _locked(session, experiment_id)
    if current.state is not ExperimentState.DRAFT:
        raise errors.ExperimentNotDraft
    return current, row


async def _locked(session: AsyncSession, experiment_id: UUID) -> tuple[Experiment, ExperimentRow]:
    # Two that start on the same element at the same moment wait for each other here.
    merchant_id = await merchants.take_turns(session)
    current = await queries.get(session, experiment_id)
    identity = (merchant_id, experiment_id)
    return current, await session.get_one(ExperimentRow, identity, populate_existing=True)


def _columns(design: Design) -> dict[str, Any]:
    """A design, and what of it the database itself decides by."""
    return {
        "design": design.model_dump(mode="json"),
        "subject": design.subject,
        "goal": design.goal.kind.value,
        "within_days": design.goal.within_days,
    }


def _saved(
    merchant_id: UUID, experiment_id: ExperimentId, version: int, now: datetime
) -> ExperimentSaved:
    return ExperimentSaved(
        merchant_id=merchant_id, occurred_at=now, experiment_id=experiment_id, version=version
    )


async def _tell(session: AsyncSession, news: Event) -> None:
    await publish(session, [news], now=news.occurred_at)
