"""What stands on a sheet. Pure: values in, values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from babel.numbers import format_decimal

from loyalnest import branding
from loyalnest.branding import Branding
from loyalnest.kernel.languages import Wanted
from loyalnest.stamps.enrolling.sheets.modules import modules_of
from loyalnest.stamps.enrolling.values import PosterSize
from loyalnest.stamps.numbers import shown
from loyalnest.stamps.values import CardTerms, Stage
from loyalnest.texts import Forms

_SIZES = {PosterSize.A4: (210, 297), PosterSize.A5: (148, 210), PosterSize.TENT: (210, 297)}
"""In millimetres."""
_BLEED, _AROUND = 3, 10
_STAGES_AT_MOST = 4
# What Typst takes for the region; without one a font can't tell Han characters of one language
# from another's.
_REGIONS = {"zh": "CN"}


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language a sheet is written, and the words for it."""

    language: str
    words: Mapping[str, Forms]
    wanted: Wanted

    @property
    def locale(self) -> Locale:
        return Locale.parse(self.language, sep="-")

    def say(self, key: str) -> str:
        """A text of ours."""
        return self.words[f"poster.{key}"]["other"]

    def stamps(self, number: int) -> str:
        """So many stamps."""
        forms = self.words["poster.stamps"]
        words = forms.get(self.locale.plural_form(number), forms["other"])
        return words.replace("{{shown}}", format_decimal(number, locale=self.locale))


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """A card of paper: its number, and the text of its code."""

    number: str
    code: str


def poster_sheet(
    brand: Branding,
    terms: CardTerms,
    reader: Reader,
    *,
    address: str,
    size: PosterSize,
    marks: bool,
) -> dict[str, Any]:
    """A poster whose code leads to an address; `marks` are for whoever cuts it."""
    code = modules_of(address)
    return {
        **_common(brand, reader),
        "headline": reader.say("headline"),
        "stages": [
            [reader.stamps(it.count), reader.wanted.said_in(it.names, it.name)]
            for it in _told_of(terms)
        ],
        "steps": [reader.say(f"step{number}") for number in (1, 2, 3)],
        "numerals": [format_decimal(number, locale=reader.locale) for number in (1, 2, 3)],
        "or_type": reader.say("open"),
        "shown_address": address.partition("://")[2],
        "modules": code.side,
        "runs": code.runs,
        "size": _SIZES[size],
        "folded": size is PosterSize.TENT,
        "bleed": _BLEED if marks else 0,
        "around": _AROUND if marks else 0,
    }


def cards_sheet(
    brand: Branding,
    terms: CardTerms,
    reader: Reader,
    cards: Sequence[PrintedCard],
) -> dict[str, Any]:
    """Sheets of cards of paper, ten on each."""
    codes = [modules_of(it.code) for it in cards]
    return {
        **_common(brand, reader),
        "program": reader.wanted.said_in(terms.names, terms.name),
        "show": reader.say("show"),
        "modules": codes[0].side,
        "cards": [[shown(it.number), code.runs] for it, code in zip(cards, codes, strict=True)],
    }


def _told_of(terms: CardTerms) -> Sequence[Stage]:
    """The stages that there is room for, the last among them."""
    return (*terms.stages[:-1][: _STAGES_AT_MOST - 1], terms.stages[-1])


def _common(brand: Branding, reader: Reader) -> dict[str, Any]:
    palette = branding.palette_of(brand.settings.colour)
    language = reader.locale.language
    return {
        "language": language,
        "region": _REGIONS.get(language),
        "direction": reader.locale.text_direction,
        "brand": brand.name,
        "colour": palette.colour,
        "on_colour": palette.on_colour,
    }
