"""What a provider is handed, and what it can answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from loyalnest.messaging.values import (
    Channel,
    MessageId,
    Provider,
    Purpose,
    Reason,
    SenderId,
    State,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as it goes out: what is plain text here has no line breaks in its subject."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text: an SMS, or a WhatsApp message inside the customer's window."""

    text: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A template that WhatsApp has approved, with what goes into it, in its order."""

    name: str
    """Meta's name of it, or Twilio's ContentSid."""
    language: str
    variables: tuple[str, ...] = ()


Content: TypeAlias = Mail | Words | Approved


@dataclass(frozen=True, slots=True)
class Letter:
    """What a provider gets: one message, ready to go.

    `key` is the same whenever the same attempt is repeated because nobody knows whether it was
    taken, and another once an attempt was certainly refused.
    """

    message_id: MessageId
    merchant_id: UUID
    key: str
    channel: Channel
    purpose: Purpose
    to: str
    """An e-mail address, a number as +E.164, or whatever the channel knows the customer by."""
    content: Content
    language: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """For e-mail: `Message-ID`, `List-Unsubscribe`, `List-Unsubscribe-Post`."""
    occasion: str = ""
    """What it is about; providers that count by kind are told it."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken it."""

    provider_id: str | None = None
    """How the provider will call it in what it reports later."""
    state: State = State.SENT
    """`QUEUED` where the provider only promises to send it, `SENT` where it left."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider has certainly not taken it."""

    reason: Reason
    retry_after: timedelta | None = None
    """For how long the provider wants to be left in peace, as it says."""
    code: str | None = None
    """The provider's own code (`21211`), for those who look it up; never a text, never data."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Nobody knows whether the provider took it."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """The provider was asked and has certainly never had it."""


Outcome: TypeAlias = Accepted | Refused | Doubtful
Found: TypeAlias = Accepted | Refused | Unseen | Doubtful


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's account with a provider, opened for sending."""

    merchant_id: UUID
    sender_id: SenderId
    channel: Channel
    provider: Provider
    origin: str
    """The address or number it sends from."""
    name: str
    """What recipients see beside the address."""
    credentials: Mapping[str, str] = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """What is no secret: a host, a region, an account's id."""
    reports_to: str | None = None
    """Where the provider may report to (`https://…/webhooks/twilio/snd_…`)."""
