"""Posters, printed cards and enrolments on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.writing import plain
from loyalnest.stamps.enrolling.service.batches import COUNT_AT_MOST
from loyalnest.stamps.enrolling.values import (
    BATCH,
    POSTER,
    CardBatch,
    CheckBy,
    CodeSent,
    Enrolled,
    Poster,
)
from loyalnest.stamps.numbers import shown
from loyalnest.stamps.values import CARD, PROGRAM

_Name = Annotated[str, Field(max_length=60), AfterValidator(plain)]
_Program = Annotated[str, Field(examples=["crp_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])]
_Store = Annotated[
    str | None,
    Field(description="Null: anywhere.", examples=["sto_01890a5d7b3e7c4f8a1b2c3d4e5f6071"]),
]


class NewPoster(BaseModel):
    """A poster to make."""

    model_config = ConfigDict(extra="forbid")

    name: _Name = Field(description="For whoever looks after it.", examples=["Counter"])
    card_program_id: _Program
    store_id: _Store = None
    check_by: CheckBy | None = Field(
        default=None,
        description="How a guest shows that a phone number is theirs; null: they needn't.",
    )


class PosterView(BaseModel):
    """What hangs at a counter."""

    id: str = Field(examples=["pst_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    name: str
    card_program_id: str
    store_id: str | None
    code: str = Field(examples=["7K2PM4QX"])
    address: str = Field(description="Where its code leads: `…/j/7K2PM4QX`.")
    check_by: CheckBy | None
    cards: int = Field(description="How many were opened by it.")
    created_at: datetime
    created_by: str
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, poster: Poster, address: str) -> "PosterView":
        """The poster as the API shows it."""
        return cls(
            id=to_wire(POSTER, poster.id),
            name=poster.name,
            card_program_id=to_wire(PROGRAM, poster.program_id),
            store_id=poster.store_id and to_wire("sto", poster.store_id),
            code=poster.code,
            address=address,
            check_by=poster.check_by,
            cards=poster.cards,
            created_at=poster.created_at,
            created_by=poster.created_by,
            withdrawn_at=poster.withdrawn_at,
        )


class NewCardBatch(BaseModel):
    """Cards to print."""

    model_config = ConfigDict(extra="forbid")

    card_program_id: _Program
    store_id: _Store = None
    count: int = Field(ge=1, le=COUNT_AT_MOST)


class CardBatchView(BaseModel):
    """Cards that were printed together."""

    id: str = Field(examples=["bat_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    card_program_id: str
    store_id: str | None
    count: int
    bound: int = Field(description="How many are somebody's.")
    made_at: datetime
    made_by: str

    @classmethod
    def of(cls, batch: CardBatch) -> "CardBatchView":
        """The batch as the API shows it."""
        return cls(
            id=to_wire(BATCH, batch.id),
            card_program_id=to_wire(PROGRAM, batch.program_id),
            store_id=batch.store_id and to_wire("sto", batch.store_id),
            count=batch.count,
            bound=batch.bound,
            made_at=batch.made_at,
            made_by=batch.made_by,
        )


class AgreedConsent(BaseModel):
    """A yes to news."""

    model_config = ConfigDict(extra="forbid")

    channel: CheckBy
    words: str = Field(
        min_length=1, max_length=2000, description="What they agreed to, as it stood there."
    )


class NewEnrolment(BaseModel):
    """Somebody who wants a card: at a poster, or told by whoever may write customers."""

    model_config = ConfigDict(extra="forbid")

    poster: str | None = Field(default=None, max_length=16, description="The code of a poster.")
    card_program_id: str | None = Field(
        default=None, description="Without a poster; needs `customers:write`."
    )
    name: str = Field(max_length=200)
    phone: str = Field(
        max_length=64, description="As people write it; without a country code it is the shop's."
    )
    locale: str = Field(default="en", max_length=35, description="What they read.")
    consents: list[AgreedConsent] = Field(default_factory=list[AgreedConsent], max_length=2)
    check_code: str | None = Field(
        default=None,
        pattern="^[0-9]{6}$",
        description="What was sent to the phone, where the poster asks for that.",
    )
    paper_number: str | None = Field(
        default=None,
        max_length=40,
        description="Of a card of paper that they have: its stamps come along.",
        examples=["7K2PM-4QX9A"],
    )


class EnrolledCard(BaseModel):
    """The card somebody has now."""

    id: str
    card_program_id: str
    number: str = Field(examples=["7K2PM-4QX9A"])
    collected: int
    needed: int


class CardWallets(BaseModel):
    """Where a card is put into a wallet; null where there is no such wallet."""

    apple_url: str | None = None
    google_url: str | None = None


class EnrolledView(BaseModel):
    """Somebody has a card.

    Who it is, and what is on the card, is told to callers that may write customers alone: else it
    could be found out who is a member.
    """

    customer_id: str | None
    card: EnrolledCard | None
    card_url: str
    wallet: CardWallets
    is_new: bool | None

    @classmethod
    def of(
        cls, enrolled: Enrolled, *, card_url: str, wallet: CardWallets, told: bool
    ) -> "EnrolledView":
        """The enrolment as the API shows it; `told`: to somebody who may know."""
        state = enrolled.state
        card = EnrolledCard(
            id=to_wire(CARD, state.card.id),
            card_program_id=to_wire(PROGRAM, state.program.id),
            number=shown(state.card.number),
            collected=state.collected,
            needed=state.terms.needed,
        )
        return cls(
            customer_id=to_wire("cus", state.card.customer_id) if told else None,
            card=card if told else None,
            card_url=card_url,
            wallet=wallet,
            is_new=enrolled.is_new if told else None,
        )


class CheckCodeView(BaseModel):
    """A code is under way to the phone; send the same again with `check_code`."""

    phone: str = Field(description="As it was read.", examples=["+49 30 123456"])
    expires_at: datetime

    @classmethod
    def of(cls, sent: CodeSent) -> "CheckCodeView":
        """What was sent, as the API tells it."""
        return cls(phone=sent.phone, expires_at=sent.expires_at)
