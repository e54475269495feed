"""What messaging needs of others, and is handed by wiring: somebody who carries messages.

A provider is one `Offer`: what it can do, and how to open a `Carrier` for a merchant's account.
Carriers never raise over an answer of the provider's: whatever it says, or doesn't, is an outcome.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.messaging.carrying import Account, Found, Letter, Outcome
from loyalnest.messaging.values import Channel, Provider, Standing
from loyalnest.templates import Door

Journeys: TypeAlias = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Mapping[UUID, Standing]]]
"""How a merchant's journeys stand; one that is unknown has ended."""
Doors: TypeAlias = Callable[[AsyncSession, UUID], Awaitable[Mapping[Door, str]]]
"""Where a merchant's customers find their points, and the shop; what there isn't is left out."""


class Carrier(Protocol):
    """Carries messages for one account. Used by one task at a time but for `send`.

    `send` runs several times at once, up to the offer's `calls_at_once`; each call is given five
    seconds and is cancelled then, which leaves its letters in doubt.
    """

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over, at most the offer's `at_most`; one outcome each, in their order.

        What is raised leaves all of them in doubt. A connection that could not be made has
        certainly carried nothing: answer `Refused(Reason.UNAVAILABLE)`, not doubt.
        """
        ...

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """What became of letters that were handed over without a clear answer.

        Asked only of those whose offer says that they look up.
        """
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """Something a merchant enters to use a provider."""

    label: str
    """In English; screens have their own words and fall back on this."""
    secret: bool = False
    required: bool = True
    pattern: str = r"[^\r\n\x00]{1,2000}"
    """A regular expression that the whole of it matches."""
    leads: bool = False
    """Whether it decides where the secret ones go: where it changes, they are entered anew."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider: what it carries, what it needs to know, and what it guarantees."""

    provider: Provider
    channels: frozenset[Channel]
    open: Callable[[Account], Carrier]
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])
    """Secret ones become the account's credentials, the others its options."""
    at_most: int = 1
    """How many letters one call may carry."""
    calls_at_once: int = 32
    """How many calls may be under way for one account."""
    repeats_safely_for: timedelta | None = None
    """How long the provider remembers a letter's key and takes a repetition for the same letter."""
    looks_up: bool = False
    """Whether `look_up` can tell what became of a letter."""
    rate_per_s: float = 10.0
    """How many letters a second an account may send, unless the merchant knows better."""
