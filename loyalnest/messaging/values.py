"""The words of this module: messages, who carries them, and how that ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from loyalnest import templates

MessageId: TypeAlias = UUID
SenderId: TypeAlias = UUID

WIRE_PREFIX = "msg"
SENDER_PREFIX = "snd"


class Channel(StrEnum):
    """The way a message goes."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class Provider(StrEnum):
    """Who carries messages."""

    SMTP = "smtp"
    SES = "ses"
    KLAVIYO = "klaviyo"
    MAILCHIMP = "mailchimp"
    POSTSCRIPT = "postscript"
    TWILIO = "twilio"
    META = "meta"


class Purpose(StrEnum):
    """Why a message is sent: what may be sent to whom, and when, depends on it."""

    TRANSACTIONAL = "transactional"
    """It tells what happened to what is the customer's own."""
    OUTREACH = "outreach"
    """It wants something of them."""


class Fault(StrEnum):
    """Whose fault it is that a message was not taken: that decides what becomes of it."""

    ADDRESS = "address"
    """Nothing will ever reach this address on this channel: it is suppressed."""
    WINDOW = "window"
    """WhatsApp takes free words for a day after the customer wrote; outside, only a template."""
    SENDER = "sender"
    """The merchant's account: nothing goes through it until they have set it right."""
    MESSAGE = "message"
    """This one message: others are none the worse."""
    NOBODY = "nobody"
    """The provider's own trouble, which passes."""


class Reason(StrEnum):
    """Why a message was not taken, or didn't arrive, in our words whatever the provider's are."""

    ADDRESS_INVALID = "address_invalid"
    """There is no such address or number."""
    ADDRESS_BOUNCED = "address_bounced"
    """The mailbox's own server says for good that it takes nothing."""
    NOT_ON_CHANNEL = "not_on_channel"
    """The number exists, and nobody can be reached there on this channel."""
    OPTED_OUT = "opted_out"
    """The customer told the provider that they want nothing more."""
    COMPLAINED = "complained"
    """The customer marked it as spam."""
    OUTSIDE_WINDOW = "outside_window"
    """The customer has not written within a day, and this was no approved template."""
    CREDENTIALS_REFUSED = "credentials_refused"
    """The provider doesn't know the merchant's account, or its key."""
    HOST_FORBIDDEN = "host_forbidden"
    """The account's server lies inside the installation's own network."""
    SENDER_REFUSED = "sender_refused"
    """The account may not send from this address or number."""
    QUOTA_REACHED = "quota_reached"
    """The account has sent as much as it may, for hours or for good."""
    CONTENT_REFUSED = "content_refused"
    """The provider won't carry these words."""
    TEMPLATE_REFUSED = "template_refused"
    """WhatsApp doesn't know this template, has not approved it, or it lacks a variable."""
    TOO_MANY_TO_CUSTOMER = "too_many_to_customer"
    """The network lets this customer have no more of this kind for now."""
    UNREACHABLE = "unreachable"
    """The phone is off, the mailbox is full: nothing is wrong with the address."""
    THROTTLED = "throttled"
    """Too fast for the provider; `retry_after` says for how long."""
    UNAVAILABLE = "unavailable"
    """The provider could not be reached or could not work, and certainly took nothing."""
    UNCLEAR = "unclear"
    """No answer in time, or none that makes sense: it may or may not have been taken."""
    REFUSED = "refused"
    """The provider said no in words that we don't know; they are kept with the message."""

    @property
    def fault(self) -> Fault:
        """Whose fault it is."""
        return _FAULTS.get(self, Fault.MESSAGE)

    @property
    def passes(self) -> bool:
        """Whether the same message may well be taken a little later."""
        return self.fault is Fault.NOBODY


_FAULTS = {
    Reason.ADDRESS_INVALID: Fault.ADDRESS,
    Reason.ADDRESS_BOUNCED: Fault.ADDRESS,
    Reason.NOT_ON_CHANNEL: Fault.ADDRESS,
    Reason.OPTED_OUT: Fault.ADDRESS,
    Reason.COMPLAINED: Fault.ADDRESS,
    Reason.OUTSIDE_WINDOW: Fault.WINDOW,
    Reason.CREDENTIALS_REFUSED: Fault.SENDER,
    Reason.HOST_FORBIDDEN: Fault.SENDER,
    Reason.SENDER_REFUSED: Fault.SENDER,
    Reason.QUOTA_REACHED: Fault.SENDER,
    Reason.THROTTLED: Fault.NOBODY,
    Reason.UNAVAILABLE: Fault.NOBODY,
    Reason.UNCLEAR: Fault.NOBODY,
    Reason.UNREACHABLE: Fault.NOBODY,
}


