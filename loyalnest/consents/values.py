"""The words of this module: what somebody agreed to, and how they want to be written to."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

ConsentId: TypeAlias = UUID
SuppressionId: TypeAlias = UUID

CONSENT, SUPPRESSION = "cns", "sup"
"""Prefixes on the wire."""
WORDS_AT_MOST, PLACE_AT_MOST, ADDRESS_AT_MOST = 2000, 200, 320


class Channel(StrEnum):
    """How a message reaches somebody."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"

    @property
    def rings(self) -> bool:
        """Whether a message wakes somebody up."""
        return self is not Channel.EMAIL


class Purpose(StrEnum):
    """What somebody's data, or their attention, is used for."""

    TRANSACTIONAL = "transactional"
    """Messages about what somebody did themselves. Allowed until refused."""
    OUTREACH = "outreach"
    """Messages that want something of somebody. Needs a consent."""
    RFM_TRACKING = "rfm_tracking"
    """Scores, segments and nudges made of what somebody bought. Allowed until refused."""
    REFERRALS = "referrals"
    """Bringing friends, and being brought. Allowed until refused."""

    @property
    def by_channel(self) -> bool:
        """Whether it is agreed to for each channel apart."""
        return self in MESSAGES


MESSAGES = frozenset({Purpose.TRANSACTIONAL, Purpose.OUTREACH})
ALLOWED_UNTIL_REFUSED = frozenset(Purpose) - {Purpose.OUTREACH}


class State(StrEnum):
    """What somebody said last."""

    GRANTED = "granted"
    PENDING = "pending"
    """They are said to have agreed, and have yet to confirm it."""
    WITHDRAWN = "withdrawn"


class Way(StrEnum):
    """How it came to us."""

    FORM = "form"
    CHECKOUT = "checkout"
    IMPORT = "import"
    STAFF = "staff"
    CUSTOMER_PAGE = "customer_page"
    """The page of preferences, or the customer's own account."""
    LINK = "link"
    """The link of a confirmation."""
    STOP_WORD = "stop_word"
    ONE_CLICK = "one_click"
    """The button that a mail program shows."""
    PROVIDER = "provider"
    """Whoever carries our messages passed it on."""
    MERGE = "merge"
    """Somebody who turned out to be this customer had said so."""


OF_THEIR_OWN = frozenset({Way.CUSTOMER_PAGE, Way.LINK, Way.STOP_WORD})
"""Ways that nobody but the customer goes: a new yes by one of them outweighs any no before."""
SAID_OF_THEM = frozenset({Way.FORM, Way.CHECKOUT, Way.STAFF})
"""Ways on which somebody else may have said it: a new yes outweighs an unsubscription alone."""


class Reason(StrEnum):
    """Why an address gets nothing."""

    BOUNCED = "bounced"
    """What is sent there comes back."""
    INVALID = "invalid"
    """There is no such address."""
    COMPLAINED = "complained"
    """Somebody called a message spam."""
    STOPPED = "stopped"
    """Somebody answered with a stop word."""
    UNSUBSCRIBED = "unsubscribed"
    """Somebody wants no outreach there."""

    @property
    def holds_back(self) -> frozenset[Purpose]:
        """What it holds back: everything, but where somebody has had enough of outreach alone."""
        return frozenset({Purpose.OUTREACH}) if self is Reason.UNSUBSCRIBED else MESSAGES

    @property
    def said_no(self) -> bool:
        """Whether a person said it, so that nobody else can take it back; kept beyond erasure."""
        return self in {Reason.COMPLAINED, Reason.STOPPED, Reason.UNSUBSCRIBED}


