"""Facts about referrals. `customer_id` is the advocate's."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class ReferralCreated(Event, frozen=True, kw_only=True):
    """A friend has used somebody's code."""

    type: ClassVar[str] = "referral.created"

    referral_id: UUID
    friend_id: UUID
    channel: str
    waits_for_review: bool


class ReferralCompleted(Event, frozen=True, kw_only=True):
    """A referral counts, and both sides have what was promised."""

    type: ClassVar[str] = "referral.completed"

    referral_id: UUID
    friend_id: UUID
    order_id: UUID | None


class ReferralReopened(Event, frozen=True, kw_only=True):
    """A referral that had ended is open again: what completed it was refunded, or it was late."""

    type: ClassVar[str] = "referral.reopened"

    referral_id: UUID
    friend_id: UUID


class ReferralExpired(Event, frozen=True, kw_only=True):
    """The friend did not do in time what it takes."""

    type: ClassVar[str] = "referral.expired"

    referral_id: UUID
    friend_id: UUID


class ReferralRejected(Event, frozen=True, kw_only=True):
    """A referral does not count: a person said so, or what is known of the two."""

    type: ClassVar[str] = "referral.rejected"

    referral_id: UUID
    friend_id: UUID
    reason: str


class ReferralSettingsSaved(Event, frozen=True, kw_only=True):
    """The merchant has changed what it promises for referrals, for those that begin from now on."""

    type: ClassVar[str] = "referrals.changed"

    version: int


class MerchantReferralCreated(Event, frozen=True, kw_only=True):
    """A merchant that this one brought has joined."""

    type: ClassVar[str] = "merchant_referral.created"

    referred_id: UUID


class MerchantReferralCompleted(Event, frozen=True, kw_only=True):
    """A merchant that this one brought is live; a month is free."""

    type: ClassVar[str] = "merchant_referral.completed"

    referred_id: UUID
