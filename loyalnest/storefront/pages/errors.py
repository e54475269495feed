"""What can go wrong with pages."""

from loyalnest.kernel.errors import Conflict, NotFound


class PageStale(Conflict):
    """Somebody else has changed this page since you read it; look at it again."""


class NoStoreForPages(NotFound):
    """Pages are shown below a store's domain; connect a store first."""
