"""PINs: what they are checked against, and how often they may be guessed."""

import hashlib
import hmac
import os
from datetime import datetime, timedelta

from loyalnest.stamps.counter.values import PinVerifier

ITERATIONS = 200_000
"""A device without a network does as many, so that an old one must manage them in a second."""
GUESSES = 5
LOCKED_FOR = timedelta(minutes=5)
_SALT_BYTES = 16


def verifier_of(pin: str) -> PinVerifier:
    """What a PIN is kept as. Takes a tenth of a second, on purpose: call it from a thread."""
    salt = os.urandom(_SALT_BYTES)
    return PinVerifier(salt, ITERATIONS, _hash(pin, salt, ITERATIONS))


def matches(verifier: PinVerifier, pin: str) -> bool:
    """Whether this is the PIN; takes as long."""
    return hmac.compare_digest(verifier.hash, _hash(pin, verifier.salt, verifier.iterations))


def after_wrong(wrong_before: int, now: datetime) -> tuple[int, datetime | None]:
    """How many wrong PINs there have been, and until when none is looked at."""
    wrong = wrong_before + 1
    return (0, now + LOCKED_FOR) if wrong >= GUESSES else (wrong, None)


def _hash(pin: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, iterations)
