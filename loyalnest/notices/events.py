"""Facts that this module announces."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class NoticeSettingsChanged(Event, frozen=True, kw_only=True):
    """A merchant wants customers to be told of other things, or elsewhere."""

    type: ClassVar[str] = "notice_settings.changed"

    version: int
    changed: tuple[str, ...]
