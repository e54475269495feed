"""What can go wrong at the counter, in words for whoever stands there."""

from loyalnest.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Unauthenticated,
)


class StamperNotFound(NotFound):
    """There is no such stamper."""


class StamperRevoked(Unauthenticated):
    """This device was cut off. The owner can pair it again."""


class PairingCodeWrong(Invalid):
    """This pairing code is wrong or was used already. Ask the owner for another."""


class PairingCodeExpired(Conflict):
    """This pairing code is too old. Ask the owner for another."""


class PublicKeyInvalid(Invalid):
    """This is no public key on the curve P-256."""


class ClerkNotFound(NotFound):
    """There is no such clerk."""


class ClerkSuspended(Forbidden):
    """This clerk may not stamp at the moment."""


class PinWrong(Forbidden):
    """This PIN is wrong."""


class PinLocked(RateLimited):
    """Too many wrong PINs. Wait a few minutes, or ask the owner for another PIN."""


class HeldIntentNotFound(NotFound):
    """There is no such stamp that waits."""


class AlreadyDecided(Conflict):
    """Somebody has decided on this already."""


class AlertNotFound(NotFound):
    """There is no such alert."""


class IntentUnreadable(Invalid):
    """The device sent something that can't be read. Update the app."""


class IntentReused(Conflict):
    """The device has used this number for something else. Tell the owner."""


class SignatureWrong(Forbidden):
    """This was not signed by this device, and doesn't count."""


class ClockAhead(Invalid):
    """The clock of this device is ahead. Set it right and try again."""


class TooFar(Forbidden):
    """This card is stamped at the shop only, and this device is somewhere else."""


class PlaceMissing(Invalid):
    """This card is stamped at the shop only: let the device know where it is."""


class CardUnclear(Invalid):
    """Several cards could be meant. Choose one."""


class CurrencyUnexpected(Invalid):
    """Amounts at the counter are in the merchant's own currency."""


class RewardMissing(Invalid):
    """Say which reward is to be used."""


class NothingToUndo(Conflict):
    """That didn't count in the first place, so there is nothing to take back."""


class NotUndoable(Invalid):
    """Only a stamp or a used reward can be taken back."""


class TakenBack(Conflict):
    """This was taken back before it counted."""


class RewardUsedElsewhere(Conflict):
    """This reward was used already."""


class TooOld(Conflict):
    """This was done too long ago without a network. The owner decides whether it counts."""


class OfflineLimitReached(Conflict):
    """More stamps than may be given on one card without a network. The owner decides."""


class KeyReplaced(Conflict):
    """This device was paired anew since. The owner decides whether it counts."""


class HeldRejected(Conflict):
    """The owner has decided that this doesn't count."""
