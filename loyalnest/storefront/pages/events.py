"""What this part announces."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class PageChanged(Event, frozen=True, kw_only=True):
    """A page about the program shows something else from now on."""

    type: ClassVar[str] = "page.changed"

    page: str
    version: int
    changed: tuple[str, ...]
    """Which of `enabled`, `words`, `picture` and `address` are others than before."""
