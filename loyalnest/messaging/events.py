"""Facts about messages and senders: ids and words of ours, never an address."""

from typing import ClassVar
from uuid import UUID

from loyalnest.kernel.events import Event


class _OfMessage(Event, frozen=True, kw_only=True):
    message_id: UUID
    channel: str
    occasion: str
    journey_id: UUID | None = None


class MessageSent(_OfMessage, frozen=True, kw_only=True):
    """A provider has taken a message."""

    type: ClassVar[str] = "message.sent"


class MessageDelivered(_OfMessage, frozen=True, kw_only=True):
    """A message has arrived."""

    type: ClassVar[str] = "message.delivered"


class MessageRead(_OfMessage, frozen=True, kw_only=True):
    """A message was opened."""

    type: ClassVar[str] = "message.read"


class MessageFailed(_OfMessage, frozen=True, kw_only=True):
    """A message didn't arrive, and is not tried again by itself."""

    type: ClassVar[str] = "message.failed"

    reason: str


class MessageDropped(_OfMessage, frozen=True, kw_only=True):
    """A message was not sent, on purpose, and goes on by no other channel."""

    type: ClassVar[str] = "message.dropped"

    reason: str


class MessageInDoubt(_OfMessage, frozen=True, kw_only=True):
    """Whether a message was taken can't be found out; it is not sent again."""

    type: ClassVar[str] = "message.in_doubt"


class MessageClicked(_OfMessage, frozen=True, kw_only=True):
    """Somebody followed a link of a message, for the first time."""

    type: ClassVar[str] = "message.clicked"


class MessageRedeemed(_OfMessage, frozen=True, kw_only=True):
    """What a message brought was used."""

    type: ClassVar[str] = "message.redeemed"


class MessageFellBack(_OfMessage, frozen=True, kw_only=True):
    """A message goes on by another channel, because it can't be had on this one."""

    type: ClassVar[str] = "message.fell_back"

    to_channel: str
    to_message_id: UUID
    reason: str


class SenderSaved(Event, frozen=True, kw_only=True):
    """A sender was set up or changed."""

    type: ClassVar[str] = "sender.saved"

    sender_id: UUID
    version: int


class SenderBroke(Event, frozen=True, kw_only=True):
    """A provider refuses the merchant's account; nothing goes until somebody mends it."""

    type: ClassVar[str] = "sender.broke"

    sender_id: UUID
    channel: str
    reason: str


class SenderPaused(Event, frozen=True, kw_only=True):
    """A provider takes no more for some time: the account's quota is used up, or it is down."""

    type: ClassVar[str] = "sender.paused"

    sender_id: UUID
    channel: str
    reason: str


class SenderRecovered(Event, frozen=True, kw_only=True):
    """What was down takes messages again."""

    type: ClassVar[str] = "sender.recovered"

    sender_id: UUID
    channel: str


class MessageTested(Event, frozen=True, kw_only=True):
    """Somebody of the merchant's sent a test; to whom is not told."""

    type: ClassVar[str] = "message.tested"

    channel: str
    occasion: str
