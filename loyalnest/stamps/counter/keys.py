"""What the counter holds under the installation's keys: clerks' names and what PINs are checked
against, and what codes are made with."""

from loyalnest.kernel.keys import Sealed
from loyalnest.stamps import secrets

CLERK_NAME, CLERK_PIN = "clerks.name", "clerks.pin"

SEALED = (
    secrets.SEALED,
    Sealed("clerks", "name_sealed", CLERK_NAME),
    Sealed("clerks", "pin_sealed", CLERK_PIN),
)
