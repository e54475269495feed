"""The words of wallets: what a pass shows, and what became of telling a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

PassId: TypeAlias = UUID

WIRE_PREFIX = "pas"
"""How ids of passes begin on the wire."""


class Platform(StrEnum):
    """Whose wallet a pass is in."""

    APPLE = "apple"
    GOOGLE = "google"


@dataclass(frozen=True, slots=True)
class Pass:
    """One card in one platform's wallet."""

    merchant_id: UUID
    id: PassId
    card_id: UUID
    platform: Platform
    serial: str
    """What platforms know it by; it tells nothing, and stays for the life of the pass."""
    token: str = field(repr=False)
    """What a phone proves with that it holds the pass; it stays likewise."""
    tag: int
    """The place in the log of what changed it last; 0 while nothing has."""
    changed_at: datetime
    """In whole seconds, and later with every change: two within a second differ, too."""
    voided_at: datetime | None
    made_of: str | None
    """The digest of the content that was made into a file last, or that Google was told."""
    notified_at: tuple[datetime, ...]
    """When Google last let phones speak up of it, three times at most."""


@dataclass(frozen=True, slots=True)
class PassStage:
    """A count of stamps that brings a reward, as a strip marks it."""

    count: int
    name: str
    """In the merchant's language; in others it is part of `PassTexts`."""


@dataclass(frozen=True, slots=True)
class PassLocation:
    """A place near which a phone offers the pass by itself. Degrees."""

    latitude: float
    longitude: float
    text: str | None = None


@dataclass(frozen=True, slots=True)
class PassColours:
    """Colours as `#rrggbb`; the other two can be read on the background."""

    background: str
    foreground: str
    label: str


@dataclass(frozen=True, slots=True)
class PassTexts:
    """Everything that a pass says, in one language, with its numbers put in."""

    program: str
    description: str
    """What a screen reader says of the whole pass."""
    stamps_label: str
    stamps: str
    """How many of how many: `4 / 10`."""
    next_label: str
    next: str
    """The next reward and what is missing for it: `Free coffee: 3 more stamps`."""
    due_label: str
    due: str
    """Rewards that wait to be used, separated by commas; empty for none."""
    holder_label: str
    number_label: str
    rewards_label: str
    rewards: str
    """All stages, a line each: `5: Free coffee`."""
    how_label: str
    how: str
    """What to do with the code at the counter."""
    expires_label: str
    changed_stamps: str
    """What a phone says when `stamps` changed; `%@` stands for the new value."""
    changed_due: str
    """What it says when `due` changed; `%@` likewise."""
    good_until: str = ""
    """The last day on which the stamps count; empty where they don't lapse. The card itself stays
    good, so that this is no date on which a phone puts it away."""


@dataclass(frozen=True, slots=True)
class PassContent:
    """All that is on a pass. The same content makes the same pass, so that it is kept by it."""

    serial: str
    organisation: str
    collected: int
    """Stamps on the card, never below zero."""
    needed: int
    stages: tuple[PassStage, ...]
    due: tuple[str, ...]
    """Rewards that wait to be used, in the merchant's language."""
    holder: str | None
    number: str
    """The card's number as people read it, `XXXXX-XXXXX`; under the code, for typing."""
    code: str
    """The text of the QR code."""
    colours: PassColours
    logo: bytes | None = field(repr=False)
    """A picture in any format that Pillow reads."""
    language: str
    """The one in `texts` for phones that speak none of the others."""
    texts: Mapping[str, PassTexts] = field(repr=False)
    """By language, as `kernel.languages` names them."""
    service_url: str
    """Where a phone registers; Apple's is asked below `/v1`."""
    token: str = field(repr=False)
    """What a phone proves with that it holds the pass."""
    expires_at: datetime | None = None
    voided: bool = False
    locations: tuple[PassLocation, ...] = ()
    """Ten at most."""

    @property
    def words(self) -> PassTexts:
        """What it says in its own language."""
        return self.texts[self.language]


@dataclass(frozen=True, slots=True)
class ProgramContent:
    """All that is said of a card program as a whole, to a platform that keeps it by itself."""

    id: str
    organisation: str
    name: str
    names: Mapping[str, str]
    """By language, as `kernel.languages` names them."""
    language: str
    logo_url: str
    """Where anybody finds the logo as PNG."""
    background: str
    callback_url: str
    """Where it is told that somebody saved or removed a pass."""


class Told(StrEnum):
    """What became of telling a phone that something changed."""

    TAKEN = "taken"
    GONE = "gone"
    """The phone doesn't want to be told any more: forget the token."""
    LATER = "later"
    """Not now: a timeout, a server's trouble, too many at once."""
    REFUSED = "refused"
    """Not at all as we are set up: the certificate or the topic. Somebody has to look."""


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """How telling one phone ended."""

    told: Told
    reason: str | None = None
    """What the push service called it: `BadDeviceToken`."""
    retry_after: timedelta | None = None


PushOutcomes: TypeAlias = Sequence[PushOutcome]
"""One for each token, in their order."""
