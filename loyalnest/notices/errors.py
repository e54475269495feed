"""What can go wrong with notices."""

from loyalnest.kernel.errors import Conflict


class NoticeSettingsStale(Conflict):
    """Somebody else has saved these settings meanwhile; read them again."""
