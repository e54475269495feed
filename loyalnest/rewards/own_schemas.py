"""What customers see of rewards and of their own redemptions."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import Wanted
from loyalnest.rewards.offers import Offer
from loyalnest.rewards.schemas import OfferView
from loyalnest.rewards.values import REDEMPTION, REWARD, Kind, Redemption, State, Terms


class OwnOfferView(BaseModel):
    """A reward as you may have it."""

    id: str = Field(examples=["rwd_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    kind: Kind
    name: str
    description: str
    cost: int = Field(description="Points.")
    amounts: dict[str, str] = Field(description="What it is worth, by currency.")
    percent: str | None
    minimum_spend: dict[str, str] = Field(description="By currency.")
    ends_at: datetime | None
    affordable: bool = Field(description="Whether you have points enough.")
    missing: int = Field(description="Points that are missing.")
    obstacle: str | None = Field(description="The code of what else is in the way.")
    detail: str | None = Field(description="The same for people.")

    @classmethod
    def offered(cls, it: Offer, wanted: Wanted) -> "OwnOfferView":
        """The offer as the API shows it in its customer's language."""
        told = OfferView.of(it.reward, it.available, it.obstacle)
        terms = it.reward.terms
        return cls(
            id=told.id,
            kind=terms.kind,
            name=wanted.said_in(terms.names, terms.name),
            description=wanted.said_in(terms.descriptions, terms.description),
            cost=terms.cost,
            amounts={code: str(amount) for code, amount in terms.amounts.items()},
            percent=None if terms.percent is None else str(terms.percent),
            minimum_spend={code: str(amount) for code, amount in terms.minimum_spend.items()},
            ends_at=terms.ends_at,
            affordable=told.affordable,
            missing=told.missing,
            obstacle=told.obstacle,
            detail=told.detail,
        )


class OwnRedeemRequest(BaseModel):
    """Which reward you want. Whose points it takes is what your session says."""

    model_config = ConfigDict(extra="forbid")

    reward_id: str
    currency: str | None = Field(
        default=None, pattern="^[A-Z]{3}$", description="The shop's own if left out."
    )


class OwnRedemptionView(BaseModel):
    """What you redeemed or were given, and its code."""

    id: str = Field(examples=["red_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    reward_id: str
    name: str = Field(description="Empty: the reward is no longer there.")
    cost: int = Field(description="Points; 0: it was given to you.")
    given_for: str | None = Field(
        description="`referral`: you brought a friend, or were brought. Null: you redeemed it."
    )
    state: State
    code: str = Field(examples=["7KQ2M-BX4D-9RTW"])
    value: dict[str, str] = Field(description="What the code is worth.")
    issued_at: datetime
    expires_at: datetime | None
    settled_at: datetime | None = Field(description="When it was used, cancelled or lapsed.")

    @classmethod
    def of(cls, it: Redemption, terms: Terms | None, wanted: Wanted) -> "OwnRedemptionView":
        """The redemption as the API shows it in its customer's language."""
        return cls(
            id=to_wire(REDEMPTION, it.id),
            reward_id=to_wire(REWARD, it.reward_id),
            name=wanted.said_in(terms.names, terms.name) if terms else "",
            cost=it.cost,
            given_for=it.given_for and it.given_for.kind,
            state=it.state,
            code=it.code,
            value=it.value,
            issued_at=it.issued_at,
            expires_at=it.expires_at,
            settled_at=it.settled_at,
        )
