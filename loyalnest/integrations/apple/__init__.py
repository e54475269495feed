"""Apple Wallet: passes drawn, put together and signed, and phones told of their changes."""

from loyalnest.integrations.apple import trial
from loyalnest.integrations.apple.certificates import (
    Identity,
    Place,
    Standing,
    Urgency,
    load,
    place_of,
    read,
    standings,
)
from loyalnest.integrations.apple.errors import AppleSettingsIncomplete
from loyalnest.integrations.apple.passes import MEDIA_TYPE, ApplePasses
from loyalnest.integrations.apple.push import ApplePushes

__all__ = [
    "MEDIA_TYPE",
    "ApplePasses",
    "ApplePushes",
    "AppleSettingsIncomplete",
    "Identity",
    "Place",
    "Standing",
    "Urgency",
    "load",
    "place_of",
    "read",
    "standings",
    "trial",
]
