"""Named reads: what is on a shop's pages, and what speaks up there by itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import experiments
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.ids import from_wire
from loyalnest.storefront.errors import NudgeNotFound
from loyalnest.storefront.values import (
    NUDGE,
    ContentState,
    Nudge,
    NudgeId,
    NudgeTerms,
    Site,
    SiteSettings,
)

NUDGES_KEPT = 200
_NEWEST = text("""
SELECT version, settings, changed_at, changed_by
FROM site_versions
WHERE merchant_id = :merchant_id
ORDER BY version DESC
LIMIT 1
""")
_NUDGES = """
SELECT n.merchant_id, n.id, n.state, n.version, v.terms, n.created_at, n.updated_at, n.updated_by
FROM nudges n
JOIN nudge_versions v
  ON v.merchant_id = n.merchant_id AND v.nudge_id = n.id AND v.version = n.version
WHERE n.merchant_id = $1
"""
_NUDGE = f"{_NUDGES} AND n.id = $2"
_LIST = f"{_NUDGES} AND ($2::text IS NULL OR n.state = $2) ORDER BY n.id LIMIT {NUDGES_KEPT}"
_VERSION = """
SELECT terms
FROM nudge_versions
WHERE merchant_id = $1 AND nudge_id = $2 AND version = $3
"""


async def current(session: AsyncSession) -> Site:
    """What of the session's merchant is on its pages; what we suggest until it says."""
    merchant_id = merchant_of(session)
    saved = (await session.execute(_NEWEST, {"merchant_id": merchant_id})).one_or_none()
    if saved is None:
        return Site(merchant_id, 0, SiteSettings(), None, None)
    settings = SiteSettings.model_validate(saved.settings)
    return Site(merchant_id, saved.version, settings, saved.changed_at, saved.changed_by)


async def list_nudges(session: AsyncSession, *, state: ContentState | None = None) -> list[Nudge]:
    """The merchant's nudges, the oldest first; there are few, and no pages."""
    connection = await bulk(session)
    return [_nudge(row) for row in await connection.fetch(_LIST, merchant_of(session), state)]


async def get_nudge(session: AsyncSession, nudge_id: NudgeId) -> Nudge:
    """One nudge. Raises NudgeNotFound."""
    row = await (await bulk(session)).fetchrow(_NUDGE, merchant_of(session), nudge_id)
    if row is None:
        raise NudgeNotFound
    return _nudge(row)


async def is_met(session: AsyncSession, subject: str, *, now: datetime) -> bool:
    """Whether everybody may meet an element on the pages, now or once its time has come.

    By the name that experiments have for it: the launcher, or a nudge.
    """
    if subject == experiments.LAUNCHER:
        return (await current(session)).settings.widget.enabled
    try:
        found = await get_nudge(session, NudgeId(from_wire(NUDGE, subject.partition(":")[2])))
    except NudgeNotFound:
        return False
    over = found.terms.ends_at is not None and found.terms.ends_at <= now
    return found.state is ContentState.ACTIVE and not over and not found.terms.tiers


async def terms_at(session: AsyncSession, nudge_id: NudgeId, version: int) -> NudgeTerms:
    """What a nudge was in one of its versions. Raises NudgeNotFound."""
    connection = await bulk(session)
    terms = await connection.fetchval(_VERSION, merchant_of(session), nudge_id, version)
    if terms is None:
        raise NudgeNotFound
    return NudgeTerms.model_validate(terms)


def _nudge(row: Iterable[Any]) -> Nudge:
    merchant_id, id_, state, version, terms, created_at, updated_at, updated_by = row
    return Nudge(
        merchant_id=merchant_id,
        id=NudgeId(id_),
        state=ContentState(state),
        version=version,
        terms=NudgeTerms.model_validate(terms),
        created_at=created_at,
        updated_at=updated_at,
        updated_by=updated_by,
    )
