"""Posters and printed cards as files, in a merchant's looks and its customers' language."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, merchants, texts
from loyalnest.branding import Branding
from loyalnest.kernel.database import database_of, merchant_of
from loyalnest.kernel.languages import Wanted, chosen
from loyalnest.stamps import queries as cards
from loyalnest.stamps.enrolling import queries
from loyalnest.stamps.enrolling.errors import PosterSizeUnfit
from loyalnest.stamps.enrolling.sheets import (
    PrintedCard,
    Reader,
    cards_sheet,
    poster_sheet,
    set_sheet,
)
from loyalnest.stamps.enrolling.values import PosterSize, SheetFormat
from loyalnest.stamps.showing import printed_codes

PATH = "/j/"


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be set, once the transaction that gathered it is over."""

    facts: dict[str, Any]
    logo: bytes | None
    name: str
    """Of the file, without what its format is called."""


async def poster_ready(
    session: AsyncSession,
    poster_id: UUID,
    *,
    size: PosterSize,
    format: SheetFormat,
    language: str | None,
    marks: bool,
) -> Ready:
    """A poster as it is to be set. Raises PosterNotFound, PosterSizeUnfit."""
    if marks and format is not SheetFormat.PDF:
        raise PosterSizeUnfit(fields={"marks": "is for PDF alone"})
    poster = await queries.get_poster(session, poster_id)
    program = await cards.get_program(session, poster.program_id)
    brand, logo = await _looks(session)
    reader = await reader_of(session, language)
    facts = poster_sheet(
        brand,
        program.terms,
        reader,
        address=f"{database_of(session).settings.address}{PATH}{poster.code}",
        size=size,
        marks=marks,
    )
    return Ready(facts, logo, f"poster-{poster.code.lower()}-{size}-{reader.language}")


async def cards_ready(session: AsyncSession, batch_id: UUID, *, language: str | None) -> Ready:
    """A batch of cards as it is to be set. Raises CardBatchNotFound."""
    batch = await queries.get_batch(session, batch_id)
    program = await cards.get_program(session, batch.program_id)
    brand, logo = await _looks(session)
    reader = await reader_of(session, language)
    numbers = await queries.numbers_of(session, batch_id)
    codes = await printed_codes(session, numbers)
    printed = [PrintedCard(*each) for each in zip(numbers, codes, strict=True)]
    facts = cards_sheet(brand, program.terms, reader, printed)
    return Ready(facts, logo, f"cards-{batch.made_at:%Y-%m-%d}-{reader.language}")


async def poster_file(ready: Ready, format: SheetFormat, merchant_id: UUID) -> bytes:
    """The poster in this format. Raises SheetsBusy."""
    return await set_sheet(
        "poster", ready.facts, logo=ready.logo, format=format, merchant_id=merchant_id
    )


async def cards_file(ready: Ready, merchant_id: UUID) -> bytes:
    """The cards as PDF. Raises SheetsBusy."""
    return await set_sheet(
        "cards", ready.facts, logo=ready.logo, format=SheetFormat.PDF, merchant_id=merchant_id
    )


async def reader_of(session: AsyncSession, language: str | None) -> Reader:
    """In which words a sheet is written: this language's, or else the shop's own."""
    shop = (await merchants.get(session, merchant_of(session))).locale
    spoken = chosen((language, shop))
    words = await texts.spoken_in(session, spoken, ("poster",))
    return Reader(spoken, words, Wanted(explicit=spoken, shop=shop))


async def _looks(session: AsyncSession) -> tuple[Branding, bytes | None]:
    brand = await branding.current(session)
    if brand.logo is None:
        return brand, None
    return brand, await branding.find_body(session, brand.merchant_id, brand.logo.hash)
