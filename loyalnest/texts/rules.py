"""Pure decisions: what a text may look like, who has read it, and what is shown."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping

from loyalnest.kernel.errors import Invalid
from loyalnest.kernel.languages import FALLBACK
from loyalnest.kernel.writing import shows_something, turns_what_follows
from loyalnest.texts.catalogue import fingerprint, forms_of
from loyalnest.texts.errors import (
    FormsUnfit,
    PlaceholderMissing,
    PlaceholderUnknown,
    TextEmpty,
    TextNotPlain,
    TextTooLong,
)
from loyalnest.texts.values import Forms, Said, State, Text, Wording

_PLACE = re.compile(r"\{\{\w+\}\}|\{\w+\}")
# Markup, escapes, entities, and what the dashboard would read as a reference to another text.
_NOT_PLAIN = re.compile(r"[<>\\{}]|&#?\w+;|\$t\(")
MISSING, TOO_MANY = "MISSING", "NOT_IN_ENGLISH"


def tidied(forms: Forms) -> Forms:
    """Words as they are kept: composed, without spaces around them."""
    return {form: unicodedata.normalize("NFC", words).strip() for form, words in forms.items()}


def places_of(text: Text) -> list[str]:
    """What is filled in, as it is written."""
    return list(dict.fromkeys(_PLACE.findall(text.forms["other"])))


def longest_of(source: Text) -> int:
    """How many characters a text may have: three fifths and twenty more than in English.

    German needs that for "Undo"; what is longer pushes something else out of its place.
    """
    return 20 + max(map(len, source.forms.values())) * 8 // 5


def check(source: Text, language: str, forms: Forms) -> None:
    """Raises FormsUnfit, TextEmpty, TextTooLong, PlaceholderMissing, PlaceholderUnknown,
    TextNotPlain.
    """
    expected = forms_of(source, language)
    if set(forms) != set(expected):
        raise FormsUnfit(f"Write this text in these forms: {', '.join(expected)}.")
    for form, words in forms.items():
        _check_words(source, f"forms.{form}", words)


def fits(source: Text, language: str, forms: Forms) -> bool:
    """Whether words that were good once can still be shown."""
    try:
        check(source, language, forms)
    except Invalid:
        return False
    return True


def faults_of(
    english: Mapping[str, Text], language: str, texts: Mapping[str, Text]
) -> dict[str, str]:
    """What is wrong with a language: key → what it lacks or the code it would be refused with."""
    return dict(_faults(english, language, texts))


def said(
    language: str, source: Text, original: Text, *, read: str | None, wording: Wording | None
) -> Said:
    """A text as a merchant's people see it; `read` is what its readers for the product saw."""
    now = fingerprint(source, original)
    forms, state = original.forms, State.MACHINE
    if wording is not None:
        state = State.REVIEWED
        if wording.forms is not None:
            state = State.MENDED
            # What is filled in may have changed with a new version of the product.
            fitting = fits(source, language, wording.forms)
            forms = wording.forms if fitting else original.forms
        if wording.read_against != now:
            state = State.OUTDATED
    elif language == FALLBACK:
        state = State.SOURCE
    elif read is not None:
        state = State.REVIEWED if read == now else State.OUTDATED
    return Said(source, original, forms, state, wording)


def matches(
    it: Said, *, sections: Collection[str] | None, state: State | None, q: str | None
) -> bool:
    """Whether somebody looks for this text: by its key, in English or in the language."""
    if sections and it.english.section not in sections:
        return False
    if state and it.state is not state:
        return False
    wanted = (q or "").strip().casefold()
    words = (it.english.key, *it.english.forms.values(), *it.forms.values())
    return not wanted or any(wanted in each.casefold() for each in words)


def _check_words(source: Text, field: str, words: str) -> None:
    if not shows_something(words):
        raise TextEmpty(fields={field: "must not be empty"})
    if len(words) > (longest := longest_of(source)):
        detail = f"Use at most {longest} characters: this is what there is room for."
        raise TextTooLong(detail, fields={field: f"has {len(words)} of {longest} characters"})
    expected, found = set(places_of(source)), set(_PLACE.findall(words))
    if missing := sorted(expected - found):
        raise PlaceholderMissing(
            f"Keep {', '.join(missing)} in the text: something is filled in there.",
            fields={field: f"lacks {', '.join(missing)}"},
        )
    if unknown := sorted(found - expected):
        raise PlaceholderUnknown(
            f"Take {', '.join(unknown)} out: nothing is filled in there.",
            fields={field: f"has {', '.join(unknown)}"},
        )
    marked = _NOT_PLAIN.search(_PLACE.sub("", words)) or any(map(_unprintable, words))
    if marked or turns_what_follows(words):
        raise TextNotPlain(fields={field: "is not plain text"})


def _unprintable(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _faults(
    english: Mapping[str, Text], language: str, texts: Mapping[str, Text]
) -> Iterator[tuple[str, str]]:
    for key, source in english.items():
        text = texts.get(key)
        if text is None or text.counted != source.counted:
            yield key, MISSING
            continue
        try:
            check(source, language, text.forms)
        except Invalid as error:
            yield key, error.code
        else:
            if tidied(text.forms) != text.forms:
                yield key, TextNotPlain().code
    for key in texts.keys() - english.keys():
        yield key, TOO_MANY
