"""The texts that come with the product: one file a language, and who has read which of them."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from loyalnest.kernel.languages import FALLBACK, FORMS
from loyalnest.texts.values import Forms, Text

LOCALES = Path(__file__).parents[2] / "locales"
_COUNTED = re.compile(r"_(zero|one|two|few|many|other)$")
Catalogue = Mapping[str, Mapping[str, str]]
"""A file as it stands: section → name, with the form of a counted word behind it → words."""


@cache
def texts_in(language: str, folder: Path = LOCALES) -> Mapping[str, Text]:
    """Every text of a language by its key, in the file's order."""
    return read(json.loads((folder / f"{language}.json").read_text(encoding="utf-8")))


@cache
def of_section(language: str, section: str) -> Mapping[str, Text]:
    """Those of one part of the product."""
    return {key: it for key, it in texts_in(language).items() if it.section == section}


@cache
def reviewed_in(language: str, folder: Path = LOCALES) -> Mapping[str, str]:
    """Which texts a speaker of the language has read for the product: key → fingerprint.

    A language without such a file has been read by nobody.
    """
    path = folder / "reviewed" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def english() -> Mapping[str, Text]:
    """What every other language is measured by."""
    return texts_in(FALLBACK)


def read(catalogue: Catalogue) -> Mapping[str, Text]:
    """The texts of a file, each with all its forms."""
    forms: dict[str, dict[str, str]] = {}
    counted: set[str] = set()
    for section, texts in catalogue.items():
        for name, words in texts.items():
            form = _COUNTED.search(name)
            key = f"{section}.{_COUNTED.sub('', name)}"
            forms.setdefault(key, {})[form[1] if form else "other"] = words
            if form:
                counted.add(key)
    return {key: Text(key, key in counted, each) for key, each in forms.items()}


def written(texts: Iterable[tuple[Text, Forms]]) -> dict[str, dict[str, str]]:
    """Texts in other words, as a file has them."""
    catalogue: dict[str, dict[str, str]] = {}
    for text, forms in texts:
        section, _, name = text.key.partition(".")
        for form, words in forms.items():
            catalogue.setdefault(section, {})[f"{name}_{form}" if text.counted else name] = words
    return catalogue


def forms_of(text: Text, language: str) -> tuple[str, ...]:
    """Which forms a text has in a language."""
    return tuple(FORMS[language]) if text.counted else ("other",)


def fingerprint(source: Text, original: Text) -> str:
    """Changes when the English text does, or ours in the language."""
    said = json.dumps([dict(source.forms), dict(original.forms)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def problem_in(language: str, code: str) -> str | None:
    """What a refusal is called in a language, for the codes that have a text of their own."""
    text = texts_in(language).get(f"problem.{code}")
    return text.forms["other"] if text else None


def forms_in(language: str, key: str) -> Forms:
    """A text as it comes with the product, whoever reads it. Raises KeyError."""
    return texts_in(language)[key].forms


def sections() -> list[str]:
    """The parts of the product that say something, in order."""
    return list(dict.fromkeys(text.section for text in english().values()))
