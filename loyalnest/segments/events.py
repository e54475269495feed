"""Facts about segments, announced when somebody's segment changes and only then."""

from typing import ClassVar

from loyalnest.kernel.events import Event


class SegmentEntered(Event, frozen=True, kw_only=True):
    """A customer has come into a segment."""

    type: ClassVar[str] = "segment.entered"

    segment: str
    from_segment: str | None


class SegmentLeft(Event, frozen=True, kw_only=True):
    """A customer has left a segment."""

    type: ClassVar[str] = "segment.left"

    segment: str
    to_segment: str | None
