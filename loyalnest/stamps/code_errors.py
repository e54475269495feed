"""What can be wrong with a code that somebody shows, in words for whoever stands at the counter."""

from loyalnest.kernel.errors import Conflict, Invalid


class CodeUnreadable(Invalid):
    """This is no code of a stamp card. Ask for the card, or type its number."""


class CodeForeign(Invalid):
    """This card is of another shop."""


class CodeTampered(Invalid):
    """This code has been changed and does not count. Ask for the card itself."""


class CodeExpired(Conflict):
    """This code is too old, as of a photo. Ask for the card on the phone itself."""


class CodeAlreadyUsed(Conflict):
    """This code has been used already. Wait half a minute for the next one on the phone."""


class ConfirmName(Conflict):
    """This code alone doesn't tell whose card it is. Ask for the name, and confirm it."""
