"""What a device sends and is told."""

import base64
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from loyalnest import branding, merchants
from loyalnest.kernel.currencies import minor_units
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps.counter.schemas import Pin
from loyalnest.stamps.counter.values import (
    BATCH_AT_MOST,
    CLERK,
    STAMPER,
    Answer,
    Clerk,
    PinVerifier,
    Policy,
    Signed,
    Stamper,
)
from loyalnest.stamps.numbers import shown
from loyalnest.stamps.showing import Doubt, Reading
from loyalnest.stamps.values import CARD, CARD_REWARD, PROGRAM, STAMP, CardProgram, CardState


class _Input(BaseModel):
    """A request's body: closed, so that a misspelt field is noticed."""

    model_config = ConfigDict(extra="forbid")


class Pairing(_Input):
    """A device that asks to be paired."""

    code: str = Field(max_length=40, examples=["7K3M-9QX2"])
    public_key: dict[str, Any] = Field(
        description="JWK of an ECDSA key on P-256.",
        examples=[{"kty": "EC", "crv": "P-256", "x": "…", "y": "…"}],
    )
    device_name: str = Field(max_length=100, pattern=r"^[^\x00]*$", examples=["Chrome, Android"])


class ClerkSignIn(_Input):
    """A clerk who says who they are."""

    clerk_id: str = Field(max_length=60)
    pin: Pin


class CodeShown(_Input):
    """What somebody shows or says."""

    code: str = Field(max_length=200, description="The text of a QR, a card's number, or a phone.")


class SignedIntent(_Input):
    """One wish of a device."""

    payload: str = Field(max_length=5000, description="base64url of its JSON.")
    signature: str = Field(max_length=200, description="base64url of r and s, 64 bytes.")

    @property
    def signed(self) -> Signed:
        """As the rules read it."""
        return Signed(self.payload, self.signature)


class IntentBatch(_Input):
    """Wishes in the order of their counters."""

    intents: list[SignedIntent] = Field(min_length=1, max_length=BATCH_AT_MOST)


class MarkedStage(BaseModel):
    """A stage of the round that is being filled."""

    count: int
    name: str
    reached: bool


