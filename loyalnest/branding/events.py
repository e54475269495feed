"""What this module announces."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class BrandingChanged(Event, frozen=True, kw_only=True):
    """Customers read or see something else of a merchant from now on."""

    type: ClassVar[str] = "branding.changed"

    version: int
    changed: tuple[str, ...]
    """Which of `name`, `colour`, `corners` and `logo` are others than before."""
