"""What can be wrong with a question about a shop's figures."""

from loyalnest.kernel.errors import Invalid


class RangeUpsideDown(Invalid):
    """The first day is after the last one; swap them."""


class RangeTooEarly(Invalid):
    """There were no such days for a shop; ask for later ones."""


class RangeTooLate(Invalid):
    """Nobody reckons with days that far ahead; ask for earlier ones."""


class RangeTooLong(Invalid):
    """At most 400 days can be looked at together; ask for fewer."""