class Answer(StrEnum):
    """Whether a message may be sent now."""

    ALLOWED = "allowed"
    NO_CONSENT = "no_consent"
    """Nobody has agreed to it, or not yet confirmed that they do."""
    OPTED_OUT = "opted_out"
    """They said no."""
    SUPPRESSED = "suppressed"
    """The address gets nothing; `reason` says why."""
    QUIET = "quiet"
    """Not now; `until` says when."""
    ERASED = "erased"
    """There is nobody to write to any more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sender wants to know of one message.

    Without an address suppressions aren't looked at: it is asked whether a message may be planned.
    """

    customer_id: UUID
    channel: Channel
    purpose: Purpose
    address: str | None = None
    """An e-mail address, a phone number, or a provider's id of somebody on WhatsApp."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is no customer, and whom a message is for: an address, and no more."""

    id: UUID
    channel: Channel
    address: str | None
    """None once it was forgotten."""
    language: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sender is told."""

    answer: Answer
    until: datetime | None = None
    """With `quiet`: the instant from which it is allowed."""
    reason: Reason | None = None
    """With `suppressed`."""

    @property
    def allowed(self) -> bool:
        """Whether the message may go out now."""
        return self.answer is Answer.ALLOWED


@dataclass(frozen=True, slots=True)
class Proof:
    """How it is known that somebody said something."""

    way: Way
    by: str
    """Who told us: `customer:cus_…`, `staff:stf_…`, `api_key:key_…` or a provider's name."""
    words: str | None = None
    """What they agreed to, as it stood beside the box."""
    language: str | None = None
    place: str | None = None
    """Where: a page's address, a shop, a counter."""
    network: str | None = None
    """From where, told roughly: never one address."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that one person said about one purpose, on one channel where it has channels."""

    merchant_id: UUID
    customer_id: UUID
    purpose: Purpose
    channel: Channel | None
    state: State
    at: datetime
    """When they said it, which may be long before we heard."""
    proof: Proof
    source: str | None = None
    """What tells it from everything else that was said; told again, it is the same."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A line of somebody's history."""

    id: ConsentId
    said: Said
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for one purpose and channel."""

    purpose: Purpose
    channel: Channel | None
    state: State | None
    """None: nothing was ever said."""
    at: datetime | None
    consent_id: ConsentId | None

    @property
    def allowed(self) -> bool:
        """Whether it is allowed, as far as consent goes."""
        if self.state is None:
            return self.purpose in ALLOWED_UNTIL_REFUSED
        return self.state is State.GRANTED


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that gets nothing, and why."""

    id: SuppressionId
    channel: Channel
    address: str | None
    """None once whose it was has been forgotten: what is left is a hash."""
    reason: Reason
    since: datetime
    by: str


class Closed(BaseModel):
    """Closed and unchangeable, like all settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# What JSON Schema calls a time has a time zone, and this one is by the clock on somebody's wall.
ClockTime = Annotated[
    time,
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:00)?$"}),
]


class QuietHours(Closed):
    """From when to when nobody is disturbed, by the clock on the wall."""

    starts: ClockTime = Field(description="`21:00`; seconds count for nothing.", examples=["21:00"])
    ends: ClockTime = Field(
        description="`08:00`, of the next day where it is earlier. The same as `starts`: at no"
        " time is it quiet.",
        examples=["08:00"],
    )

    @model_validator(mode="after")
    def _to_the_minute(self) -> "QuietHours":
        if any(it.tzinfo or it.second or it.microsecond for it in (self.starts, self.ends)):
            raise ValueError("give hours and minutes alone, such as 21:00")
        return self


class ConsentSettings(Closed):
    """How a merchant asks, and when it keeps quiet."""

    quiet_hours: QuietHours = Field(
        default=QuietHours(starts=time(21), ends=time(8)),
        description="When outreach waits, in the customer's time zone or else the shop's. What"
        " customers choose themselves counts instead.",
    )
    double_opt_in: bool = Field(
        default=False,
        description="Whether a consent to outreach that a form brings waits until the customer"
        " has confirmed it by a link.",
    )
    transactional_refusable: bool = Field(
        default=False,
        description="Whether customers are offered to refuse messages about what they did"
        " themselves. A refusal on record holds either way.",
    )


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """A merchant's settings from one instant on; version 0 is what nobody has changed."""

    version: int
    settings: ConsentSettings


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody wants to be written to. None and nothing: as the merchant does by default."""

    language: str | None = None
    channels: tuple[Channel, ...] = ()
    """Which they like best, the first rather than the last."""
    quiet_hours: QuietHours | None = None
    time_zone: str | None = None


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    return name in available_timezones()


@dataclass(frozen=True, slots=True)
class Clock:
    """By which clock somebody is left in peace."""

    hours: QuietHours
    zone: ZoneInfo
    own: bool
    """Whether they chose the hours themselves."""
