"""Sheets of paper: every language is set in our own fonts, and every code can be read."""

import io
import re
import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from loyalnest import texts
from loyalnest.branding import Branding, BrandSettings, pictures
from loyalnest.kernel.languages import LANGUAGES, Wanted
from loyalnest.stamps.enrolling.sheets import setting
from loyalnest.stamps.enrolling.sheets.facts import (
    PrintedCard,
    Reader,
    cards_sheet,
    poster_sheet,
)
from loyalnest.stamps.enrolling.values import PosterSize, SheetFormat
from loyalnest.stamps.values import CardTerms, Stage
from loyalnest.texts import Forms
from tests.branding.drawings import drawing

ADDRESS = "https://loyalty.example.com/j/7K2PM4QX"
MERCHANT = UUID(int=1)
COFFEE = CardTerms(
    name="Coffee card",
    stages=(Stage(key="a", count=5, name="Free espresso"), Stage(key="b", count=10, name="Cake")),
)


@pytest.mark.parametrize("size", PosterSize)
async def test_the_code_of_a_poster_leads_where_it_says(size: PosterSize) -> None:
    image = await _set(_poster("en", size), SheetFormat.PNG)
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(image)))
    assert {it.text for it in found} == {ADDRESS}
    assert {it.ec_level for it in found} <= {"Q", "H"}
    # A tent shows one to either side.
    assert len(found) == (2 if size is PosterSize.TENT else 1)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_poster_can_be_set_and_read_in_every_language(language: str) -> None:
    image = await _set(_poster(language), SheetFormat.PNG)
    assert zxingcpp.read_barcode(Image.open(io.BytesIO(image))).text == ADDRESS  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_letter_is_missing_in_our_fonts(language: str) -> None:
    fonts = [
        ImageFont.truetype(path, 20)
        for folder in setting.font_folders()
        for path in sorted(folder.glob("*.[ot]tf"))
    ]
    words = "".join(str(it) for it in _poster(language).values())
    missing = {it for it in words if it.isalpha() and not any(_draws(font, it) for font in fonts)}
    assert missing == set()


async def test_a_poster_for_the_printer_is_of_lines_and_letters_not_of_dots() -> None:
    pdf = await _set(_poster("en"), SheetFormat.PDF)
    assert pdf.startswith(b"%PDF-")
    assert b"/Subtype /Image" not in pdf
    assert b"/FontFile" in pdf
    svg = (await _set(_poster("en"), SheetFormat.SVG)).decode()
    assert "<image" not in svg
    assert 'href="http' not in svg


async def test_crop_marks_lie_outside_of_what_is_kept() -> None:
    plain = await _set(_poster("en", PosterSize.A5), SheetFormat.PDF)
    marked = await _set(_poster("en", PosterSize.A5, marks=True), SheetFormat.PDF)
    width, height = _paper(plain)
    assert _paper(marked) == pytest.approx((width + 20 * 72 / 25.4, height + 20 * 72 / 25.4), abs=1)


async def test_a_logo_stands_on_it_and_the_code_is_read_all_the_same() -> None:
    logo = pictures.drawn(drawing(colour="red", size=(600, 200))).body
    plain = await _set(_poster("en"), SheetFormat.PNG)
    for size in PosterSize:
        image = await setting.set_sheet(
            "poster",
            _poster("en", size),
            logo=logo,
            format=SheetFormat.PNG,
            merchant_id=MERCHANT,
        )
        assert zxingcpp.read_barcode(Image.open(io.BytesIO(image))) is not None
        assert image != plain


async def test_long_names_are_made_to_fit() -> None:
    terms = CardTerms(name="x" * 100, stages=(Stage(key="a", count=100, name="Wurst " * 16),))
    image = await _set(_poster("de", PosterSize.A5, terms=terms, brand="W" * 60), SheetFormat.PNG)
    assert zxingcpp.read_barcode(Image.open(io.BytesIO(image))) is not None


async def test_what_a_merchant_calls_itself_is_no_program() -> None:
    facts = _poster("en", brand='#panic("x") $1$ *bold* \\')
    assert b"%PDF-" in await _set(facts, SheetFormat.PDF)


async def test_printed_cards_are_ten_to_a_sheet_and_each_has_its_code() -> None:
    printed = [PrintedCard(f"{n:010}", f"LN1.C.7K2P.{n:010}.0.ABCDEFGH23456789") for n in range(10)]
    facts = cards_sheet(_brand(), COFFEE, _reader("ar"), printed)
    assert b"%PDF-" in await setting.set_sheet(
        "cards", facts, logo=None, format=SheetFormat.PDF, merchant_id=MERCHANT
    )
    image = await setting.set_sheet(
        "cards", facts, logo=None, format=SheetFormat.PNG, merchant_id=MERCHANT
    )
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(image)))
    assert {it.text for it in found} == {it.code for it in printed}


async def _set(facts: Mapping[str, Any], format: SheetFormat) -> bytes:
    return await setting.set_sheet("poster", facts, logo=None, format=format, merchant_id=MERCHANT)


def _poster(
    language: str,
    size: PosterSize = PosterSize.A4,
    *,
    marks: bool = False,
    terms: CardTerms = COFFEE,
    brand: str = "Café Morgenrot",
) -> dict[str, Any]:
    return poster_sheet(
        _brand(brand),
        terms,
        _reader(language),
        address=ADDRESS,
        size=size,
        marks=marks,
    )


def _brand(name: str = "Café Morgenrot") -> Branding:
    return Branding(MERCHANT, 0, BrandSettings(), name, None, None, None)


def _reader(language: str) -> Reader:
    words: dict[str, Forms] = {
        key: texts.forms_in(language, key)
        for key in ("poster.headline", "poster.stamps", "poster.open", "poster.show")
    } | {f"poster.step{n}": texts.forms_in(language, f"poster.step{n}") for n in (1, 2, 3)}
    return Reader(language, words, Wanted(explicit=language, shop="en"))


def _paper(pdf: bytes) -> tuple[float, float]:
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    unpacked = [pdf, *(_inflated(it) for it in streams)]
    found = next(m for it in unpacked if (m := re.search(rb"/MediaBox ?\[([^\]]+)\]", it)))
    numbers = [float(it) for it in found[1].split()]
    return numbers[2], numbers[3]


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def _draws(font: ImageFont.FreeTypeFont, letter: str) -> bool:
    """Whether it has a sign of its own for a letter, rather than the one for what it lacks."""
    return _drawn(font, letter) != _drawn(font, "\uffff")


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    image = Image.new("L", (40, 40))
    ImageDraw.Draw(image).text((5, 5), letter, 255, font=font)
    return image.tobytes()
