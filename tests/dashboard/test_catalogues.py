"""Every language says everything, and says it in plain text."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from loyalnest import staff
from loyalnest.entrypoints import wiring
from loyalnest.kernel import errors
from loyalnest.kernel.events import Event
from tests.tidy.repository import ROOT

LOCALES = ROOT / "locales"
SOURCE = ROOT / "web" / "dashboard" / "src"
LANGUAGES = (
    *("en", "es", "fr", "de", "pt", "ja", "ru", "it", "nl", "pl", "tr"),
    *("fa", "zh-CN", "vi", "id", "cs", "ar", "ko", "uk", "hu", "sv", "he"),
)
# Which forms of a counted word a language has (Unicode CLDR, cardinal numbers).
FORMS = {
    **dict.fromkeys(("en", "de", "nl", "tr", "fa", "hu", "sv"), ("one", "other")),
    **dict.fromkeys(("es", "fr", "it", "pt"), ("one", "many", "other")),
    **dict.fromkeys(("ja", "ko", "zh-CN", "vi", "id"), ("other",)),
    **dict.fromkeys(("ru", "uk", "pl", "cs"), ("one", "few", "many", "other")),
    "he": ("one", "two", "other"),
    "ar": ("zero", "one", "two", "few", "many", "other"),
}
COUNTED = re.compile(r"_(zero|one|two|few|many|other)$")
PLACE = re.compile(r"\{\{(\w+)\}\}")
# What the edge turns into an answer; all else is a fault of ours.
KINDS = (
    *(errors.Invalid, errors.Unauthenticated, errors.Forbidden, errors.NotFound),
    *(errors.Conflict, errors.Unavailable, errors.RateLimited),
)
Known = TypeVar("Known")
KEY = re.compile(r"""\b(?:t\(\s*|label: )"([a-z]\w*\.\w+)\"""")


def catalogue(language: str) -> dict[str, str]:
    """A language's texts by their full keys."""
    sections: dict[str, dict[str, str]] = json.loads((LOCALES / f"{language}.json").read_text())
    return {
        f"{name}.{key}": text for name, texts in sections.items() for key, text in texts.items()
    }


def meanings(language: str) -> dict[str, str]:
    """The texts without the forms of counted words."""
    return {COUNTED.sub("", key): text for key, text in catalogue(language).items()}


def test_there_is_a_catalogue_for_every_language_and_no_other() -> None:
    assert sorted(path.stem for path in LOCALES.iterdir()) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_that_english_says_in_the_same_order(language: str) -> None:
    assert list(meanings(language)) == list(meanings("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_all_its_forms_of_counted_words(language: str) -> None:
    found: dict[str, set[str]] = {}
    for key in catalogue(language):
        if form := COUNTED.search(key):
            found.setdefault(COUNTED.sub("", key), set()).add(form[1])
    assert found
    assert all(forms == set(FORMS[language]) for forms in found.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_fills_in_what_the_english_one_does(language: str) -> None:
    english = meanings("en")
    wrong = {
        key: text
        for key, text in catalogue(language).items()
        if sorted(PLACE.findall(text)) != sorted(PLACE.findall(english[COUNTED.sub("", key)]))
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_language_is_not_english_under_another_name(language: str) -> None:
    english, texts = meanings("en"), meanings(language)
    same = [key for key, text in texts.items() if text == english[key]]
    assert len(same) < len(texts) / 10, same


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_plain_text(language: str) -> None:
    odd = {
        key: text
        for key, text in catalogue(language).items()
        if not text.strip() or text != text.strip() or re.search(r"[<>\\]|&\w+;|\$t\(", text)
    }
    assert odd == {}


def test_every_key_that_the_dashboard_asks_for_exists() -> None:
    known = set(meanings("en"))
    missing = [f"{file}: {key}" for file, key in _asked() if key not in known]
    assert missing == []


def test_whatever_is_refused_is_told_in_the_readers_language() -> None:
    """By a text of its own or that of its kind, which the server's own words follow."""
    texts = set(json.loads((LOCALES / "en.json").read_text())["problem"])
    told = {cls: {_code(cls), _code(kind)} for kind in KINDS for cls in (kind, *_below(kind))}
    assert len(wiring.SUBSCRIBERS) > 1, "every module has to be loaded for this"
    assert [cls.__name__ for cls, codes in told.items() if not codes & texts] == []
    assert texts - {_code(cls) for cls in told} == {"INTERNAL_ERROR", "NETWORK"}


def test_whatever_happens_has_a_name() -> None:
    texts = set(json.loads((LOCALES / "en.json").read_text())["event"])
    ours = (cls for cls in _below(Event) if cls.__module__.startswith("loyalnest."))
    assert {cls.type.replace(".", "_") for cls in ours if hasattr(cls, "type")} == texts


def test_every_role_and_what_it_may_do_has_a_name() -> None:
    sections = json.loads((LOCALES / "en.json").read_text())
    assert set(sections["role"]) == set(staff.Role)
    assert set(sections["area"]) == {scope.partition(":")[0] for scope in staff.Scope}


def _below(cls: type[Known]) -> Iterator[type[Known]]:
    for each in cls.__subclasses__():
        yield each
        yield from _below(each)


def _code(cls: type[errors.DomainError]) -> str:
    return cls().code


def _asked() -> list[tuple[str, str]]:
    files = [path for suffix in ("*.ts", "*.tsx") for path in sorted(SOURCE.rglob(suffix))]
    return [
        (str(path.relative_to(SOURCE)), key)
        for path in files
        for key in KEY.findall(Path(path).read_text())
    ]
