"""Every language says everything, and says it in plain text."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from loyalnest import staff, texts
from loyalnest.entrypoints import wiring
from loyalnest.kernel import errors
from loyalnest.kernel.events import Event
from loyalnest.kernel.languages import LANGUAGES, RIGHT_TO_LEFT
from tests.tidy.repository import ROOT

LOCALES = ROOT / "locales"
SOURCE = ROOT / "web" / "dashboard" / "src"
COUNTED = re.compile(r"_(zero|one|two|few|many|other)$")
# What the edge turns into an answer; all else is a fault of ours.
KINDS = (
    *(errors.Invalid, errors.Unauthenticated, errors.Forbidden, errors.NotFound),
    *(errors.Conflict, errors.Unavailable, errors.RateLimited),
)
Known = TypeVar("Known")
KEY = re.compile(r"""\b(?:t\(\s*|label: )"([a-z]\w*\.\w+)\"""")


def raw(language: str) -> dict[str, dict[str, str]]:
    """A language's file as it stands."""
    return json.loads((LOCALES / f"{language}.json").read_text())


def catalogue(language: str) -> dict[str, str]:
    """A language's texts by their full keys."""
    return {
        f"{name}.{key}": words
        for name, section in raw(language).items()
        for key, words in section.items()
    }


def meanings(language: str) -> dict[str, str]:
    """The texts without the forms of counted words."""
    return {COUNTED.sub("", key): text for key, text in catalogue(language).items()}


def test_there_is_a_catalogue_for_every_language_and_no_other() -> None:
    assert sorted(path.stem for path in LOCALES.glob("*.json")) == sorted(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_everything_that_english_says_in_the_same_order(language: str) -> None:
    assert list(meanings(language)) == list(meanings("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_lacks_nothing_and_each_text_fits_its_place(language: str) -> None:
    """None is missing, overlong or unescaped; each has its forms and fills in what it should."""
    assert texts.faults_of(texts.read(raw("en")), language, texts.read(raw(language))) == {}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_language_is_not_english_under_another_name(language: str) -> None:
    english, texts = meanings("en"), meanings(language)
    same = [key for key, text in texts.items() if text == english[key]]
    assert len(same) < len(texts) / 10, same


def test_nobody_is_said_to_have_read_a_text_that_is_not_there() -> None:
    for language in LANGUAGES:
        assert set(texts.reviewed_in(language)) <= set(texts.read(raw("en")))


def test_the_browser_and_the_server_speak_the_same_languages() -> None:
    listed, _, rest = (SOURCE / "i18n" / "languages.ts").read_text().partition("as const")
    assert re.findall(r'^  "?([\w-]+)"?: "', listed, re.MULTILINE) == list(LANGUAGES)
    backwards = re.search(r"RIGHT_TO_LEFT.+?= \[(.+?)\]", rest)
    assert backwards
    assert set(re.findall(r'"(\w+)"', backwards[1])) == RIGHT_TO_LEFT


def test_every_key_that_the_dashboard_asks_for_exists() -> None:
    known = set(meanings("en"))
    missing = [f"{file}: {key}" for file, key in _asked() if key not in known]
    assert missing == []


def test_what_is_loaded_later_is_said_by_screens_that_load_it() -> None:
    listed = (SOURCE.parent / "catalogues.ts").read_text()
    named = re.findall(r"^export const \w+ = (\[.+?\]);$", listed, re.MULTILINE | re.DOTALL)
    later, elsewhere = (re.findall(r'"(\w+)"', each) for each in named)
    assert later
    assert elsewhere
    assert {*later, *elsewhere} <= set(raw("en"))
    loading = {
        path.parent.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("routes.tsx")
        if "restOfTexts" in path.read_text()
    }
    wrong = [
        f"{file}: {key}"
        for file, key in _asked()
        if (section := key.partition(".")[0]) in elsewhere
        or (section in later and Path(file).parent.as_posix() not in loading)
    ]
    assert wrong == []


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
