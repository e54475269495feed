"""Facts about sinks."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class SinkSaved(Event, frozen=True, kw_only=True):
    """A tool is told what happens in the program, from now on or by another account."""

    type: ClassVar[str] = "sink.saved"

    provider: str


class SinkRemoved(Event, frozen=True, kw_only=True):
    """A tool is told nothing any more."""

    type: ClassVar[str] = "sink.removed"

    provider: str


class SinkBroke(Event, frozen=True, kw_only=True):
    """A tool refuses the merchant's account; nothing is poured until somebody mends it."""

    type: ClassVar[str] = "sink.broke"

    provider: str
    reason: str
