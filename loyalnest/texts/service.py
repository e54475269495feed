"""Use cases: a merchant mends a text, puts the original back, or says that it has read it."""

import json
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.languages import FALLBACK
from loyalnest.texts import queries, rules
from loyalnest.texts.catalogue import fingerprint
from loyalnest.texts.errors import NothingToReview
from loyalnest.texts.events import TextMended, TextReviewed
from loyalnest.texts.values import Forms, Said, State

_SAVE = text("""
INSERT INTO wordings (merchant_id, language, key, forms, read_against, saved_at, saved_by)
VALUES (:merchant_id, :language, :key, cast(:forms AS jsonb), :read_against, :now, :actor)
ON CONFLICT (merchant_id, language, key) DO UPDATE
SET forms = excluded.forms,
    read_against = excluded.read_against,
    saved_at = excluded.saved_at,
    saved_by = excluded.saved_by
""")
_DROP = text("""
DELETE FROM wordings
WHERE merchant_id = :merchant_id
  AND language = :language
  AND key = :key
""")
_NOTHING = ""
"""A fingerprint that no text has: what was read against it is to be read again."""


async def mend(
    session: AsyncSession, language: str, key: str, forms: Forms, *, actor: str, now: datetime
) -> Said:
    """Say a text in other words. The original's own words put it back, and count as read.

    Raises TextNotFound and what `rules.check` does.
    """
    before = await queries.get_text(session, language, key)
    forms = rules.tidied(forms)
    rules.check(before.english, language, forms)
    after = None if forms == before.original.forms else forms
    if after is None and language == FALLBACK:
        return await restore(session, language, key, now=now)
    await _save(session, language, before, after, seen=_seen(before), actor=actor, now=now)
    await _tell_mended(session, language, before, after, now=now)
    if after is None and before.state is not State.REVIEWED:
        await _tell_reviewed(session, language, key, reviewed=True, now=now)
    return await queries.get_text(session, language, key)


async def restore(session: AsyncSession, language: str, key: str, *, now: datetime) -> Said:
    """Put the original back, as if nobody had read it. Raises TextNotFound."""
    before = await queries.get_text(session, language, key)
    if _own_words(before) is None:
        return before
    await _drop(session, language, key)
    await _tell_mended(session, language, before, None, now=now)
    return await queries.get_text(session, language, key)


async def review(
    session: AsyncSession, language: str, key: str, *, actor: str, now: datetime
) -> Said:
    """Say that a text is good as it stands. Raises TextNotFound, NothingToReview."""
    before = await queries.get_text(session, language, key)
    if language == FALLBACK and _own_words(before) is None:
        raise NothingToReview
    if before.state in (State.REVIEWED, State.MENDED):
        return before
    # Words that can't be shown any more are not what was read.
    good = _own_words(before) if before.forms != before.original.forms else None
    await _save(session, language, before, good, seen=_seen(before), actor=actor, now=now)
    await _tell_mended(session, language, before, good, now=now)
    await _tell_reviewed(session, language, key, reviewed=True, now=now)
    return await queries.get_text(session, language, key)


async def take_review_back(
    session: AsyncSession, language: str, key: str, *, actor: str, now: datetime
) -> Said:
    """Say that a text is to be read again; the merchant's own words stay. Raises TextNotFound."""
    before = await queries.get_text(session, language, key)
    wording = before.wording
    if wording is None:
        return before
    if wording.forms is None:
        await _drop(session, language, key)
    else:
        own = wording.forms
        await _save(session, language, before, own, seen=_NOTHING, actor=actor, now=now)
    await _tell_reviewed(session, language, key, reviewed=False, now=now)
    return await queries.get_text(session, language, key)


async def _save(
    session: AsyncSession,
    language: str,
    it: Said,
    forms: Forms | None,
    *,
    seen: str,
    actor: str,
    now: datetime,
) -> None:
    about = {
        "forms": None if forms is None else json.dumps(dict(forms)),
        "read_against": seen,
        "now": now,
        "actor": actor,
    }
    await session.execute(_SAVE, {**_which(session, language, it.english.key), **about})


async def _drop(session: AsyncSession, language: str, key: str) -> None:
    await session.execute(_DROP, _which(session, language, key))


async def _tell_mended(
    session: AsyncSession, language: str, before: Said, after: Forms | None, *, now: datetime
) -> None:
    earlier = _own_words(before)
    if earlier == after:
        return
    news = TextMended(
        merchant_id=merchant_of(session),
        occurred_at=now,
        language=language,
        key=before.english.key,
        before=None if earlier is None else dict(earlier),
        after=None if after is None else dict(after),
    )
    await publish(session, [news], now=now)


async def _tell_reviewed(
    session: AsyncSession, language: str, key: str, *, reviewed: bool, now: datetime
) -> None:
    news = TextReviewed(
        merchant_id=merchant_of(session),
        occurred_at=now,
        language=language,
        key=key,
        reviewed=reviewed,
    )
    await publish(session, [news], now=now)


def _seen(it: Said) -> str:
    return fingerprint(it.english, it.original)


def _own_words(it: Said) -> Forms | None:
    return it.wording.forms if it.wording else None


def _which(session: AsyncSession, language: str, key: str) -> dict[str, object]:
    return {"merchant_id": merchant_of(session), "language": language, "key": key}
