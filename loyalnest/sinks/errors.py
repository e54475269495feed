"""What can go wrong with sinks."""

from loyalnest.kernel.errors import Invalid, NotFound


class SinkNotFound(NotFound):
    """There is no such sink."""


class SinkUnknown(Invalid):
    """Nothing can be poured into this tool here."""


class SinkIncomplete(Invalid):
    """Something that this tool needs is missing or doesn't look right."""
