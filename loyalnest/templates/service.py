"""Use cases: a merchant words a message, puts earlier words back, notes what a provider judged."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.templates import builtin, queries, rules
from loyalnest.templates.errors import TemplateStale
from loyalnest.templates.events import TemplateJudged, TemplateUpdated
from loyalnest.templates.models import TemplateVersionRow
from loyalnest.templates.values import Approval, Version, Wanted, Words

BUILT_IN = 0
_JUDGE = text("""
INSERT INTO message_template_approvals AS it
    (merchant_id, name, language, approval, noted_at, noted_by)
VALUES (:merchant_id, :name, :language, :approval, :now, :actor)
ON CONFLICT (merchant_id, name, language) DO UPDATE
SET approval = excluded.approval, noted_at = excluded.noted_at, noted_by = excluded.noted_by
WHERE it.approval <> excluded.approval
RETURNING true
""")


async def save(
    session: AsyncSession,
    it: Wanted,
    words: Words,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> None:
    """Say it in these words from now on. Saving what is said already changes nothing; the words
    that come with the product put them back.

    With `read_version` only that version is replaced. Raises TemplateStale and what
    `rules.checked` does.
    """
    words = rules.checked(it.occasion, it.channel, it.language, words)
    own = None if words == builtin.words_of(it.occasion, it.channel, it.language) else words
    await _put(session, it, own, restored=None, read=read_version, actor=actor, now=now)


async def restore(
    session: AsyncSession,
    it: Wanted,
    version: int,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> None:
    """Put an earlier version back as a new one; 0 is what comes with the product.

    Raises TemplateVersionNotFound, TemplateStale, and what `rules.checked` does for words that
    can't be said any more.
    """
    rules.check_channel(it.occasion, it.channel)
    words = None
    if version != BUILT_IN:
        words = (await queries.get_version(session, it, version)).words
    if words is not None:
        words = rules.checked(it.occasion, it.channel, it.language, words)
    await _put(session, it, words, restored=version, read=read_version, actor=actor, now=now)


async def note_approval(
    session: AsyncSession,
    name: str,
    language: str,
    approval: Approval,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Note how a provider judges the WhatsApp template of a name in a language."""
    merchant_id = merchant_of(session)
    told = {
        "merchant_id": merchant_id,
        "name": name,
        "language": language,
        "approval": approval,
        "now": now,
        "actor": actor,
    }
    if await session.scalar(_JUDGE, told):
        news = TemplateJudged(
            merchant_id=merchant_id,
            occurred_at=now,
            name=name,
            language=language,
            approval=approval,
        )
        await publish(session, [news], now=now)


async def _put(
    session: AsyncSession,
    it: Wanted,
    words: Words | None,
    *,
    restored: int | None,
    read: int | None,
    actor: str,
    now: datetime,
) -> None:
    merchant_id = await merchants.take_turns(session)
    before: Version | None = (await queries.newest(session, [it])).get(it)
    if (before.words if before else None) == words:
        return
    number = before.version if before else BUILT_IN
    if read is not None and read != number:
        raise TemplateStale
    session.add(
        TemplateVersionRow(
            merchant_id=merchant_id,
            occasion=it.occasion,
            channel=it.channel,
            language=it.language,
            version=number + 1,
            words=asdict(words) if words else None,
            saved_at=now,
            saved_by=actor,
        )
    )
    await session.flush()
    news = TemplateUpdated(
        merchant_id=merchant_id,
        occurred_at=now,
        occasion=it.occasion,
        channel=it.channel,
        language=it.language,
        version=number + 1,
        restored=restored,
    )
    await publish(session, [news], now=now)
