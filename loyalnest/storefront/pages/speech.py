"""How a page speaks: its language's words, numbers, money and dates.

Plural forms and formats are those of Unicode CLDR, by way of Babel.
"""

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from loyalnest.kernel.languages import LANGUAGES
from loyalnest.texts import Forms

_PLACE = re.compile(r"\{\{(\w+)\}\}")
# Around what is filled in, where it may be written the other way round.
_ISOLATE, _END = "\u2068", "\u2069"


@cache
def locale_of(language: str) -> Locale:
    """What is known of one of our languages."""
    return Locale.parse(language, sep="-")


@cache
def own_names() -> Mapping[str, str]:
    """What each language is called by those who speak it."""
    names = {each: locale_of(each).language_name or each for each in LANGUAGES}
    return {each: name[:1].upper() + name[1:] for each, name in names.items()}


@dataclass(frozen=True, slots=True)
class Speech:
    """A language, with the words that a page has in it."""

    language: str
    words: Mapping[str, Forms]
    unit: tuple[str, str] | None
    """What the merchant calls one point and several; None: what we do."""

    @property
    def locale(self) -> Locale:
        return locale_of(self.language)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction

    def say(self, key: str, **filled: str) -> str:
        """A text, with what belongs into its places."""
        return self._filled(self.words[key]["other"], filled)

    def counted(self, key: str, number: int) -> str:
        """A text in the form that a number asks for, the number in it."""
        forms = self.words[key]
        form = self.locale.plural_form(number)
        return self._filled(forms.get(form, forms["other"]), {"shown": self.number(number)})

    def points(self, number: int) -> str:
        """So many points, by what the merchant calls them."""
        if self.unit is None:
            return self.counted("unit.points", number)
        return f"{self.number(number)} {self.unit[self.locale.plural_form(number) != 'one']}"

    def number(self, value: int | Decimal) -> str:
        """A number as it is written."""
        return format_decimal(value, locale=self.locale)

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount; a whole one without the places behind the point."""
        if amount != amount.to_integral_value():
            return format_currency(amount, currency, locale=self.locale)
        pattern = copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (0, 0)
        return pattern.apply(amount, self.locale, currency=currency, currency_digits=False)

    def percent(self, share: Decimal) -> str:
        """Of a hundred."""
        pattern = copy(self.locale.percent_formats[None])
        pattern.frac_prec = (0, 2)
        return pattern.apply(share / 100, self.locale)

    def days(self, number: int) -> str:
        """So many days."""
        return self.counted("page.days", number)

    def day(self, on: date) -> str:
        """A date."""
        return format_date(on, "long", locale=self.locale)

    def both(self, things: Sequence[str]) -> str:
        """This, that and the other."""
        return format_list(list(things), "standard", locale=self.locale)

    def _filled(self, words: str, filled: Mapping[str, str]) -> str:
        turned = self.direction == "rtl"

        def fill(place: re.Match[str]) -> str:
            told = filled[place[1]]
            return f"{_ISOLATE}{told}{_END}" if turned else told

        return _PLACE.sub(fill, words)
