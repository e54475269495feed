"""What can go wrong with notices."""

from loyalnest.kernel.errors import Conflict, RateLimited


class NoticeSettingsStale(Conflict):
    """Somebody else has saved these settings meanwhile; read them again."""


class NothingToConfirm(Conflict):
    """Nothing waits to be confirmed by e-mail."""


class ConfirmationTooOften(RateLimited):
    """The link was sent already; look among your mail, also where junk goes, or wait a while."""
