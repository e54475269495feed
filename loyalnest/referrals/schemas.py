"""What referrals look like on the wire."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field

from loyalnest import customers
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.referrals.invited import InvitationCounts
from loyalnest.referrals.values import (
    WIRE_PREFIX,
    Analytics,
    Brought,
    Channel,
    Code,
    Days,
    Mark,
    Move,
    Progress,
    Referral,
    ReferralSettings,
    SettingsVersion,
    ShownGift,
    Side,
)
from loyalnest.rewards import REDEMPTION, REWARD

CustomerRef = Annotated[str, Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])]
CodeText = Annotated[str, Field(min_length=1, max_length=40, examples=["K7XQ2MNPA4"])]
Marks = Annotated[
    dict[Mark, Annotated[str, Field(min_length=1, max_length=500)]],
    Field(
        default_factory=dict,
        description=(
            "What tells people apart who aren't: a postal address, a card's fingerprint, a device,"
            " an IP. Kept for 90 days as keyed hashes, never in clear."
        ),
    ),
]


class SettingsView(BaseModel):
    """What the merchant promises for referrals."""

    version: int = Field(description="0: never set, so there are no referrals.")
    effective_from: datetime | None
    created_by: str | None
    settings: ReferralSettings

    @classmethod
    def of(cls, version: SettingsVersion) -> "SettingsView":
        """The version as the API shows it."""
        return cls(
            version=version.version,
            effective_from=version.effective_from,
            created_by=version.created_by,
            settings=version.settings,
        )


class SettingsChange(BaseModel):
    """What the merchant promises from now on."""

    settings: ReferralSettings
    version: ReadVersion = None


class NewCode(BaseModel):
    """Who wants to bring friends."""

    advocate_customer_id: CustomerRef
    marks: Marks


class CodeView(BaseModel):
    """A code and the link that carries it."""

    referral_code: str
    link: str | None = Field(
        description="Where friends land: where the merchant says, or else on a page of ours. Null:"
        " there is no shop to send them to."
    )
    advocate_customer_id: CustomerRef
    created_at: datetime

    @classmethod
    def of(cls, code: Code, link: str | None) -> "CodeView":
        """The code as the API shows it; `link` has `{code}` in its place."""
        return cls(
            referral_code=code.code,
            link=link and link.replace("{code}", code.code),
            advocate_customer_id=to_wire(customers.WIRE_PREFIX, code.customer_id),
            created_at=code.created_at,
        )


class NewReferral(BaseModel):
    """A friend who was sent by the owner of a code."""

    referral_code: CodeText
    friend_customer_id: CustomerRef
    channel: Channel = Channel.LINK
    marks: Marks


class GiftView(BaseModel):
    """A reward's code that one side was promised."""

    side: Side
    reward_id: str = Field(examples=["rwd_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    reward_name: str
    state: Literal["promised", "owed", "issued", "used", "expired", "cancelled"] = Field(
        description=(
            "`promised`: nothing is due, not yet or no more; `owed`: due, but sold out or not on"
            " offer, and given once it is there again; else that of the code."
        )
    )
    redemption_id: str | None = Field(description="The code's; null: there is none.")

    @classmethod
    def of(cls, it: ShownGift) -> "GiftView":
        """The gift as the API shows it."""
        return cls.model_validate(
            {
                "side": it.side,
                "reward_id": to_wire(REWARD, it.reward_id),
                "reward_name": it.name,
                "state": (it.code_state or it.state).value,
                "redemption_id": it.redemption_id and to_wire(REDEMPTION, it.redemption_id),
            }
        )


class ReferralView(BaseModel):
    """One friend whom one advocate brought."""

    referral_id: str = Field(examples=["rfl_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    referral_code: str
    advocate_customer_id: CustomerRef
    advocate_name: str | None = Field(description="Null: not known.")
    friend_customer_id: CustomerRef
    friend_name: str | None = Field(description="Null: not known.")
    channel: str
    status: str
    reason: str | None = Field(description="Why it is rejected.")
    review: str | None = Field(description="`waiting`: somebody has to look at it first.")
    signals: Sequence[str] = Field(description="What made somebody look.")
    claimed_at: datetime
    expires_at: datetime
    order_id: str | None = Field(description="The order that counts, or will.")
    due_at: datetime | None = Field(description="When its return window ends.")
    completed_at: datetime | None
    settings_version: int
    gifts: list[GiftView] = Field(description="Rewards' codes that either side was promised.")

    @classmethod
    def of(
        cls,
        it: Referral,
        people: Mapping[customers.CustomerId, customers.Customer],
        gifts: Sequence[ShownGift],
    ) -> "ReferralView":
        """The referral as the API shows it, with what its people are called."""
        return cls(
            referral_id=to_wire(WIRE_PREFIX, it.id),
            referral_code=it.code,
            advocate_customer_id=to_wire(customers.WIRE_PREFIX, it.advocate_id),
            advocate_name=_name(people, it.advocate_id),
            friend_customer_id=to_wire(customers.WIRE_PREFIX, it.friend_id),
            friend_name=_name(people, it.friend_id),
            channel=it.channel,
            status=it.status,
            reason=it.reason,
            review=it.review,
            signals=it.signals,
            claimed_at=it.claimed_at,
            expires_at=it.expires_at,
            order_id=to_wire("ord", it.order_id) if it.order_id else None,
            due_at=it.due_at,
            completed_at=it.completed_at,
            settings_version=it.program_version,
            gifts=[GiftView.of(gift) for gift in gifts],
        )


class MoveView(BaseModel):
    """One step in a referral's life."""

    from_status: str | None
    to_status: str
    reason: str | None
    actor: str
    note: str | None
    at: datetime

    @classmethod
    def of(cls, move: Move) -> "MoveView":
        """The step as the API shows it."""
        return cls(
            from_status=move.from_status,
            to_status=move.to_status,
            reason=move.reason,
            actor=move.actor,
            note=move.note,
            at=move.recorded_at,
        )


class ProgressView(BaseModel):
    """What an advocate's code has brought so far."""

    pending: int
    completed: int
    expired: int
    rejected: int
    points: int = Field(description="Had for referrals on either side, refunds taken off.")
    next_due_at: datetime | None = Field(description="When the next one may count.")

    @classmethod
    def of(cls, progress: Progress) -> "ProgressView":
        """The progress as the API shows it."""
        return cls(
            pending=progress.pending,
            completed=progress.completed,
            expired=progress.expired,
            rejected=progress.rejected,
            points=progress.points,
            next_due_at=progress.next_due_at,
        )


class AdvocateView(BaseModel):
    """A customer's own part: the code they pass on, and what it has brought."""

    referral_code: str | None = Field(description="Null: nobody has asked for one yet.")
    link: str | None = Field(description="Null: no code, or nowhere for friends to land.")
    progress: ProgressView

    @classmethod
    def of(cls, code: Code | None, progress: Progress, link: str | None) -> "AdvocateView":
        """Code and progress as the API shows them."""
        told = CodeView.of(code, link) if code else None
        return cls(
            referral_code=told.referral_code if told else None,
            link=told.link if told else None,
            progress=ProgressView.of(progress),
        )


class Verdict(BaseModel):
    """What somebody has to say about a referral."""

    note: str | None = Field(default=None, max_length=500)


class Click(BaseModel):
    """A click on a link that carries a code."""

    merchant: str = Field(min_length=1, max_length=100, description="The merchant's handle.")
    referral_code: CodeText
    channel: Channel = Channel.LINK


class InvitationCountsView(BaseModel):
    """What became of the invitations that were asked for in these days."""

    asked: int
    sent: int = Field(description="The others are customers, were invited lately, or want nothing.")
    clicked: int
    joined: int
    bought: int


class AnalyticsView(BaseModel):
    """What referrals did, from the first to the last day, by the merchant's clock."""

    first: date
    last: date
    clicks: int
    clicks_by_channel: dict[str, int]
    referrals: int = Field(description="That began in these days.")
    referrals_by_channel: dict[str, int]
    conversions: int = Field(description="Of those, the completed ones.")
    statuses: dict[str, int]
    ctr: Decimal | None = Field(description="Referrals for each click; null without clicks.")
    conversion_rate: Decimal | None = Field(description="Completed of those that began.")
    points: int = Field(description="Given for them so far, refunds taken off.")
    codes_given: int = Field(description="Rewards' codes; those taken back don't count.")
    codes_used: int
    codes_owed: int = Field(description="Due, but sold out or not on offer.")
    codes_unpriced: int = Field(
        description="Used ones whose worth is the order's: a percentage, delivery, a product."
    )
    discounts: dict[str, Decimal] = Field(
        description="What the other used ones are worth, by currency."
    )
    revenue: dict[str, Decimal] = Field(
        description="What remains spent on the orders that completed them, by currency."
    )

    invitations: InvitationCountsView

    @classmethod
    def of(cls, days: Days, found: Analytics, invited: InvitationCounts) -> "AnalyticsView":
        """The figures as the API shows them."""
        clicks, referrals = sum(found.clicks.values()), sum(found.referrals.values())
        completed = found.statuses.get("completed", 0)
        return cls(
            first=days.first,
            last=days.last,
            clicks=clicks,
            clicks_by_channel=dict(found.clicks),
            referrals=referrals,
            referrals_by_channel=dict(found.referrals),
            conversions=completed,
            statuses=dict(found.statuses),
            ctr=_share(referrals, clicks),
            conversion_rate=_share(completed, referrals),
            points=found.points,
            codes_given=found.codes.given,
            codes_used=found.codes.used,
            codes_owed=found.codes.owed,
            codes_unpriced=found.codes.unpriced,
            discounts=dict(found.codes.worth),
            revenue=dict(found.revenue),
            invitations=InvitationCountsView(**msgspec.structs.asdict(invited)),
        )


class BroughtView(BaseModel):
    """A merchant that this one brought."""

    joined_at: datetime
    completed_at: datetime | None = Field(description="When it had sold something: a month's free.")


class MerchantReferralsView(BaseModel):
    """Merchants that this one brought."""

    referral_code: str = Field(description="The merchant's handle: a newcomer names it on joining.")
    free_months: int
    merchants: list[BroughtView]

    @classmethod
    def of(cls, handle: str, brought: Sequence[Brought]) -> "MerchantReferralsView":
        """The referrals as the API shows them; who the others are is their own business."""
        return cls(
            referral_code=handle,
            free_months=sum(it.completed_at is not None for it in brought),
            merchants=[
                BroughtView(joined_at=it.joined_at, completed_at=it.completed_at) for it in brought
            ],
        )


def _name(people: Mapping[customers.CustomerId, customers.Customer], id_: UUID) -> str | None:
    found = people.get(id_)
    return found.name if found else None


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) / whole).quantize(Decimal("0.0001")) if whole else None
