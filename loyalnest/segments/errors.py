"""What can go wrong with segments."""

from loyalnest.kernel.errors import NotFound


class SegmentNotFound(NotFound):
    """There is no such segment."""


class NotScored(NotFound):
    """This customer has bought nothing yet that could be scored."""
