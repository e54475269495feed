"""Named reads: the texts of a language with what the merchant has decided about them."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.languages import FALLBACK, LANGUAGES
from loyalnest.texts import catalogue, rules
from loyalnest.texts.errors import TextNotFound
from loyalnest.texts.values import Forms, Progress, Said, State, Wording

_WORDINGS = text("""
SELECT language, key, forms, read_against, saved_at, saved_by
FROM wordings
WHERE merchant_id = :merchant_id
  AND (cast(:language AS text) IS NULL OR language = :language)
  AND (cast(:key AS text) IS NULL OR key = :key)
""")
_MENDED = text("""
SELECT language, key, forms, read_against, saved_at, saved_by
FROM wordings
WHERE merchant_id = :merchant_id
  AND language = :language
  AND forms IS NOT NULL
""")
_MENDED_EVERYWHERE = text("""
SELECT language, key, forms
FROM wordings
WHERE merchant_id = :merchant_id
  AND forms IS NOT NULL
""")


async def texts_in(session: AsyncSession, language: str) -> list[Said]:
    """Every text of a language as the session's merchant says it, in the catalogue's order."""
    found = await session.execute(_WORDINGS, _about(session, language))
    wordings = {row["key"]: _wording(row) for row in found.mappings()}
    return [_said(language, key, wordings.get(key)) for key in catalogue.english()]


async def get_text(session: AsyncSession, language: str, key: str) -> Said:
    """One text in a language. Raises TextNotFound."""
    if key not in catalogue.english():
        raise TextNotFound
    row = (await session.execute(_WORDINGS, _about(session, language, key))).mappings().first()
    return _said(language, key, _wording(row) if row else None)


async def mended_in(session: AsyncSession, language: str) -> dict[str, dict[str, str]]:
    """What the session's merchant says in its own words, as a catalogue has it.

    Only what can be shown: words that no longer have the text's placeholders are left out.
    """
    found = (await session.execute(_MENDED, _about(session, language))).mappings()
    wordings = {row["key"]: _wording(row) for row in found}
    english = catalogue.english()
    return catalogue.written(
        (english[key], wording.forms)
        for key, wording in sorted(wordings.items())
        if key in english
        and wording.forms is not None
        and rules.fits(english[key], language, wording.forms)
    )


async def spoken_in(
    session: AsyncSession, language: str, sections: Collection[str]
) -> dict[str, Forms]:
    """What some parts of the product say in a language, in the merchant's own words where it has
    any that can be shown: key → forms."""
    found = (await session.execute(_MENDED, _about(session, language))).mappings()
    own = {row["key"]: row["forms"] for row in found}
    english = catalogue.english()
    return {
        key: own[key] if key in own and rules.fits(english[key], language, own[key]) else it.forms
        for key, it in catalogue.texts_in(language).items()
        if it.section in sections
    }


async def section_everywhere(session: AsyncSession, section: str) -> dict[str, dict[str, Forms]]:
    """What one part of the product says in every language, in the merchant's own words where it
    has any that can be shown: language → key → forms."""
    asked = {"merchant_id": merchant_of(session)}
    found = (await session.execute(_MENDED_EVERYWHERE, asked)).mappings()
    own = {(row["language"], row["key"]): row["forms"] for row in found}
    english = catalogue.english()
    said = {
        language: {key: it.forms for key, it in catalogue.of_section(language, section).items()}
        for language in LANGUAGES
    }
    for (language, key), forms in own.items():
        if key in said[language] and rules.fits(english[key], language, forms):
            said[language][key] = forms
    return said


async def section_in(session: AsyncSession, language: str, section: str) -> dict[str, str]:
    """The same of one part, as a catalogue has it."""
    english, said = catalogue.english(), await spoken_in(session, language, {section})
    words = catalogue.written((english[key], forms) for key, forms in said.items())
    return words.get(section, {})


async def read_in(session: AsyncSession, language: str) -> dict[str, dict[str, str]]:
    """What somebody of the session's merchant has read, mended or not, as a catalogue has it."""
    return catalogue.written(
        (it.english, it.forms)
        for it in await texts_in(session, language)
        if it.wording is not None and it.state in (State.REVIEWED, State.MENDED)
    )


async def progress(session: AsyncSession) -> list[Progress]:
    """How far each language has been read, by the product's readers and the merchant's."""
    found = (await session.execute(_WORDINGS, _about(session))).mappings()
    wordings: dict[str, dict[str, Wording]] = {}
    for row in found:
        wordings.setdefault(row["language"], {})[row["key"]] = _wording(row)
    return [_progress(language, wordings.get(language, {})) for language in LANGUAGES]


def _progress(language: str, wordings: Mapping[str, Wording]) -> Progress:
    """Only what somebody has read is looked at: nobody has read the rest."""
    texts = catalogue.english()
    read = (wordings.keys() | catalogue.reviewed_in(language).keys()) & texts.keys()
    counts = Counter(_said(language, key, wordings.get(key)).state for key in read)
    rest = State.SOURCE if language == FALLBACK else State.MACHINE
    counts[rest] += len(texts) - len(read)
    return Progress(language, len(texts), counts)


def _said(language: str, key: str, wording: Wording | None) -> Said:
    return rules.said(
        language,
        catalogue.english()[key],
        catalogue.texts_in(language)[key],
        read=catalogue.reviewed_in(language).get(key),
        wording=wording,
    )


def _wording(row: RowMapping) -> Wording:
    return Wording(row["forms"], row["read_against"], row["saved_at"], row["saved_by"])


def _about(
    session: AsyncSession, language: str | None = None, key: str | None = None
) -> dict[str, Any]:
    return {"merchant_id": merchant_of(session), "language": language, "key": key}
