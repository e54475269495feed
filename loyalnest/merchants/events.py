"""What this module announces."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class ProgramChanged(Event, frozen=True, kw_only=True):
    """A merchant's program has new settings."""

    type: ClassVar[str] = "program.changed"

    version: int


class ProgramSwitched(Event, frozen=True, kw_only=True):
    """A program, a part of it or an earning rule was switched on, off, or to a pause."""

    type: ClassVar[str] = "program.switched"

    switch: str
    """`program`, `orders`, `campaigns`, `referrals`, `gamification` or `rule.<action>`."""
    state: str
    before: str


class StoreUninstalled(Event, frozen=True, kw_only=True):
    """A store has removed us."""

    type: ClassVar[str] = "store.uninstalled"

    store_id: UUID
