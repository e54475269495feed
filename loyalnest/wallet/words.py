"""What a pass says, in every language: a phone speaks its owner's, which we don't know."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from loyalnest.kernel.languages import LANGUAGES, Wanted
from loyalnest.texts import Forms
from loyalnest.wallet.rules import next_stage
from loyalnest.wallet.values import PassStage, PassTexts

SECTION = "pass"
_PLACE = re.compile(r"\{\{(\w+)\}\}")
# Around what is filled in, where it may be written the other way round.
_ISOLATE, _END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Named:
    """Something a merchant named, and what it is called in other languages."""

    name: str
    names: Mapping[str, str]

    def said_in(self, language: str, shop: str | None) -> str:
        """What it is called for somebody who reads this language."""
        return Wanted(explicit=language, shop=shop).said_in(self.names, self.name)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a card is put into words."""

    brand: str
    shop: str | None
    """The language that the merchant writes in."""
    program: Named
    stages: Sequence[tuple[int, Named]]
    """Counts with what they bring."""
    collected: int
    due: Sequence[Named]
    good_until: date | None = None


@dataclass(frozen=True, slots=True)
class _Speech:
    language: str
    words: Mapping[str, Forms]

    def say(self, key: str, **filled: str) -> str:
        return self._filled(self.words[f"{SECTION}.{key}"]["other"], filled)

    def counted(self, key: str, number: int, **filled: str) -> str:
        forms = self.words[f"{SECTION}.{key}"]
        form = _locale(self.language).plural_form(number)
        return self._filled(
            forms.get(form, forms["other"]), {"shown": self.number(number), **filled}
        )

    def number(self, value: int) -> str:
        return format_decimal(value, locale=_locale(self.language))

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=_locale(self.language))

    def listed(self, things: Sequence[str]) -> str:
        return format_list(list(things), "standard-short", locale=_locale(self.language))

    def _filled(self, words: str, filled: Mapping[str, str]) -> str:
        turned = _locale(self.language).text_direction == "rtl"

        def fill(place: re.Match[str]) -> str:
            told = filled[place[1]]
            return f"{_ISOLATE}{told}{_END}" if turned else told

        return _PLACE.sub(fill, words)


def texts_of(shown: Shown, words: Mapping[str, Mapping[str, Forms]]) -> dict[str, PassTexts]:
    """What a pass says, by language; `words` is our section in each."""
    return {language: _texts(shown, _Speech(language, words[language])) for language in LANGUAGES}


def _texts(shown: Shown, speech: _Speech) -> PassTexts:
    def named(it: Named) -> str:
        return it.said_in(speech.language, shown.shop)

    needed = shown.stages[-1][0]
    return PassTexts(
        program=named(shown.program),
        description=speech.say("description", brand=shown.brand),
        stamps_label=speech.say("stamps"),
        stamps=f"{speech.number(shown.collected)} / {speech.number(needed)}",
        next_label=speech.say("next"),
        next=_next(shown, speech),
        due_label=speech.say("due"),
        due=speech.listed([named(it) for it in shown.due]) if shown.due else "",
        holder_label=speech.say("holder"),
        number_label=speech.say("number"),
        rewards_label=speech.say("rewards"),
        rewards="\n".join(f"{speech.number(count)}: {named(it)}" for count, it in shown.stages),
        how_label=speech.say("how"),
        how=speech.say("howText"),
        expires_label=speech.say("expires"),
        changed_stamps=speech.say("changedStamps", value="%@"),
        changed_due=speech.say("changedDue", value="%@"),
        good_until=speech.day(shown.good_until) if shown.good_until else "",
    )


def _next(shown: Shown, speech: _Speech) -> str:
    stages = [PassStage(count, it.name) for count, it in shown.stages]
    coming = next_stage(stages, shown.collected)
    if coming is None:
        return ""
    name = next(it for count, it in shown.stages if count == coming.count)
    return speech.counted(
        "toGo",
        coming.count - shown.collected,
        reward=name.said_in(speech.language, shown.shop),
    )


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")
