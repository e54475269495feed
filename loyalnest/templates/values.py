"""The words of this module: occasions, channels, what is filled in, and what comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from loyalnest.branding import Corners, Palette


class Channel(StrEnum):
    """How a message reaches somebody."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"


class Purpose(StrEnum):
    """Whether somebody waits for a message, or we speak up by ourselves."""

    TRANSACTIONAL = "transactional"
    OUTREACH = "outreach"


class Occasion(StrEnum):
    """What a message is about."""

    WELCOME = "welcome"
    POINTS_EARNED = "points_earned"
    POINTS_EXPIRING = "points_expiring"
    POINTS_ADJUSTED = "points_adjusted"
    TIER_REACHED = "tier_reached"
    TIER_AT_RISK = "tier_at_risk"
    TIER_LOST = "tier_lost"
    REWARD_ISSUED = "reward_issued"
    REWARD_EXPIRING = "reward_expiring"
    REFERRAL_INVITATION = "referral_invitation"
    REFERRAL_COMPLETED = "referral_completed"
    """To the customer who brought a friend."""
    REFERRAL_WELCOMED = "referral_welcomed"
    """To the friend who was brought."""
    BADGE_EARNED = "badge_earned"
    BIRTHDAY = "birthday"
    WIN_BACK = "win_back"
    MILESTONE = "milestone"
    ALMOST_THERE = "almost_there"
    OFFER = "offer"
    """Whatever else a journey has to give."""
    EMAIL_CONFIRMATION = "email_confirmation"
    SIGN_IN = "sign_in"
    PHONE_CHECK = "phone_check"
    CARD_OPENED = "card_opened"
    STAMP_GIVEN = "stamp_given"
    CARD_REWARD_EARNED = "card_reward_earned"
    """A stage on the way: the last one fills the card."""
    CARD_FULL = "card_full"
    CARD_REDEEMED = "card_redeemed"
    CARD_EXPIRING = "card_expiring"
    CARD_ALMOST_FULL = "card_almost_full"
    CARD_MILESTONE = "card_milestone"


class Kind(StrEnum):
    """What a variable holds, and how it is written where nothing else is said."""

    WORDS = "words"
    """A name, a code: as it is, in one line."""
    POINTS = "points"
    """A whole number: with what the merchant calls its points, in the right form."""
    STAMPS = "stamps"
    """A whole number: with the word for stamps."""
    NUMBER = "number"
    """A whole number."""
    MONEY = "money"
    """`{"amount": "12.50", "currency": "EUR"}`."""
    DATE = "date"
    """`2026-12-03`: a day, in long form."""
    LINK = "link"
    """An address that begins with `https://` or `http://`."""


class Door(StrEnum):
    """Where a link leads that is the same for all of a merchant's customers."""

    ACCOUNT = "account"
    """Where they see their points."""
    SHOP = "shop"


Value = str | int | Mapping[str, str] | None
"""What is filled in, as JSON has it: see `Kind`."""


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that can be filled in."""

    name: str
    kind: Kind
    sample: Value
    """What a preview shows."""
    meaning: str
    optional: bool = False
    """Whether it may be missing; `{% if name %}` asks."""
    door: Door | None = None
    """Where a link leads that nobody has filled in."""
    of_people: bool = False
    """Whether people write it of themselves, whoever reads it: what is no name is left out."""


@dataclass(frozen=True, slots=True)
class Terms:
    """An occasion: whether somebody waits for it, what is filled in, and where it makes sense."""

    occasion: Occasion
    purpose: Purpose
    variables: Mapping[str, Variable]
    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class Words:
    """What a template says. A body is paragraphs of plain text with blank lines between them."""

    body: str
    subject: str | None = None
    """Of e-mail alone."""
    preheader: str | None = None
    """Of e-mail alone: what a list of mails shows behind the subject; None: how it begins."""
    name: str | None = None
    """Of WhatsApp alone: what the template is called at the provider."""


class Approval(StrEnum):
    """How a provider judges a WhatsApp template; only what is approved begins a conversation."""

    UNSUBMITTED = "unsubmitted"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A template that somebody needs. The language is any tag: the best we have is taken."""

    occasion: Occasion
    channel: Channel
    language: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: what all messages of a merchant have in common."""

    merchant_id: UUID
    program: str
    """What customers read as the sender."""
    palette: Palette
    corners: Corners
    logo: str | None
    """Its whole address."""
    logo_size: tuple[int, int] = (0, 0)
    """Width and height in pixels."""
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """What one point and several are called, by language; none: what we call them."""


@dataclass(frozen=True, slots=True)
class Template:
    """The words that count for a merchant now, and in which language they are."""

    occasion: Occasion
    channel: Channel
    language: str
    version: int
    """0: the words that come with the product."""
    words: Words
    voice: Voice
    approval: Approval | None = None
    """Of WhatsApp alone."""


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses below a mail, and what becomes of those in it."""

    unsubscribe: str | None = None
    preferences: str | None = None
    follow: Callable[[str], str] | None = None
    """What stands in the message instead of an address, such as one that counts clicks."""


class Encoding(StrEnum):
    """How a text message is sent."""

    GSM_7 = "gsm-7"
    UCS_2 = "ucs-2"


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text message takes, and is paid for."""

    encoding: Encoding
    units: int
    """Septets of GSM-7, or 16-bit units of UCS-2."""
    segments: int
    left: int
    """Units that still fit into the last segment."""


@dataclass(frozen=True, slots=True)
class Approved:
    """A WhatsApp template as a provider takes it."""

    name: str
    language: str
    """As Meta writes it: `pt_BR`."""
    variables: tuple[str, ...]
    """What is filled in for {{1}}, {{2}} …"""
    approval: Approval


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message, ready to be handed over."""

    channel: Channel
    language: str
    version: int
    text: str
    """What a text message or a chat says; of e-mail the twin without HTML."""
    subject: str | None = None
    html: str | None = None
    segments: Segments | None = None
    whatsapp: Approved | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What was saved, by whom and when."""

    version: int
    words: Words | None
    """None: the words that come with the product were put back."""
    saved_at: datetime
    saved_by: str
