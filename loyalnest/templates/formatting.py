"""How numbers, money and dates are written in a language (Unicode CLDR, by way of Babel)."""

import re
import unicodedata
from collections.abc import Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, cast

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from loyalnest.kernel.languages import RIGHT_TO_LEFT

_PLACE = "{{shown}}"
_ISOLATE, _END = "\u2068", "\u2069"
_TURNED, _STRAIGHT = frozenset({"R", "AL"}), frozenset({"L"})
_KEPT = 4_096
# Between the letters of a currency and a digit belongs a blank, which Babel leaves out.
_TOGETHER = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
Length = Literal["short", "medium", "long", "full"]


@cache
def locale_of(language: str) -> Locale:
    """What is known of one of our languages."""
    return Locale.parse(language, sep="-")


@lru_cache(_KEPT)
def number(value: int, language: str) -> str:
    """A whole number."""
    return format_decimal(value, locale=locale_of(language))


def counted(value: int, forms: Mapping[str, str], language: str, place: str = _PLACE) -> str:
    """So many of something, in the form that the number asks for."""
    form = locale_of(language).plural_form(value)
    return forms.get(form, forms["other"]).replace(place, number(value, language))


def called(value: int, unit: tuple[str, str], language: str) -> str:
    """So many of what a merchant has named in the singular and the plural."""
    several = locale_of(language).plural_form(value) != "one"
    return f"{number(value, language)} {unit[several]}"


@lru_cache(_KEPT)
def money(amount: Decimal, currency: str, language: str) -> str:
    """An amount; a whole one without the places behind the point."""
    locale = locale_of(language)
    if amount != amount.to_integral_value():
        return _TOGETHER.sub("\u00a0", format_currency(amount, currency, locale=locale))
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (0, 0)
    written = pattern.apply(amount, locale, currency=currency, currency_digits=False)
    return _TOGETHER.sub("\u00a0", written)


@lru_cache(_KEPT)
def day(on: date, length: str, language: str) -> str:
    """A date."""
    return format_date(on, cast("Length", length), locale=locale_of(language))


def isolated(words: str, language: str) -> str:
    """Words that run against a language's direction, so that nothing beside them is turned."""
    against = _STRAIGHT if language in RIGHT_TO_LEFT else _TURNED
    if words.isascii() and against is _TURNED:
        return words
    runs = any(unicodedata.bidirectional(sign) in against for sign in words)
    return f"{_ISOLATE}{words}{_END}" if runs else words
