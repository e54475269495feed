"""What this module announces."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class SiteChanged(Event, frozen=True, kw_only=True):
    """Something else of a program is on the shop's pages than before, or elsewhere."""

    type: ClassVar[str] = "site.changed"

    version: int
    changed: tuple[str, ...]
    """Which of `widget` and `points` are others than before."""


class NudgeSaved(Event, frozen=True, kw_only=True):
    """A nudge was added or changed."""

    type: ClassVar[str] = "nudge.saved"

    nudge_id: UUID
    version: int
    kind: str
    state: str
