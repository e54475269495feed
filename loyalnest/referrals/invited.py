"""The words of invitations: friends whom the program writes to in an advocate's name."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from loyalnest.referrals.values import InviteBy, ReferralId


class Invited(StrEnum):
    """What becomes of one address that somebody wants to have invited.

    Whether the friend is a customer, wants no mail, or was invited by somebody else is told to
    nobody: all of these are accepted, and nothing is sent.
    """

    ACCEPTED = "accepted"
    INVALID = "invalid"
    """It is no address of this channel."""
    OWN_ADDRESS = "own_address"
    ALREADY_INVITED = "already_invited"
    """The same advocate has invited them, within 90 days or in the same request."""
    TOO_MANY_TODAY = "too_many_today"


class InvitationState(StrEnum):
    """How far an invitation has come, as the advocate sees it."""

    SENT = "sent"
    JOINED = "joined"
    """The friend used the advocate's code."""
    BOUGHT = "bought"


class Invitation(msgspec.Struct, frozen=True):
    """Somebody whom an advocate had invited. Who that is is known to nobody any more."""

    id: UUID
    advocate_id: UUID
    channel: InviteBy
    state: InvitationState
    asked_at: datetime
    message_id: UUID | None
    """None: nothing was sent."""
    sent_at: datetime | None
    clicked_at: datetime | None
    referral_id: ReferralId | None


class InvitationCounts(msgspec.Struct, frozen=True):
    """What invitations of a range of days have come to by now."""

    asked: int
    sent: int
    clicked: int
    joined: int
    bought: int
