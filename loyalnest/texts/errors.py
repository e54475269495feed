"""What can go wrong with texts."""

from loyalnest.kernel.errors import Conflict, Invalid, NotFound


class TextNotFound(NotFound):
    """There is no such text."""


class TextEmpty(Invalid):
    """Write something, or put the original back."""


class TextTooLong(Invalid):
    """This is too long for the place where it stands."""


class TextNotPlain(Invalid):
    """Write plain text: no markup, no backslashes, no braces but those of placeholders."""


class PlaceholderMissing(Invalid):
    """What is filled in must stay in the text: keep every placeholder, letter by letter."""


class PlaceholderUnknown(Invalid):
    """Nothing is filled in under this name: use the English text's placeholders only."""


class FormsUnfit(Invalid):
    """Write this text in exactly the forms that its language counts in."""


class NothingToReview(Conflict):
    """English is the source: there is nothing to compare it with."""
