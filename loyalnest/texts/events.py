"""What this module announces."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class TextMended(Event, frozen=True, kw_only=True):
    """A text of the product is said in other words, or in its own again."""

    type: ClassVar[str] = "text.mended"

    language: str
    key: str
    before: dict[str, str] | None
    """The merchant's own words by form; null: the original."""
    after: dict[str, str] | None


class TextReviewed(Event, frozen=True, kw_only=True):
    """Somebody has read a text and left it as it is, or takes that back."""

    type: ClassVar[str] = "text.reviewed"

    language: str
    key: str
    reviewed: bool
