"""Named reads: the words that count for a merchant, and those that did."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, merchants
from loyalnest.kernel import languages
from loyalnest.kernel.database import merchant_of
from loyalnest.templates import builtin, rules
from loyalnest.templates.errors import TemplateVersionNotFound
from loyalnest.templates.values import (
    Approval,
    Channel,
    Occasion,
    Template,
    Version,
    Voice,
    Wanted,
    Words,
)

_NEWEST = text("""
SELECT DISTINCT ON (occasion, channel, language)
       occasion, channel, language, version, words, saved_at, saved_by
FROM message_template_versions
WHERE merchant_id = :merchant_id
  AND (occasion, channel, language) IN (
      SELECT *
      FROM unnest(cast(:occasions AS text[]), cast(:channels AS text[]), cast(:languages AS text[]))
  )
ORDER BY occasion, channel, language, version DESC
""")
_OWN = text("""
SELECT DISTINCT ON (occasion, channel, language)
       occasion, channel, language, version, words IS NOT NULL AS own, saved_at, saved_by
FROM message_template_versions
WHERE merchant_id = :merchant_id
ORDER BY occasion, channel, language, version DESC
""")
_VERSIONS = text("""
SELECT version, words, saved_at, saved_by
FROM message_template_versions
WHERE merchant_id = :merchant_id
  AND occasion = :occasion
  AND channel = :channel
  AND language = :language
  AND (cast(:below AS bigint) IS NULL OR version < :below)
ORDER BY version DESC
LIMIT :limit
""")
_VERSION = text("""
SELECT version, words, saved_at, saved_by
FROM message_template_versions
WHERE merchant_id = :merchant_id
  AND occasion = :occasion
  AND channel = :channel
  AND language = :language
  AND version = :version
""")
_APPROVALS = text("""
SELECT name, language, approval
FROM message_template_approvals
WHERE merchant_id = :merchant_id
  AND (name, language) IN (
      SELECT * FROM unnest(cast(:names AS text[]), cast(:languages AS text[])))
""")


class Named(Protocol):
    """Something with names by language, in the singular and the plural."""

    @property
    def names(self) -> Mapping[str, tuple[str, str]]: ...


UnitNames = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Mapping[UUID, Named]]]
"""What merchants call their points."""


@dataclass(frozen=True, slots=True)
class Own:
    """Where a merchant has saved something."""

    occasion: Occasion
    channel: Channel
    language: str
    version: int
    own: bool
    """Whether words of its own count; else the product's were put back."""
    saved_at: datetime
    saved_by: str


async def load(
    session: AsyncSession,
    wanted: Collection[Wanted],
    *,
    address: str,
    units: UnitNames | None = None,
) -> dict[Wanted, Template]:
    """The templates that count for the session's merchant now, each under what was asked for.

    `address` is the installation's, under which logos lie. The language is the one asked for or
    its base, else the merchant's, else English. Raises TemplateNotFound for a channel on which an
    occasion makes no sense.
    """
    for each in wanted:
        rules.check_channel(each.occasion, each.channel)
    merchant = await merchants.get(session, merchant_of(session))
    voice = await voice_of(session, address=address, units=units)
    spoken = {it: languages.chosen([it.language, merchant.locale]) for it in wanted}
    own = await newest(session, [Wanted(i.occasion, i.channel, at) for i, at in spoken.items()])
    found = {it: _template(it, language, own, voice) for it, language in spoken.items()}
    return await _judged(session, found)


async def voice_of(session: AsyncSession, *, address: str, units: UnitNames | None = None) -> Voice:
    """How the session's merchant sounds and looks in all its messages."""
    brand = await branding.current(session)
    unit = (await units(session, [brand.merchant_id])).get(brand.merchant_id) if units else None
    return Voice(
        merchant_id=brand.merchant_id,
        program=brand.name,
        palette=branding.palette_of(brand.settings.colour),
        corners=brand.settings.corners,
        logo=f"{address.rstrip('/')}{brand.logo.path}" if brand.logo else None,
        logo_size=(brand.logo.width, brand.logo.height) if brand.logo else (0, 0),
        units=unit.names if unit else {},
    )


async def newest(session: AsyncSession, wanted: Collection[Wanted]) -> dict[Wanted, Version]:
    """The latest versions that the session's merchant has saved, where it has."""
    asked = {
        "merchant_id": merchant_of(session),
        "occasions": [it.occasion for it in wanted],
        "channels": [it.channel for it in wanted],
        "languages": [it.language for it in wanted],
    }
    rows = (await session.execute(_NEWEST, asked)).mappings()
    return {_where(row): _version(row) for row in rows}


async def list_own(session: AsyncSession) -> list[Own]:
    """Everything that the session's merchant has saved something for."""
    rows = await session.execute(_OWN, {"merchant_id": merchant_of(session)})
    return [
        Own(
            Occasion(row.occasion),
            Channel(row.channel),
            row.language,
            row.version,
            row.own,
            row.saved_at,
            row.saved_by,
        )
        for row in rows
        if row.occasion in set(Occasion)
    ]


async def list_versions(
    session: AsyncSession, it: Wanted, *, below: int | None, limit: int
) -> list[Version]:
    """What was saved, the latest first."""
    asked = {**_asked(session, it), "below": below, "limit": limit}
    return [_version(row) for row in (await session.execute(_VERSIONS, asked)).mappings()]


async def get_version(session: AsyncSession, it: Wanted, version: int) -> Version:
    """What was saved once. Raises TemplateVersionNotFound."""
    asked = {**_asked(session, it), "version": version}
    row = (await session.execute(_VERSION, asked)).mappings().one_or_none()
    if row is None:
        raise TemplateVersionNotFound
    return _version(row)


def _template(it: Wanted, language: str, own: Mapping[Wanted, Version], voice: Voice) -> Template:
    saved = own.get(Wanted(it.occasion, it.channel, language))
    words = saved.words if saved else None
    # What may be filled in can change with a new version of the product; a sentence with a hole
    # in it is worse than ours.
    if saved and words and rules.still_good(it.occasion, it.channel, language, words):
        return Template(it.occasion, it.channel, language, saved.version, words, voice)
    ours = builtin.words_of(it.occasion, it.channel, language)
    return Template(it.occasion, it.channel, language, 0, ours, voice)


async def _judged(
    session: AsyncSession, found: Mapping[Wanted, Template]
) -> dict[Wanted, Template]:
    """With what the provider says of those that need to be approved."""
    chats = [it for it in found.values() if it.channel is Channel.WHATSAPP]
    if not chats:
        return dict(found)
    asked = {
        "merchant_id": merchant_of(session),
        "names": [it.words.name for it in chats],
        "languages": [it.language for it in chats],
    }
    rows = await session.execute(_APPROVALS, asked)
    judged = {(row.name, row.language): Approval(row.approval) for row in rows}
    return {
        wanted: (
            replace(it, approval=judged.get((it.words.name, it.language), Approval.UNSUBMITTED))
            if it.channel is Channel.WHATSAPP
            else it
        )
        for wanted, it in found.items()
    }


def _asked(session: AsyncSession, it: Wanted) -> dict[str, Any]:
    return {
        "merchant_id": merchant_of(session),
        "occasion": it.occasion,
        "channel": it.channel,
        "language": it.language,
    }


def _where(row: RowMapping) -> Wanted:
    return Wanted(Occasion(row["occasion"]), Channel(row["channel"]), row["language"])


def _version(row: RowMapping) -> Version:
    words = Words(**row["words"]) if row["words"] is not None else None
    return Version(row["version"], words, row["saved_at"], row["saved_by"])
