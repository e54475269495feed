"""What can go wrong with pages."""

from loyalnest.kernel.errors import Conflict


class PageStale(Conflict):
    """Somebody else has changed this page since you read it; look at it again."""
