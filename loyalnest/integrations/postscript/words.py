"""What Postscript says, in messaging's words. It documents one code; the rest is by status."""

from collections.abc import Mapping

from loyalnest.messaging import Reason

REASONS: Mapping[int, Reason] = {3002: Reason.THROTTLED}
"""Why, by Postscript's code."""

UNSUBSCRIBED = "not_a_subscriber"
"""The code of a refusal of somebody who is no subscriber of the shop's."""
