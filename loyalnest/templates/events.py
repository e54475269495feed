"""What this module announces."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class TemplateUpdated(Event, frozen=True, kw_only=True):
    """A message is worded differently from now on."""

    type: ClassVar[str] = "template.updated"

    occasion: str
    channel: str
    language: str
    version: int
    restored: int | None
    """Which version was put back, 0 for the words that come with the product; null: new words."""


class TemplateJudged(Event, frozen=True, kw_only=True):
    """A provider's judgement of a WhatsApp template was noted."""

    type: ClassVar[str] = "template.judged"

    name: str
    language: str
    approval: str
