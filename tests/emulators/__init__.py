"""The vendors that carry messages, as servers on this machine that behave as the real ones do.

Each checks a request against what its vendor publishes, refuses what the real one refuses, and
answers with errors, late or never when a test tells it to. Callbacks come as values, signed as the
real ones are, so that a test can deliver one, deliver it twice, or change it on the way.

`python -m tests.emulators twilio --port 9010` runs one by itself, for a benchmark or a trial.
"""

from tests.emulators.google_wallet import GoogleWallet
from tests.emulators.klaviyo import Klaviyo
from tests.emulators.mailchimp import Mailchimp
from tests.emulators.meta import Meta
from tests.emulators.postscript import Postscript
from tests.emulators.ses import Ses
from tests.emulators.troubles import Cut, Delay, Garbage, Hang, Say
from tests.emulators.twilio import Twilio
from tests.emulators.vendor import Callback, Vendor

__all__ = [
    "Callback",
    "Cut",
    "Delay",
    "Garbage",
    "GoogleWallet",
    "Hang",
    "Klaviyo",
    "Mailchimp",
    "Meta",
    "Postscript",
    "Say",
    "Ses",
    "Twilio",
    "Vendor",
]
