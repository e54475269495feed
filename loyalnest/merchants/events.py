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
    """`program`, `orders`, `campaigns`, `referrals`, `gamification`, `nudges` or
    `rule.<action>`."""
    state: str
    before: str


class StoreAddressesChanged(Event, frozen=True, kw_only=True):
    """Pages at other web addresses than before may call the doors of a store's customers."""

    type: ClassVar[str] = "store.addresses_changed"

    store_id: UUID
    before: list[str]
    after: list[str]


class StoreUninstalled(Event, frozen=True, kw_only=True):
    """A store has removed us."""

    type: ClassVar[str] = "store.uninstalled"

    store_id: UUID