class WhyNot(StrEnum):
    """Why a message was not sent at all, on purpose."""

    NO_ADDRESS = "no_address"
    """The customer can't be reached on this channel: nothing is known of them there."""
    NO_CONSENT = "no_consent"
    OPTED_OUT = "opted_out"
    SUPPRESSED = "suppressed"
    """The address gets nothing; `code` says why."""
    TOO_SOON = "too_soon"
    """Something else was wanted of this customer within the week."""
    EXPIRED = "expired"
    """Nobody wants it any more."""
    ENDED = "ended"
    """The journey it belongs to is over."""
    ERASED = "erased"
    """There is nobody to write to any more."""
    UNWRITABLE = "unwritable"
    """Its words don't fit what is to be filled in; `code` says how."""

    @property
    def is_of_channel(self) -> bool:
        """Whether another channel may still do."""
        return self in _OF_CHANNEL


_OF_CHANNEL = frozenset(
    {
        WhyNot.NO_ADDRESS,
        WhyNot.NO_CONSENT,
        WhyNot.OPTED_OUT,
        WhyNot.SUPPRESSED,
        WhyNot.UNWRITABLE,
    }
)


class Standing(StrEnum):
    """Whether what a message belongs to goes on."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class State(StrEnum):
    """Where a message stands. Up to `held` it is with us, then with the provider."""

    WAITING = "waiting"
    """To be sent at its time."""
    HELD = "held"
    """What it belongs to is paused; it waits until that goes on."""
    QUEUED = "queued"
    """The provider has it."""
    SENT = "sent"
    """It has left the provider."""
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    """It didn't arrive; `reason` says why. It can be sent again by hand."""
    DROPPED = "dropped"
    """It was not sent, on purpose; `reason` says why."""
    IN_DOUBT = "in_doubt"
    """Whether the provider took it can't be found out; it is not sent again."""


class Mark(StrEnum):
    """What a provider, or a customer, later tells of a message; beside the states it can reach."""

    CLICKED = "clicked"
    REDEEMED = "redeemed"


def told(word: str) -> State | Mark:
    """What a word stands for that was kept."""
    return Mark(word) if word in tuple(Mark) else State(word)


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a message, as its provider tells; statuses come late, twice, in any order.

    The message is named by the provider's id of it, or by ours where the provider gives it back.
    """

    state: State | Mark
    at: datetime
    provider_id: str | None = None
    message_id: MessageId | None = None
    reason: Reason | None = None
    """Why it failed. With a fault of the address the address is suppressed."""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What makes a message due, once: the same source and step is the same message."""

    kind: str
    """`event`, `journey`, `test` …"""
    id: UUID
    step: str = ""


class SenderState(StrEnum):
    """Whether a sender sends."""

    ON = "on"
    PAUSED = "paused"
    """By the merchant; what is to go waits."""
    BROKEN = "broken"
    """The provider refuses the account; what is to go waits until the merchant has mended it."""
    REPLACED = "replaced"
    """Another has its place; it stays for what is yet to be told of its messages."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A merchant's account with a provider, as it stands; its secrets stay where they are."""

    merchant_id: UUID
    id: SenderId
    channel: Channel
    provider: Provider
    origin: str
    name: str
    options: Mapping[str, str]
    rate_per_s: float
    repeats_in_doubt: bool
    """Whether a transactional message that may have gone out already goes out again."""
    state: SenderState
    reason: Reason | None
    version: int
    updated_at: datetime
    updated_by: str
    failures: int
    """Calls in a row that came to nothing."""
    paused_until: datetime | None
    paused_for: Reason | None
    waiting: int = 0
    """How many messages are to go."""


@dataclass(frozen=True, slots=True)
class Ask:
    """That a customer be told something. What is personal of it is sealed at once.

    Or somebody who is no customer: an addressee of `consents`, on the one channel that they have.
    """

    merchant_id: UUID
    customer_id: UUID | None
    source: Source
    occasion: str
    purpose: Purpose
    channels: Sequence[Channel]
    """Where it is tried, in this order."""
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    journey_id: UUID | None = None
    rewording: templates.Rewording | None = None
    """What is said otherwise than the template does."""
    due_at: datetime | None = None
    """Not before; at once without it."""
    expires_at: datetime | None = None
    """Nobody wants it after this; three days after it is due without it."""
    addressee_id: UUID | None = None
    """Whom it is for, where that is no customer."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as a merchant sees it: how it stands, and why."""

    id: MessageId
    customer_id: UUID | None
    """None: it is for somebody who is no customer."""
    sender_id: SenderId
    provider: Provider
    channel: Channel
    occasion: str
    purpose: Purpose
    source: Source
    leg: int
    fallback_of: MessageId | None
    journey_id: UUID | None
    language: str | None
    state: State
    reason: str | None
    code: str | None
    provider_id: str | None
    asked_at: datetime
    due_at: datetime
    state_at: datetime
    handed_over_at: datetime | None
    clicked_at: datetime | None
    redeemed_at: datetime | None
    to: str | None
    """Where it went; None before it did, and once its customer was forgotten."""
    went_on_as: MessageId | None = None
    """The message that went on another channel in its stead."""
    went_on_by: Channel | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A step in a message's history."""

    state: State | Mark
    reason: str | None
    code: str | None
    told_at: datetime
    recorded_at: datetime
