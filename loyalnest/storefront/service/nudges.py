"""What speaks up by itself: drawing nudges up, changing them, switching them on."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import experiments, merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.storefront import queries
from loyalnest.storefront.errors import (
    ContentStale,
    NudgeKindFixed,
    NudgeOnTrial,
    TooManyNudges,
)
from loyalnest.storefront.events import NudgeSaved
from loyalnest.storefront.models import NudgeRow, NudgeVersionRow
from loyalnest.storefront.values import NUDGE, ContentState, Nudge, NudgeId, NudgeTerms

ACTIVE_AT_MOST = 20
"""Each of them is sent with every page; and nobody wants to meet that many."""


async def create_nudge(
    session: AsyncSession,
    terms: NudgeTerms,
    *,
    state: ContentState = ContentState.DRAFT,
    actor: str,
    now: datetime,
) -> Nudge:
    """Draw a nudge up. Raises TooManyNudges."""
    merchant_id, nudge_id = merchant_of(session), NudgeId(new_id())
    await _make_room(session, state, among=None)
    session.add(
        NudgeRow(
            merchant_id=merchant_id,
            id=nudge_id,
            state=state,
            version=1,
            created_at=now,
            updated_at=now,
            updated_by=actor,
        )
    )
    await session.flush()
    await _add_version(session, nudge_id, 1, terms, actor=actor, now=now)
    return await _saved(session, nudge_id, now)


async def save_nudge(
    session: AsyncSession,
    nudge_id: NudgeId,
    terms: NudgeTerms,
    *,
    state: ContentState,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> Nudge:
    """Change a nudge from now on. Saving what it is already changes nothing.

    Every change makes a new version, of the state as well: whoever has read another one doesn't
    switch on again what somebody has just switched off. While an experiment runs on it the terms
    stay: they are one of the ways that it compares.

    Raises NudgeNotFound, ContentStale, NudgeKindFixed, NudgeOnTrial, TooManyNudges.
    """
    await _make_room(session, state, among=nudge_id)
    before = await queries.get_nudge(session, nudge_id)
    if (before.terms, before.state) == (terms, state):
        return before
    if read_version is not None and read_version != before.version:
        raise ContentStale
    if before.terms.kind is not terms.kind:
        raise NudgeKindFixed
    if before.terms != terms and await experiments.is_tried(session, _subject(nudge_id)):
        raise NudgeOnTrial
    version = before.version + 1
    row = await session.get_one(NudgeRow, (before.merchant_id, nudge_id), populate_existing=True)
    row.state, row.version, row.updated_at, row.updated_by = state, version, now, actor
    await session.flush()
    await _add_version(session, nudge_id, version, terms, actor=actor, now=now)
    return await _saved(session, nudge_id, now)


def _subject(nudge_id: NudgeId) -> str:
    """How experiments name a nudge."""
    return f"nudge:{to_wire(NUDGE, nudge_id)}"


async def _make_room(session: AsyncSession, state: ContentState, *, among: NudgeId | None) -> None:
    """Whoever changes the same merchant's nudges takes turns. Raises TooManyNudges."""
    await merchants.take_turns(session)
    others = [it for it in await queries.list_nudges(session) if it.id != among]
    active = sum(it.state is ContentState.ACTIVE for it in others)
    if len(others) >= queries.NUDGES_KEPT:
        raise TooManyNudges
    if state is ContentState.ACTIVE and active >= ACTIVE_AT_MOST:
        raise TooManyNudges


async def _saved(session: AsyncSession, nudge_id: NudgeId, now: datetime) -> Nudge:
    nudge = await queries.get_nudge(session, nudge_id)
    saved = NudgeSaved(
        merchant_id=nudge.merchant_id,
        occurred_at=now,
        nudge_id=nudge.id,
        version=nudge.version,
        kind=nudge.terms.kind.value,
        state=nudge.state.value,
    )
    await publish(session, [saved], now=now)
    return nudge


async def _add_version(
    session: AsyncSession,
    nudge_id: NudgeId,
    version: int,
    terms: NudgeTerms,
    *,
    actor: str,
    now: datetime,
) -> None:
    session.add(
        NudgeVersionRow(
            merchant_id=merchant_of(session),
            nudge_id=nudge_id,
            version=version,
            terms=terms.model_dump(mode="json"),
            created_at=now,
            created_by=actor,
        )
    )
    await session.flush()
