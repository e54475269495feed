"""The words of the counter: stampers, clerks, intents and what became of them, alerts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from loyalnest.kernel.errors import DomainError
from loyalnest.stamps.showing import Doubt
from loyalnest.stamps.values import CardTerms

STAMPER, CLERK, INTENT, ALERT = "spr", "clk", "int", "alr"
"""How their ids begin on the wire."""

BATCH_AT_MOST = 100
SKEW = timedelta(minutes=2)
"""How far a device's clock may be ahead, and how late an intent may come and still be at once."""


class StamperState(StrEnum):
    """Where a device stands."""

    WAITING = "waiting"
    """It has yet to be paired."""
    ACTIVE = "active"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Stamper:
    """The app on one device."""

    merchant_id: UUID
    id: UUID
    name: str
    store_id: UUID | None
    public_keys: tuple[bytes, ...]
    """Uncompressed points of P-256, one for each pairing, the latest last."""
    device: str | None
    pairing_expires_at: datetime | None
    created_at: datetime
    paired_at: datetime | None
    last_seen_at: datetime | None
    revoked_at: datetime | None
    lost_at: datetime | None

    @property
    def state(self) -> StamperState:
        """Whether it may stamp."""
        if self.revoked_at is not None:
            return StamperState.REVOKED
        return StamperState.WAITING if self.paired_at is None else StamperState.ACTIVE

    @property
    def pairing(self) -> int:
        """How often it has been paired: each pairing counts its intents anew."""
        return len(self.public_keys)


class ClerkState(StrEnum):
    """Whether somebody may stamp."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class PinVerifier:
    """What a PIN is checked against, on the server and on a device without a network."""

    salt: bytes
    iterations: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who stamps: a name and a PIN, no account."""

    merchant_id: UUID
    id: UUID
    name: str
    pin: PinVerifier
    suspended_at: datetime | None
    wrong_pins: int
    locked_until: datetime | None
    created_at: datetime

    @property
    def state(self) -> ClerkState:
        """Whether they may stamp."""
        return ClerkState.ACTIVE if self.suspended_at is None else ClerkState.SUSPENDED


@dataclass(frozen=True, slots=True)
class Policy:
    """What devices may do without a network."""

    offline_hours: int = 48
    """What is older waits for the owner."""
    offline_stamps: int = 10
    """On one card within those hours."""


@dataclass(frozen=True, slots=True)
class Opening:
    """From when until when a store is open on one weekday; past midnight where it ends earlier."""

    weekday: int
    """0 is Monday."""
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is, and when it is open, as far as the merchant has said."""

    store_id: UUID
    hours: tuple[Opening, ...] | None = None
    latitude: float | None = None
    longitude: float | None = None


class IntentKind(StrEnum):
    """What a device wishes."""

    STAMP = "stamp"
    USE = "use"
    UNDO = "undo"


class IntentOutcome(StrEnum):
    """What became of it."""

    DONE = "done"
    HELD = "held"
    REFUSED = "refused"


class CardRef(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which card is meant, in one of four ways."""

    code: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    id: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    number: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    phone: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Near(msgspec.Struct, frozen=True):
    """Where a device was, in degrees."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device signs."""

    v: Literal[1]
    stamper: str
    counter: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    clerk: str
    kind: IntentKind
    card: CardRef | None = None
    program: str | None = None
    count: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    amount: Decimal | None = None
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None
    reward: str | None = None
    undoes: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None
    reason: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    confirmed: bool = False
    offline: bool = False
    near: Near | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an intent until it is decided: nothing that names anybody."""

    count: int | None = None
    amount: Decimal | None = None
    reward_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """An intent as it comes: base64url of its JSON, and of the signature over that text."""

    payload: str
    signature: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an intent, and why."""

    outcome: IntentOutcome
    code: str | None = None
    detail: str | None = None


