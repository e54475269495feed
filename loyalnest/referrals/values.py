"""The words of this module: codes, referrals, and what a merchant promises for them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NewType
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.ledger import Source
from loyalnest.merchants import Currency
from loyalnest.rewards import RedemptionId, RewardId
from loyalnest.rewards import State as CodeState

WIRE_PREFIX = "rfl"
ReferralId = NewType("ReferralId", UUID)
SOURCE_KIND = "referral"
POINTS_AT_MOST = 1_000_000
LEVELS_AT_MOST = 4

# For trying things out, as with stores' web addresses.
_THIS_MACHINE = r"http://(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?/"

Points = Annotated[int, Field(ge=0, le=POINTS_AT_MOST)]
RewardRef = Annotated[
    str, Field(pattern="^rwd_[0-9a-f]{32}$", examples=["rwd_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
]


class CompletesOn(StrEnum):
    """What a friend has to do for a referral to count."""

    FIRST_ORDER = "first_order"
    """Their first paid order is past its return window."""
    SIGN_UP = "sign_up"


class RewardWhen(StrEnum):
    """When the friend is given their reward's code."""

    JOINED = "joined"
    """On using the advocate's code: something to spend on the first order."""
    COMPLETED = "completed"
    """Once the referral counts, with everything else."""


class Side(StrEnum):
    """Who may be given a reward's code for a referral."""

    ADVOCATE = "advocate"
    FRIEND = "friend"


class GiftState(StrEnum):
    """How far the code that one side was promised has come."""

    PROMISED = "promised"
    """Nothing is due: not yet, or no more."""
    OWED = "owed"
    """It is due, and the reward was sold out or not on offer: given as soon as it is again."""
    GIVEN = "given"
    """There is a code; what became of it is the code's own state."""


class Channel(StrEnum):
    """How a link reached the friend."""

    LINK = "link"
    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    X = "x"
    QR = "qr"


class Status(StrEnum):
    """Where a referral is in its life. None is final: a refund turns a completed one back."""

    PENDING = "pending"
    COMPLETED = "completed"
    EXPIRED = "expired"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Why a referral is rejected."""

    SAME_PERSON = "same_person"
    """Advocate and friend turned out to be one customer."""
    BROUGHT_BEFORE = "brought_before"
    """Somebody else had brought the friend, under another identity of theirs."""
    NOT_NEW = "not_new"
    """The friend had bought before."""
    REVIEWED = "reviewed"
    """Somebody looked at it and said no."""


class Review(StrEnum):
    """Whether somebody has to look at a referral, and what they said."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class InviteBy(StrEnum):
    """How the program itself sends an invitation."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class Mark(StrEnum):
    """What two people may have in common, kept as a keyed hash."""

    ADDRESS = "address"
    CARD = "card"
    DEVICE = "device"
    IP = "ip"


VELOCITY = "velocity"
"""The signal that one advocate brings too many in a day; the other signals are marks."""


class Closed(BaseModel):
    """What all parts of the settings have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferralSettings(Closed):
    """What a merchant promises for a referral. A referral keeps the version it began under."""

    enabled: bool = Field(
        default=False,
        description="Off: no new codes and no new referrals; those that began are kept to.",
    )
    completes_on: CompletesOn = CompletesOn.FIRST_ORDER
    return_days: int = Field(
        default=14, ge=0, le=365, description="From payment until an order counts for good."
    )
    expires_days: int = Field(
        default=30, ge=1, le=730, description="From using the code until the friend must buy."
    )
    minimum_spend: dict[Currency, Annotated[Decimal, Field(ge=0, le=10**9, max_digits=15)]] = Field(
        default_factory=dict,
        max_length=200,
        description="The least that must remain spent on the order, by currency.",
    )
    advocate_points: Points = 50
    friend_points: Points = 50
    advocate_reward_id: RewardRef | None = Field(
        default=None, description="A reward whose code the advocate is given once it counts."
    )
    friend_reward_id: RewardRef | None = Field(
        default=None, description="A reward whose code the friend is given."
    )
    friend_reward_when: RewardWhen = Field(
        default=RewardWhen.JOINED,
        description=(
            "`joined`: on using the advocate's code, to spend on the first order;"
            " `completed`: once it counts. Points always come once it counts."
        ),
    )
    upline_points: tuple[Points, ...] = Field(
        default=(),
        max_length=LEVELS_AT_MOST,
        description="For whoever brought the advocate, then for whoever brought them, and so on.",
    )
    per_day: int = Field(
        default=10,
        ge=1,
        le=10_000,
        description="Friends an advocate brings in a day before somebody has a look.",
    )
    review_marks: frozenset[Mark] = Field(
        default=frozenset(Mark),
        description="What advocate and friend may not have in common without somebody looking.",
    )
    invite_by: tuple[InviteBy, ...] = Field(
        default=(InviteBy.EMAIL,),
        max_length=3,
        description="How the program sends invitations to friends whom customers name. By SMS and"
        " WhatsApp only where the law lets you write to people who have not agreed to it.",
    )
    invitations_per_day: int = Field(
        default=20, ge=1, le=100, description="Friends one customer may have invited in a day."
    )
    link: str | None = Field(
        default=None,
        max_length=500,
        pattern=rf"^(?:https://|{_THIS_MACHINE})[^\s{{}}]+(\{{code\}})[^\s{{}}]*$",
        description="Where friends land; `{code}` stands for the code. Null: on a page of ours.",
    )


