"""What can go wrong."""

from loyalnest.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class ConsentInvalid(Invalid):
    """This is no consent that can be recorded; what is wrong is said beside the field."""


class ConsentNotFound(NotFound):
    """There is no such consent; it may have gone with the customer."""


class PreferencesInvalid(Invalid):
    """These preferences can't be kept; what is wrong is said beside the field."""


class AddressInvalid(Invalid):
    """This is no address of this channel: write an e-mail address, or a number with its country."""


class SuppressionNotFound(NotFound):
    """There is no such suppression; somebody may have lifted it already."""


class SuppressionStands(Forbidden):
    """Somebody said no themselves; only a new consent of theirs takes it back."""


class ConsentSettingsStale(Conflict):
    """Somebody else has saved these settings meanwhile; read them again."""


class LetterUnreadable(NotFound):
    """This link is not one of ours, or it was cut short on its way; use it as it came."""


class ConfirmationOver(Conflict):
    """This link has had its time, or something else was said since; ask for a new one."""