class AlertKind(StrEnum):
    """What looks odd."""

    SAME_CARD = "same_card"
    """One clerk stamped one card many times in a day."""
    MANY_AT_ONCE = "many_at_once"
    """One clerk stamped very often within a few minutes."""
    CLOSED = "closed"
    """A card was stamped while the store was closed."""
    FAR_AWAY = "far_away"
    """A card was stamped far from the store, or without saying where, by a device offline."""
    OLD_CODES = "old_codes"
    """A clerk has often confirmed old codes, or taken them without a network."""
    AFTER_LOSS = "after_loss"
    """A device stamped after it was lost, before it was cut off."""


@dataclass(frozen=True, slots=True)
class Done:
    """An intent that counted, as the rules about odd patterns see it."""

    id: UUID
    merchant_id: UUID
    stamper_id: UUID
    clerk_id: UUID | None
    card_id: UUID | None
    store_id: UUID | None
    at: datetime
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd on one day."""

    kind: AlertKind
    day: date
    first_at: datetime
    last_at: datetime
    count: int
    card_id: UUID | None = None
    clerk_id: UUID | None = None
    stamper_id: UUID | None = None

    @property
    def subject(self) -> str:
        """What it is about: found again, it is the same alert."""
        return " ".join(str(it) for it in (self.clerk_id, self.card_id, self.stamper_id) if it)


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding that owner and manager are shown until one of them has seen it."""

    id: UUID
    kind: AlertKind
    count: int
    card_id: UUID | None
    clerk_id: UUID | None
    stamper_id: UUID | None
    first_at: datetime
    last_at: datetime
    seen_at: datetime | None
    seen_by: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """An intent that waits for the owner."""

    id: UUID
    stamper_id: UUID
    kind: IntentKind
    card_id: UUID | None
    clerk_id: UUID | None
    count: int | None
    happened_at: datetime
    received_at: datetime
    reason: str
    """The code of why it waits."""
    detail: str


@dataclass(frozen=True, slots=True)
class Known:
    """An intent of this device that is on record."""

    counter: int
    digest: bytes
    kind: IntentKind
    verdict: Verdict
    card_id: UUID | None
    stamp_id: UUID | None
    reward_id: UUID | None
    undoes: int | None


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What has to be known of a card before it is stamped."""

    id: UUID
    number: str
    program_id: UUID
    customer_id: UUID
    moves: int
    code_step: int
    terms: CardTerms
    """The newest ones of its program."""


@dataclass(eq=False, slots=True)
class Case:
    """An intent on its way through one batch."""

    said: Said
    digest: bytes
    pairing: int
    at: datetime
    late: bool
    """It comes after the fact: the rules for devices without a network hold."""
    clerk_id: UUID | None = None
    card: CardFacts | None = None
    reward_id: UUID | None = None
    count: int = 0
    """How many stamps it is worth."""
    step: int | None = None
    doubt: Doubt | None = None
    """Why the code alone doesn't tell whose card it is."""
    flags: set[str] = field(default_factory=set[str])
    verdict: Verdict | None = None
    """None while it is still to be carried out."""
    stamp_id: UUID | None = None
    undoing: Known | None = None

    refusal: DomainError | None = None

    @property
    def open(self) -> bool:
        """Whether nothing has been decided about it."""
        return self.verdict is None

    def refuse(self, error: DomainError) -> None:
        """Decide that it doesn't count, in the words of an error."""
        self.refusal = error
        self.verdict = Verdict(IntentOutcome.REFUSED, error.code, error.detail)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device is told about one intent."""

    counter: int | None
    outcome: Literal["done", "again", "held", "refused"]
    code: str | None = None
    detail: str | None = None
    stamp_id: UUID | None = None
    card_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a batch is judged by."""

    policy: Policy
    place: Place | None
    revoked: bool
    pairing: int
    clerks: Mapping[UUID, datetime | None]
    """Who there is, and since when they are suspended."""
    given: Mapping[UUID, tuple[tuple[datetime, int], ...]]
    """By card what was stamped on it without a network of late: when, and how many."""
    used_steps: frozenset[tuple[UUID, int]]
    """Live codes that counted, by card."""
