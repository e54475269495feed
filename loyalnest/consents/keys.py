"""What this module holds under the installation's keys.

Its hashes are made with a merchant's own secret, and outlast the keys: none is made anew.
"""

from loyalnest.consents import secrets
from loyalnest.kernel.keys import Sealed

ADDRESS, IDENTITY = "suppressions.address", "channel_identities.sealed"
ADDRESSEE = "addressees.address"

SEALED = (
    Sealed("suppressions", "address_sealed", ADDRESS),
    Sealed("channel_identities", "sealed", IDENTITY),
    Sealed("addressees", "address_sealed", ADDRESSEE),
    secrets.SEALED,
)
