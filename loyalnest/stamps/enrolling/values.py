"""The words of this part: posters, printed cards, and what becomes of an enrolment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from loyalnest.stamps.values import CardId, CardProgramId, CardState

PosterId = NewType("PosterId", UUID)
BatchId = NewType("BatchId", UUID)
POSTER, BATCH = "pst", "bat"
"""How their ids begin on the wire."""


class CheckBy(StrEnum):
    """How a guest shows that a phone number is theirs."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


class PosterSize(StrEnum):
    """What a poster is printed on."""

    A4 = "a4"
    A5 = "a5"
    TENT = "tent"
    """A sheet of A4, folded across the middle to stand on a table."""


class SheetFormat(StrEnum):
    """As what kind of file."""

    PDF = "pdf"
    PNG = "png"
    SVG = "svg"

    @property
    def media_type(self) -> str:
        """As HTTP calls it."""
        return {"pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml"}[self]


@dataclass(frozen=True, slots=True)
class Poster:
    """What hangs at a counter: a code that leads to a card program's enrolment."""

    merchant_id: UUID
    id: PosterId
    program_id: CardProgramId
    store_id: UUID | None
    """None: it hangs anywhere."""
    name: str
    code: str
    check_by: CheckBy | None
    """None: a phone number is taken at its writer's word."""
    created_at: datetime
    created_by: str
    withdrawn_at: datetime | None
    cards: int = 0
    """How many were opened by it."""


@dataclass(frozen=True, slots=True)
class CardBatch:
    """Cards that were printed together."""

    merchant_id: UUID
    id: BatchId
    program_id: CardProgramId
    store_id: UUID | None
    count: int
    bound: int
    """How many are somebody's."""
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody enrols: at a poster, or by whoever may write customers."""

    program_id: CardProgramId
    store_id: UUID | None
    poster_id: PosterId | None
    check_by: CheckBy | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """A yes to news on one channel, with the words that stood beside it."""

    channel: CheckBy
    words: str


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody says who wants a card."""

    name: str
    phone: str
    language: str
    agreed: tuple[Agreed, ...]
    form: UUID
    """Tells one sending of a form from the next: sent twice, it is the same."""
    place: str
    """Where it was said: a page's address, or who passed it on."""
    actor: str
    network: str | None = None
    check_code: str | None = None
    paper_number: str | None = None
    """Of a card of paper whose stamps are to come along."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Somebody has a card."""

    state: CardState
    is_new: bool
    proven: bool
    """Whether it may be shown what is on the card. Else a number was written that was known
    already, by nobody knows whom."""


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code is under way; it belongs into the same form."""

    phone: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """What the address of a card's page says."""

    merchant_id: UUID
    card_id: CardId
    proven: bool
    made_at: datetime
