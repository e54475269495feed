"""Facts about consents. Ids and kinds alone: no address, and no words, leave this module."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class ConsentGranted(Event, frozen=True, kw_only=True):
    """A customer agreed to something."""

    type: ClassVar[str] = "consent.granted"

    consent_id: UUID
    purpose: str
    channel: str | None
    way: str


class ConsentWithdrawn(Event, frozen=True, kw_only=True):
    """A customer agrees to something no longer."""

    type: ClassVar[str] = "consent.withdrawn"

    consent_id: UUID
    purpose: str
    channel: str | None
    way: str


class ConsentPending(Event, frozen=True, kw_only=True):
    """A customer is said to have agreed, and is to confirm it by a link."""

    type: ClassVar[str] = "consent.pending"

    consent_id: UUID
    purpose: str
    channel: str | None
    way: str


class PreferencesChanged(Event, frozen=True, kw_only=True):
    """A customer wants to be written to in another way."""

    type: ClassVar[str] = "preferences.changed"

    changed: tuple[str, ...]


class AddressSuppressed(Event, frozen=True, kw_only=True):
    """An address gets nothing from now on."""

    type: ClassVar[str] = "address.suppressed"

    suppression_id: UUID
    channel: str
    reason: str


class SuppressionLifted(Event, frozen=True, kw_only=True):
    """An address may be written to again, as far as this reason goes."""

    type: ClassVar[str] = "suppression.lifted"

    suppression_id: UUID
    channel: str
    reason: str


class ConsentSettingsChanged(Event, frozen=True, kw_only=True):
    """A merchant asks otherwise, or keeps quiet at another time."""

    type: ClassVar[str] = "consent_settings.changed"

    version: int
    changed: tuple[str, ...]