class RewardAtHand(BaseModel):
    """A reward that is due."""

    id: str = Field(examples=["crw_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    name: str
    count: int = Field(description="The stage's.")


class CardAtCounter(BaseModel):
    """A card as a stamper shows it."""

    card_id: str = Field(examples=["crd_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    program_id: str
    program: str
    number: str = Field(examples=["7K3MZ-9QX2A"])
    name: str | None = Field(description="Whose it is.")
    collected: int
    needed: int
    debt: int
    stages: list[MarkedStage]
    rewards: list[RewardAtHand]
    last_stamp_at: datetime | None
    round: int
    moves: int = Field(description="Grows with each change of the card.")
    void: bool

    @classmethod
    def of(cls, state: CardState, names: Mapping[UUID, str | None]) -> "CardAtCounter":
        """The card as a stamper shows it."""
        card, terms = state.card, state.terms
        return cls(
            card_id=to_wire(CARD, card.id),
            program_id=to_wire(PROGRAM, card.program_id),
            program=terms.name,
            number=shown(card.number),
            name=names.get(card.customer_id),
            collected=state.collected,
            needed=terms.needed,
            debt=state.debt,
            stages=[
                MarkedStage(count=it.count, name=it.name, reached=state.collected >= it.count)
                for it in terms.stages
            ],
            rewards=[
                RewardAtHand(id=to_wire(CARD_REWARD, it.id), name=it.name, count=it.count)
                for it in state.due
            ],
            last_stamp_at=card.last_stamp_at,
            round=card.round,
            moves=card.moves,
            void=card.state == "void",
        )


class Looked(BaseModel):
    """Whose cards somebody means."""

    cards: list[CardAtCounter]
    must_confirm: bool = Field(description="Ask for the name before stamping.")
    reason: Doubt | None = Field(description="Why.")

    @classmethod
    def of(cls, reading: Reading, names: Mapping[UUID, str | None]) -> "Looked":
        """A reading as a stamper shows it."""
        return cls(
            cards=[CardAtCounter.of(it, names) for it in reading.cards],
            must_confirm=reading.must_confirm,
            reason=reading.doubt,
        )


class IntentResult(BaseModel):
    """What became of a wish."""

    counter: int | None = Field(description="Null where not even that could be read.")
    outcome: Literal["done", "again", "held", "refused"] = Field(
        description="`again`: it had counted before. What was refused or held is said again."
    )
    code: str | None = Field(
        description="Why, in a stable word; of what is done `TAKEN_BACK` where its undo was first."
    )
    detail: str | None
    stamp_id: str | None
    card: CardAtCounter | None = Field(description="As it is now.")

    @classmethod
    def of(
        cls,
        it: Answer,
        states: Mapping[UUID, CardState],
        names: Mapping[UUID, str | None],
    ) -> "IntentResult":
        """An answer as a device is told it."""
        state = states.get(it.card_id) if it.card_id else None
        return cls(
            counter=it.counter,
            outcome=it.outcome,
            code=it.code,
            detail=it.detail,
            stamp_id=to_wire(STAMP, it.stamp_id) if it.stamp_id else None,
            card=CardAtCounter.of(state, names) if state else None,
        )


class IntentResults(BaseModel):
    """What became of each wish, in the order they were sent."""

    results: list[IntentResult]


class StampAtHand(BaseModel):
    """A stamp that a device has given."""

    stamp_id: str
    counter: int
    at: datetime
    count: int
    card: CardAtCounter
    undone: bool


class RecentStamps(BaseModel):
    """What a device stamped last, the latest first."""

    stamps: list[StampAtHand]


class CounterColours(BaseModel):
    """A brand's colour and those that go with it."""

    colour: str
    on_colour: str
    text: str
    text_in_dark: str


class CounterMerchant(BaseModel):
    """Whose counter it is."""

    name: str
    locale: str
    time_zone: str
    currency: str
    currency_digits: int = Field(description="How many decimals an amount may have.")
    colours: CounterColours
    logo_url: str | None

    @classmethod
    def of(cls, merchant: merchants.Merchant, brand: branding.Branding) -> "CounterMerchant":
        """The merchant as its devices show it."""
        palette = branding.palette_of(brand.settings.colour)
        return cls(
            name=brand.name,
            locale=merchant.locale,
            time_zone=merchant.time_zone,
            currency=merchant.currency,
            currency_digits=minor_units(merchant.currency),
            colours=CounterColours(
                colour=palette.colour,
                on_colour=palette.on_colour,
                text=palette.text,
                text_in_dark=palette.text_in_dark,
            ),
            logo_url=brand.logo.path if brand.logo else None,
        )


class NamedThing(BaseModel):
    """An id and what it is called."""

    id: str
    name: str


class CounterStage(BaseModel):
    """So many stamps bring this."""

    count: int
    name: str


class CounterProgram(BaseModel):
    """A card program that is stamped."""

    id: str
    name: str
    needed: int
    stages: list[CounterStage]
    most_at_once: int
    per_amount: Decimal | None
    cooldown_minutes: int
    daily_limit: int | None
    distance_m: int | None

    @classmethod
    def of(cls, it: CardProgram) -> "CounterProgram":
        """The program as a device needs it."""
        terms = it.terms
        return cls(
            id=to_wire(PROGRAM, it.id),
            name=terms.name,
            needed=terms.needed,
            stages=[CounterStage(count=each.count, name=each.name) for each in terms.stages],
            most_at_once=terms.most_at_once,
            per_amount=terms.per_amount,
            cooldown_minutes=terms.cooldown_minutes,
            daily_limit=terms.daily_limit,
            distance_m=terms.distance_m,
        )


class PinCheck(BaseModel):
    """PBKDF2 with HMAC-SHA-256 over the digits, 32 bytes; base64url, without padding."""

    salt: str
    iterations: int
    hash: str

    @classmethod
    def of(cls, it: PinVerifier) -> "PinCheck":
        """A verifier as a device keeps it."""
        return cls(salt=_text(it.salt), iterations=it.iterations, hash=_text(it.hash))


class ClerkAtCounter(BaseModel):
    """Somebody who may stamp."""

    id: str
    name: str
    pin: PinCheck

    @classmethod
    def of(cls, it: Clerk) -> "ClerkAtCounter":
        """The clerk as a device keeps them."""
        return cls(id=to_wire(CLERK, it.id), name=it.name, pin=PinCheck.of(it.pin))


class CounterPolicy(BaseModel):
    """What a device may do without a network."""

    offline_hours: int
    offline_stamps: int

    @classmethod
    def of(cls, it: Policy) -> "CounterPolicy":
        """The policy as a device keeps it."""
        return cls(offline_hours=it.offline_hours, offline_stamps=it.offline_stamps)


class StamperFacts(BaseModel):
    """All a device has to know to stamp, also without a network."""

    server_time: datetime
    merchant: CounterMerchant
    store: NamedThing | None
    stamper: NamedThing
    programs: list[CounterProgram]
    clerks: list[ClerkAtCounter]
    policy: CounterPolicy


class PairedStamper(StamperFacts):
    """The answer to a device that was paired. Nobody can show the token again."""

    stamper_id: str
    token: str


def named_stamper(it: Stamper) -> NamedThing:
    """A device by its name."""
    return NamedThing(id=to_wire(STAMPER, it.id), name=it.name)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
