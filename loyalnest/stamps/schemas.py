"""What card programs, cards and stamps look like on the wire."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field, model_validator

from loyalnest.customers import WIRE_PREFIX
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps.numbers import shown
from loyalnest.stamps.service import Direction
from loyalnest.stamps.values import (
    CARD,
    CARD_REWARD,
    PROGRAM,
    STAMP,
    STAMPS_AT_MOST,
    CardProgram,
    CardReward,
    CardState,
    CardTerms,
    ProgramState,
    RewardStanding,
    Stamp,
    Stamped,
    StampKind,
)


class NewCardProgram(BaseModel):
    """A card program to draw up."""

    terms: CardTerms
    state: ProgramState = ProgramState.DRAFT


class CardProgramChange(BaseModel):
    """A card program as it should be from now on."""

    terms: CardTerms
    state: ProgramState
    version: ReadVersion = None


class CardProgramView(BaseModel):
    """A card program."""

    id: str = Field(examples=["crp_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    state: ProgramState
    version: int
    terms: CardTerms
    unit: str = Field(description="Its stamps' code in the books.")
    cards: int = Field(description="Cards in circulation.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, program: CardProgram, cards: int) -> "CardProgramView":
        """The program as the API shows it."""
        return cls(
            id=to_wire(PROGRAM, program.id),
            state=program.state,
            version=program.version,
            terms=program.terms,
            unit=program.unit,
            cards=cards,
            created_at=program.created_at,
            updated_at=program.updated_at,
        )


class TermsPreview(BaseModel):
    """Terms to try on the cards in circulation."""

    terms: CardTerms


class CirculationView(BaseModel):
    """What other terms would mean for cards in circulation."""

    improves: bool = Field(description="Nobody who collects loses anything by them.")
    at_once: int = Field(description="Cards that follow them at once.")
    next_round: int = Field(description="Cards that keep theirs until they are full.")


class StageView(BaseModel):
    """A stage of a card's round."""

    key: str
    count: int
    name: str
    reached: bool


class CardRewardView(BaseModel):
    """What a stage brought."""

    id: str
    count: int
    round: int
    name: str
    state: RewardStanding
    earned_at: datetime
    used_at: datetime | None
    used_by: str | None

    @classmethod
    def of(cls, reward: CardReward) -> "CardRewardView":
        """The reward as the API shows it."""
        return cls(
            id=to_wire(CARD_REWARD, reward.id),
            count=reward.count,
            round=reward.round,
            name=reward.name,
            state=reward.state,
            earned_at=reward.earned_at,
            used_at=reward.used_at,
            used_by=reward.used_by,
        )


class CardView(BaseModel):
    """A customer's card."""

    id: str
    customer_id: str
    card_program_id: str
    name: str
    number: str = Field(examples=["7K3QX-9MT2A"])
    void: bool
    round: int = Field(description="Which filling this is, from 1.")
    collected: int
    needed: int
    debt: int = Field(description="Stamps that the card owes: what comes in pays them first.")
    stages: list[StageView]
    rewards: list[CardRewardView] = Field(description="What is there to be used.")
    opened_at: datetime
    last_stamp_at: datetime | None

    @classmethod
    def of(cls, state: CardState) -> "CardView":
        """The card as the API shows it."""
        card, terms = state.card, state.terms
        return cls(
            id=to_wire(CARD, card.id),
            customer_id=to_wire(WIRE_PREFIX, card.customer_id),
            card_program_id=to_wire(PROGRAM, card.program_id),
            name=terms.name,
            number=shown(card.number),
            void=card.state == "void",
            round=card.round,
            collected=state.collected,
            needed=terms.needed,
            debt=state.debt,
            stages=[
                StageView(
                    key=it.key, count=it.count, name=it.name, reached=it.count <= state.collected
                )
                for it in terms.stages
            ],
            rewards=[CardRewardView.of(it) for it in state.due],
            opened_at=card.opened_at,
            last_stamp_at=card.last_stamp_at,
        )


class NewStamp(BaseModel):
    """A card to stamp: by its id, its number, its code, or by customer and card program."""

    card_id: str | None = None
    number: str | None = Field(default=None, max_length=40)
    code: str | None = Field(
        default=None,
        max_length=200,
        description="The text of the QR that somebody shows: on a page, in a wallet, on paper.",
    )
    confirmed: bool = Field(
        default=False,
        description="Somebody has asked for the name, for a code that alone doesn't tell it.",
    )
    customer_id: str | None = None
    card_program_id: str | None = None
    count: int | None = Field(
        default=None,
        ge=1,
        le=STAMPS_AT_MOST,
        description="One, if left out; for a card that is stamped by amount, what `purchase` says.",
    )
    purchase: Decimal | None = Field(
        default=None,
        ge=0,
        le=10**9,
        max_digits=14,
        decimal_places=3,
        description="What was bought, in the merchant's currency.",
    )
    kind: StampKind = StampKind.VISIT
    store_id: str | None = None

    @model_validator(mode="after")
    def _one_card(self) -> "NewStamp":
        by_holder = self.customer_id is not None and self.card_program_id is not None
        named = [self.card_id, self.number, self.code, by_holder or None]
        if sum(it is not None for it in named) != 1:
            raise ValueError("name the card by card_id, number, code, or customer and program")
        if self.kind not in (StampKind.VISIT, StampKind.EXTRA):
            raise ValueError("stamp for a visit or something extra; the rest comes by itself")
        return self


class StampedView(BaseModel):
    """What became of a stamping."""

    stamp_id: str
    card: CardView
    earned: list[CardRewardView] = Field(description="What it brought.")

    @classmethod
    def of(cls, stamped: Stamped) -> "StampedView":
        """The answer as the API shows it."""
        return cls(
            stamp_id=to_wire(STAMP, stamped.stamp_id),
            card=CardView.of(stamped.state),
            earned=[CardRewardView.of(it) for it in stamped.earned],
        )


class StampView(BaseModel):
    """One stamping, as it is kept."""

    id: str
    kind: StampKind
    count: int
    actor: str
    purchase: Decimal | None
    currency: str | None
    offline: bool
    occurred_at: datetime
    recorded_at: datetime
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None

    @classmethod
    def of(cls, stamp: Stamp) -> "StampView":
        """The stamp as the API shows it."""
        return cls(
            id=to_wire(STAMP, stamp.id),
            kind=stamp.kind,
            count=stamp.count,
            actor=stamp.actor,
            purchase=stamp.purchase,
            currency=stamp.currency,
            offline=stamp.offline,
            occurred_at=stamp.occurred_at,
            recorded_at=stamp.recorded_at,
            undone_at=stamp.undone_at,
            undone_by=stamp.undone_by,
            undone_reason=stamp.undone_reason,
        )


class UndoRequest(BaseModel):
    """Why a stamp is taken back."""

    reason: str = Field(min_length=1, max_length=500)


class UseCardReward(BaseModel):
    """Where a reward is handed out."""

    store_id: str | None = None


class ConvertRequest(BaseModel):
    """Stamps for points, or points for stamps."""

    direction: Direction
    times: int = Field(default=1, ge=1, le=1000, description="How often the rate is applied.")


class NewCard(BaseModel):
    """Who is to have a card of which program."""

    customer_id: str
    card_program_id: str
    store_id: str | None = None
