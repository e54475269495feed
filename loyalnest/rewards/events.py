"""Facts about rewards and redemptions. Never a code."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class RewardSaved(Event, frozen=True, kw_only=True):
    """A reward was drawn up or changed: new redemptions follow this version."""

    type: ClassVar[str] = "reward.saved"

    reward_id: UUID
    version: int
    state: str


class RewardRedeemed(Event, frozen=True, kw_only=True):
    """A customer has bought a reward; its code is issued."""

    type: ClassVar[str] = "reward.redeemed"

    redemption_id: UUID
    reward_id: UUID
    cost: int


class RewardGiven(Event, frozen=True, kw_only=True):
    """A customer has a reward for nothing; its code is issued."""

    type: ClassVar[str] = "reward.given"

    redemption_id: UUID
    reward_id: UUID
    given_for: str


class RewardUsed(Event, frozen=True, kw_only=True):
    """A code was used, for an order where one is named."""

    type: ClassVar[str] = "reward.used"

    redemption_id: UUID
    reward_id: UUID
    order_id: UUID | None
    spent_again: int = 0
    """Points that had come back when the code lapsed or was cancelled, before its order was told
    of, and were taken again."""


class RewardMisused(Event, frozen=True, kw_only=True):
    """A shop took a code for an order that was not good any more when the order was placed: used by
    another, lapsed or cancelled. The discount was given; nothing was spent for it."""

    type: ClassVar[str] = "reward.misused"

    redemption_id: UUID
    reward_id: UUID
    order_id: UUID
    state: str
    """What had become of the code."""


class RewardCancelled(Event, frozen=True, kw_only=True):
    """A code was taken back and what it had cost, if anything, returned to its lots."""

    type: ClassVar[str] = "reward.cancelled"

    redemption_id: UUID
    reward_id: UUID
    returned: int


class RewardExpired(Event, frozen=True, kw_only=True):
    """A code lapsed unused; its points came back if the reward's terms say so."""

    type: ClassVar[str] = "reward.expired"

    redemption_id: UUID
    reward_id: UUID
    returned: int
