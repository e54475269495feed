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


class EmailCaptured(Event, frozen=True, kw_only=True):
    """Somebody left an e-mail address on the shop's pages, and agreed to what it is for."""

    type: ClassVar[str] = "email.captured"

    capture_id: UUID
    nudge_id: UUID
    nudge_version: int
    language: str


class EmailConfirmed(Event, frozen=True, kw_only=True):
    """Whoever reads the mail of an address that was left has said that they left it."""

    type: ClassVar[str] = "email.confirmed"

    capture_id: UUID


class EmailForgotten(Event, frozen=True, kw_only=True):
    """An address that was left, and what was agreed to, was deleted."""

    type: ClassVar[str] = "email.forgotten"

    capture_id: UUID


class PerkSaved(Event, frozen=True, kw_only=True):
    """Something that a tier brings besides points was added or changed."""

    type: ClassVar[str] = "perk.saved"

    perk_id: UUID
    version: int
    kind: str
    state: str
