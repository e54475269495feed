"""The words of this module: texts, their forms, and what a merchant says instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Forms = Mapping[str, str]
"""A text by the forms of its counted word; one that counts nothing has `other` alone."""


class State(StrEnum):
    """Who has read a text."""

    SOURCE = "source"
    """English as it came: what all others are measured by."""
    MACHINE = "machine"
    """It came with the product; nobody who speaks the language has read it."""
    OUTDATED = "outdated"
    """Somebody had read or mended it; since then it has changed, or the English one has."""
    REVIEWED = "reviewed"
    """Somebody has read it and left it as it is."""
    MENDED = "mended"
    """The merchant says it in words of its own."""


@dataclass(frozen=True, slots=True)
class Text:
    """One thing that is said, in one language."""

    key: str
    """Its section and its name: `reward.title`."""
    counted: bool
    forms: Forms

    @property
    def section(self) -> str:
        """Which part of the product says it."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a merchant has decided about a text in a language."""

    forms: Forms | None
    """Words of its own; None: ours were read and are good."""
    read_against: str
    """The fingerprint of what was in front of whoever decided."""
    saved_at: datetime
    saved_by: str


@dataclass(frozen=True, slots=True)
class Said:
    """A text in a language as one merchant's people see it."""

    english: Text
    original: Text
    forms: Forms
    """What is shown."""
    state: State
    wording: Wording | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a language has been read."""

    language: str
    texts: int
    counts: Mapping[State, int]