class SettingsVersion(msgspec.Struct, frozen=True):
    """Referral settings from one instant on. Version 0: never set, so they are off."""

    version: int
    effective_from: datetime | None
    created_by: str | None
    settings: ReferralSettings


class Code(msgspec.Struct, frozen=True):
    """What an advocate passes on."""

    code: str
    customer_id: UUID
    created_at: datetime


class Referral(msgspec.Struct, frozen=True):
    """One friend whom one advocate brought."""

    merchant_id: UUID
    id: ReferralId
    code: str
    advocate_id: UUID
    friend_id: UUID
    parent_id: ReferralId | None
    """The referral that had brought the advocate when this one began."""
    program_version: int
    channel: str
    signals: Sequence[str]
    review: Review | None
    status: Status
    reason: Reason | None
    claimed_at: datetime
    expires_at: datetime
    order_id: UUID | None
    due_at: datetime | None
    completed_at: datetime | None


class Above(msgspec.Struct, frozen=True):
    """Somebody who had brought the advocate, or had brought who did."""

    named: UUID
    living: UUID
    stands: bool
    """Whether every referral from here down to the advocate counts or still may."""


class Known(msgspec.Struct, frozen=True):
    """What is known now about the people and the orders behind a referral."""

    advocate: UUID
    """The living customer, as for all the others."""
    friend: UUID
    settings: ReferralSettings
    came_first: bool
    """Nobody brought the same person earlier."""
    bought_before: bool
    enrolled_at: datetime | None
    order_id: UUID | None
    """The first order of the friend that would do."""
    paid_at: datetime | None
    erased: frozenset[UUID] = frozenset()
    """Who of the two was erased: nobody is there to have a code."""
    upline: Sequence["Above"] = ()
    """Whoever brought the advocate, then whoever brought them, and so on."""


class Verdict(msgspec.Struct, frozen=True):
    """Where a referral stands by what is known."""

    status: Status
    reason: Reason | None = None
    order_id: UUID | None = None
    due_at: datetime | None = None
    completed_at: datetime | None = None


class Gift(msgspec.Struct, frozen=True):
    """What one person gets for a referral."""

    side: str
    named: UUID
    """The identity that the referral knows them by."""
    living: UUID
    points: int
    reward_id: RewardId | None = None
    """The reward whose code they were promised."""
    reward_due: bool = False
    """Whether they should have that code as things stand."""
    reward_kept: bool = False
    """Whether they keep it if they have it, or are owed it, though nothing new is given."""


class HeldGift(msgspec.Struct, frozen=True):
    """How far the code that one side was promised has come."""

    state: GiftState
    codes: int
    """How many it had so far, those that were taken back included."""
    redemption_id: RedemptionId | None


class ShownGift(msgspec.Struct, frozen=True):
    """The same for people, with what the reward is called."""

    side: Side
    reward_id: RewardId
    name: str
    state: GiftState
    redemption_id: RedemptionId | None
    code_state: CodeState | None


class Move(msgspec.Struct, frozen=True):
    """One change of a referral's status or review."""

    id: UUID
    from_status: str | None
    to_status: str
    reason: str | None
    actor: str
    note: str | None
    recorded_at: datetime


class Progress(msgspec.Struct, frozen=True):
    """What an advocate's code has brought so far."""

    pending: int
    completed: int
    expired: int
    rejected: int
    points: int
    next_due_at: datetime | None


class Analytics(msgspec.Struct, frozen=True):
    """What referrals did in a range of days."""

    clicks: Mapping[str, int]
    referrals: Mapping[str, int]
    """By channel: those that began in the range."""
    statuses: Mapping[str, int]
    points: int
    codes: "Codes"
    revenue: Mapping[str, Decimal]
    """What remains spent on the orders that completed them, by currency."""


class Codes(msgspec.Struct, frozen=True):
    """What became of the rewards' codes that referrals gave."""

    given: int
    """Those that are not taken back."""
    used: int
    owed: int
    unpriced: int
    """Used ones that are worth what an order makes of them: a percentage, delivery, a product."""
    worth: Mapping[str, Decimal]
    """What the other used ones were worth at most, by currency."""


class Brought(msgspec.Struct, frozen=True):
    """A merchant that this one brought."""

    referred_id: UUID
    joined_at: datetime
    completed_at: datetime | None


class Days(msgspec.Struct, frozen=True):
    """A range of days, both ends included."""

    first: date
    last: date


def source_of(referral_id: UUID, side: str) -> Source:
    """How the books name what one side got for a referral."""
    return Source(SOURCE_KIND, f"{to_wire(WIRE_PREFIX, referral_id)}:{side}")
