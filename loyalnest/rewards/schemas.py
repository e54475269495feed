"""What rewards and redemptions look like on the wire."""

from datetime import datetime

from pydantic import BaseModel, Field

from loyalnest.customers import WIRE_PREFIX
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.rewards.values import (
    REDEMPTION,
    REWARD,
    Redemption,
    Reward,
    RewardState,
    State,
    Step,
    Terms,
    Where,
)

Stock = Field(default=None, ge=0, le=2**31 - 1, description="How many there are; null: no limit.")


class NewReward(BaseModel):
    """A reward to draw up."""

    terms: Terms
    state: RewardState = RewardState.DRAFT
    stock: int | None = Stock


class RewardChange(BaseModel):
    """A reward as it should be from now on."""

    terms: Terms
    state: RewardState
    stock: int | None = Stock
    version: ReadVersion = None


class RewardOrder(BaseModel):
    """Rewards in the order they should be shown in."""

    reward_ids: list[str] = Field(max_length=1000)


class RewardView(BaseModel):
    """A reward."""

    id: str = Field(examples=["rwd_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    state: RewardState
    version: int
    terms: Terms
    stock: int | None
    taken: int = Field(description="Given out of the stock; what came back counts no more.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, reward: Reward) -> "RewardView":
        """The reward as the API shows it."""
        return cls(
            id=to_wire(REWARD, reward.id),
            state=reward.state,
            version=reward.version,
            terms=reward.terms,
            stock=reward.stock,
            taken=reward.taken,
            created_at=reward.created_at,
            updated_at=reward.updated_at,
        )


class OfferView(BaseModel):
    """A reward as one customer sees it."""

    id: str
    terms: Terms
    affordable: bool = Field(description="Whether there are points enough.")
    missing: int = Field(description="Points that are missing.")
    obstacle: str | None = Field(description="The code of what else is in the way.")
    detail: str | None = Field(description="The same for people.")

    @classmethod
    def of(cls, reward: Reward, available: int, obstacle: DomainError | None) -> "OfferView":
        """The reward as the API shows it to a customer with so many points."""
        missing = max(0, reward.terms.cost - available)
        return cls(
            id=to_wire(REWARD, reward.id),
            terms=reward.terms,
            affordable=not missing,
            missing=missing,
            obstacle=obstacle.code if obstacle else None,
            detail=obstacle.detail if obstacle else None,
        )


class RedeemRequest(BaseModel):
    """Who wants which reward."""

    customer_id: str
    reward_id: str
    where: Where = Field(
        default=Where.ONLINE, description="`online`, `counter`; `both`: whichever it is for."
    )
    currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        description="The market's; the merchant's own if left out.",
    )


class GivenForView(BaseModel):
    """What a reward was given for."""

    kind: str = Field(examples=["referral"])
    id: str = Field(examples=["rfl_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])


class RedemptionView(BaseModel):
    """A redemption with its code."""

    id: str = Field(examples=["red_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    reward_id: str
    reward_version: int
    customer_id: str
    cost: int = Field(description="Points; 0: it was given.")
    state: State
    code: str = Field(examples=["7KQ2M-BX4D-9RTW"])
    value: dict[str, str] = Field(description="What the code is worth.")
    issued_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None = Field(description="When it was used, cancelled or lapsed.")
    order_id: str | None = Field(description="The order that used it.")
    given_for: GivenForView | None = Field(description="Null: points bought it.")

    @classmethod
    def of(cls, it: Redemption) -> "RedemptionView":
        """The redemption as the API shows it."""
        return cls(
            id=to_wire(REDEMPTION, it.id),
            reward_id=to_wire(REWARD, it.reward_id),
            reward_version=it.reward_version,
            customer_id=to_wire(WIRE_PREFIX, it.customer_id),
            cost=it.cost,
            state=it.state,
            code=it.code,
            value=it.value,
            issued_at=it.issued_at,
            expires_at=it.expires_at,
            settled_at=it.settled_at,
            order_id=to_wire("ord", it.order_id) if it.order_id else None,
            given_for=it.given_for and GivenForView(kind=it.given_for.kind, id=it.given_for.id),
        )


class RedeemedView(BaseModel):
    """What came of redeeming."""

    redemption_id: str
    discount_code: str = Field(examples=["7KQ2M-BX4D-9RTW"])
    redemption: RedemptionView

    @classmethod
    def of(cls, it: Redemption) -> "RedeemedView":
        """The redemption as the API shows it to whoever redeemed."""
        return cls(
            redemption_id=to_wire(REDEMPTION, it.id),
            discount_code=it.code,
            redemption=RedemptionView.of(it),
        )


class StepView(BaseModel):
    """One change of a redemption's state."""

    from_state: State | None
    to_state: State
    actor: str
    reason: str | None
    occurred_at: datetime

    @classmethod
    def of(cls, step: Step) -> "StepView":
        """The step as the API shows it."""
        return cls(
            from_state=State(step.from_state) if step.from_state else None,
            to_state=State(step.to_state),
            actor=step.actor,
            reason=step.reason,
            occurred_at=step.occurred_at,
        )


class ExplainedRedemptionView(RedemptionView):
    """A redemption and how it came to be what it is."""

    steps: list[StepView]

    @classmethod
    def explained(cls, it: Redemption, steps: list[Step]) -> "ExplainedRedemptionView":
        """The redemption with its steps, oldest first."""
        shown = RedemptionView.of(it).model_dump()
        return cls(**shown, steps=[StepView.of(step) for step in steps])


class CodeRequest(BaseModel):
    """A code, as it was typed or scanned. In the body, so that no log ever holds it."""

    code: str = Field(min_length=1, max_length=100)


class UseRequest(BaseModel):
    """What used the code."""

    order_id: str | None = Field(default=None, description="The order, where there is one.")


class CancelRequest(BaseModel):
    """Why a code is taken back."""

    reason: str | None = Field(default=None, max_length=500)
