"""The counter: devices that stamp, the clerks who hold them, and what they wish.

A *stamper* is the app on a device. It is paired once and signs every wish, an *intent*, with a key
that never leaves it; an intent counts once, whether it came at once or days later. What can't be
decided without the owner is *held*, what looks odd is an *alert*. Nothing is stamped here: that is
asked of the cards.
"""

from loyalnest.stamps.counter.access import BEARER_PREFIX, StamperScope, authenticate
from loyalnest.stamps.counter.errors import StamperRevoked
from loyalnest.stamps.counter.events import (
    ClerkChanged,
    CounterPlaceMoved,
    IntentDecided,
    IntentHeld,
    StamperAdded,
    StamperPaired,
    StamperRestored,
    StamperStopped,
)
from loyalnest.stamps.counter.keys import SEALED
from loyalnest.stamps.counter.queries import list_clerks, list_stampers, places_of
from loyalnest.stamps.counter.service.alerting import ALERTS
from loyalnest.stamps.counter.service.clerks import add_clerk
from loyalnest.stamps.counter.service.stampers import add_stamper

__all__ = [
    "ALERTS",
    "BEARER_PREFIX",
    "SEALED",
    "ClerkChanged",
    "CounterPlaceMoved",
    "IntentDecided",
    "IntentHeld",
    "StamperAdded",
    "StamperPaired",
    "StamperRestored",
    "StamperRevoked",
    "StamperScope",
    "StamperStopped",
    "add_clerk",
    "add_stamper",
    "authenticate",
    "list_clerks",
    "list_stampers",
    "places_of",
]
