"""The words of reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from loyalnest import consents
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.inbox import Delivery
from loyalnest.messaging import SENDER_PREFIX, Account, Provider, SenderId, Status


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came. Its address is made of what is configured, never of its headers."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case names."""
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """It goes to the inbox on this topic."""

    topic: str


@dataclass(frozen=True, slots=True)
class Greeting:
    """It is answered at once, and nothing is kept: the vendor asks whether somebody is there."""

    text: str = ""


Verdict: TypeAlias = Taken | Greeting


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wrote back."""

    sender: consents.Sender
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """What one delivery says. A vendor may put very much into one."""

    statuses: tuple[Status, ...] = ()
    letters: tuple[Letter, ...] = ()
    held: tuple[consents.Held, ...] = field(default=(), repr=False)
    """Addresses that get nothing any more, of which the vendor tells without naming a message."""


class Reports(Protocol):
    """How one vendor reports."""

    @property
    def provider(self) -> Provider:
        """Whose reports these are."""
        ...

    async def verify(self, account: Account, received: Received, now: datetime) -> Verdict:
        """Make sure that the vendor sent it. Raises ReportUnsigned."""
        ...

    def read(self, delivery: Delivery) -> Told:
        """What a delivery says; pure. Raises ReportNotUnderstood."""
        ...


def address_of(base: str, provider: Provider, sender_id: SenderId) -> str:
    """Where a vendor reports to of one sender's messages."""
    return f"{base}/webhooks/{provider.value}/{to_wire(SENDER_PREFIX, sender_id)}"
