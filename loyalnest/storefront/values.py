"""The words of this module: what of a program is on a shop's own pages, and how it looks there."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, NewType, Self
from uuid import UUID

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from loyalnest.kernel.http import Instant
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.kernel.writing import plain

NUDGE, CAPTURE, PERK = "ndg", "cap", "prk"
"""How their ids begin on the wire."""
NudgeId = NewType("NudgeId", UUID)
CaptureId = NewType("CaptureId", UUID)
PerkId = NewType("PerkId", UUID)
LINK_AT_MOST = 500
# A browser takes a backslash for a slash and leaves out tabs and line ends: `/\\example.com` and
# `/<tab>/example.com` lead to another host.
_UNSAFE = r"\s\\\"<>\x00-\x1f\x7f"
_PATH = re.compile(rf"/(?!/)[^{_UNSAFE}]*")
_PAGE = re.compile(rf"https://[a-z0-9][a-z0-9.-]*[a-z0-9](:[0-9]{{1,5}})?(/[^{_UNSAFE}]*)?")


class Closed(BaseModel):
    """What all settings here have in common: closed and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _of_the_shop(link: str) -> str:
    if not _PATH.fullmatch(link):
        raise ValueError("write a path of your shop, like /collections/new")
    return link


def _of_anybody(link: str) -> str:
    if not (_PATH.fullmatch(link) or _PAGE.fullmatch(link)):
        raise ValueError("write a path of your shop, like /pages/rewards, or an https address")
    return link


def _spoken(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"one of {', '.join(LANGUAGES)}")
    return language


Path = Annotated[str, Field(max_length=LINK_AT_MOST), AfterValidator(_of_the_shop)]
"""A page of the shop that it is clicked in. It leads to no other host and runs nothing."""
Page = Annotated[str, Field(max_length=LINK_AT_MOST), AfterValidator(_of_anybody)]
"""The same, or a page elsewhere that is reached by https."""
Language = Annotated[str, AfterValidator(_spoken)]
Name = Annotated[str, Field(max_length=100), AfterValidator(plain)]
Title = Annotated[str, Field(max_length=80), AfterValidator(plain)]
Line = Annotated[str, Field(max_length=300), AfterValidator(plain)]
Label = Annotated[str, Field(max_length=40), AfterValidator(plain)]
Wording = Annotated[str, Field(max_length=600), AfterValidator(plain)]
TierKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class WidgetSide(StrEnum):
    """Where the launcher sits: at which end of a line, in the reader's own direction."""

    START = "start"
    END = "end"


class Pages(Closed):
    """Where a shop's own pages are."""

    account: Path = "/account"
    registration: Path = "/account/register"
    cart: Path = "/cart"
    loyalty: Page | None = Field(default=None, description="Null: the one that we serve.")


class Widget(Closed):
    """The launcher in a corner of every page, and the panel that it opens."""

    enabled: bool = True
    side: WidgetSide = WidgetSide.END
    phones: bool = Field(default=True, description="Whether it is shown on narrow screens, too.")
    pages: Pages = Pages()


class PointsOn(Closed):
    """Where a page says what a purchase earns, if it has a place for it."""

    product: bool = True
    cart: bool = True
    thanks: bool = True
    calculator: bool = True


class SiteSettings(Closed):
    """What of a program is on the shop's pages. A change makes a new version."""

    widget: Widget = Widget()
    points: PointsOn = PointsOn()


@dataclass(frozen=True, slots=True)
class Site:
    """What of one merchant's program is on its pages."""

    merchant_id: UUID
    version: int
    """0 until somebody has saved it for the first time."""
    settings: SiteSettings
    changed_at: datetime | None
    changed_by: str | None


class NudgeKind(StrEnum):
    """How something speaks up by itself."""

    STICKY_BAR = "sticky_bar"
    """A line along the edge of the page, until it is closed."""
    POPUP = "popup"
    """Before somebody leaves."""
    EMAIL_CAPTURE = "email_capture"
    """Asks for an e-mail address, and says what for."""
    DISCOUNT_BANNER = "discount_banner"
    """A code, ready to be used."""
    AFTER_PURCHASE = "after_purchase"
    """On the page that says thanks."""
    NOTE = "note"
    """A line inside the panel."""


class Place(StrEnum):
    """On which pages."""

    ANY = "any"
    HOME = "home"
    PRODUCT = "product"
    CART = "cart"
    THANKS = "thanks"
    ACCOUNT = "account"


class Audience(StrEnum):
    """Whom it speaks to."""

    ANYONE = "anyone"
    GUEST = "guest"
    """Nobody has signed in."""
    MEMBER = "member"


class ContentState(StrEnum):
    """What a merchant has decided about a nudge or a perk."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Words(Closed):
    """What a nudge says in one language. All of it is plain text."""

    title: Title
    text: Line | None = None
    button: Label | None = None
    consent: Wording | None = Field(
        default=None, description="With `email_capture`: what is agreed to by leaving an address."
    )
    thanks: Line | None = Field(
        default=None, description="With `email_capture`: what is said afterwards."
    )


class Cap(Closed):
    """How often at most somebody meets a nudge: so many times in so many days."""

    times: int = Field(default=3, ge=1, le=100)
    days: int = Field(default=7, ge=1, le=365)


class NudgeTerms(Closed):
    """What a nudge is. A change makes a new version."""

    kind: NudgeKind
    name: Name = Field(description="What your staff call it; nobody else sees it.")
    words: Words = Field(description="In the shop's own language, and where no other fits.")
    translations: dict[Language, Words] = Field(
        default_factory=dict, max_length=len(LANGUAGES), description="By language."
    )
    where: tuple[Place, ...] = Field(default=(Place.ANY,), min_length=1, max_length=len(Place))
    audience: Audience = Audience.ANYONE
    tiers: tuple[TierKey, ...] = Field(
        default=(),
        max_length=20,
        description="For members on these tiers only: it is in no public answer, and reaches a page"
        " by `GET /v1/api/me/perks` alone. Empty: for all of the audience.",
    )
    after_s: int = Field(
        default=0, ge=0, le=600, description="How long a page is open before it may speak."
    )
    cap: Cap = Cap()
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    link: Path | None = Field(default=None, description="Where its button leads, in the shop.")
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] | None = Field(
        default=None, description="A discount's code. An address is asked for first where one is."
    )

    @model_validator(mode="after")
    def _sense(self) -> Self:
        every = [self.words, *self.translations.values()]
        asks = self.kind is NudgeKind.EMAIL_CAPTURE
        if any((words.consent is not None) != asks for words in every):
            raise ValueError("say what is agreed to with email_capture, in each language, and only")
        if not asks and any(words.thanks for words in every):
            raise ValueError("thanks are said with email_capture only")
        if self.kind is NudgeKind.DISCOUNT_BANNER and self.code is None:
            raise ValueError("give the code that a discount_banner shows")
        if self.kind is NudgeKind.AFTER_PURCHASE and self.where != (Place.THANKS,):
            raise ValueError("after_purchase is on the page thanks, and there alone")
        if Place.ANY in self.where and len(self.where) > 1:
            raise ValueError("name the pages, or any of them, not both")
        if len(set(self.where)) < len(self.where) or len(set(self.tiers)) < len(self.tiers):
            raise ValueError("name each page and each tier once")
        if self.tiers and self.audience is not Audience.MEMBER:
            raise ValueError("only members are on tiers")
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValueError("a nudge ends after it starts")
        return self

    def said_in(self, language: str) -> Words:
        """What it says in a language, else in the shop's own."""
        return self.translations.get(language, self.words)

    @property
    def is_public(self) -> bool:
        """Whether everybody may be told of it: anybody reads what a page is told, code and all."""
        shows_code = self.code is not None and self.kind is not NudgeKind.EMAIL_CAPTURE
        return not self.tiers and not (self.audience is Audience.MEMBER and shows_code)


class Nudge(msgspec.Struct, frozen=True):
    """Something that speaks up by itself, as it stands."""

    merchant_id: UUID
    id: NudgeId
    state: ContentState
    version: int
    terms: NudgeTerms
    created_at: datetime
    updated_at: datetime
    updated_by: str

    def is_shown(self, now: datetime) -> bool:
        """Whether it is on, and in its time."""
        begun = self.terms.starts_at is None or self.terms.starts_at <= now
        over = self.terms.ends_at is not None and self.terms.ends_at <= now
        return self.state is ContentState.ACTIVE and begun and not over


class Capture(msgspec.Struct, frozen=True):
    """An e-mail address that somebody left, and what they agreed to."""

    merchant_id: UUID
    id: CaptureId
    email: str
    nudge_id: NudgeId
    nudge_version: int
    language: str
    agreed_to: str
    """The very words that stood beside it."""
    agreed_at: datetime
    confirmed_at: datetime | None
    """When whoever reads its mail said so."""
    customer_id: UUID | None
    """Whose it is, as far as it is known."""


class PerkKind(StrEnum):
    """What a perk is, and with it who makes sure that nobody else has it."""

    EARLY_ACCESS = "early_access"
    """Products, or a page, before everybody: the link is told to nobody else, and a shop asks us
    who may see a product."""
    REWARD = "reward"
    """A reward that is for these tiers only: nobody else is given its code."""
    OTHER = "other"
    """Whatever the merchant keeps to by itself. We say it, and can't hold anybody to it."""


class HeldBy(StrEnum):
    """Who makes sure that a perk is had by nobody else."""

    LINK = "link"
    REWARD = "reward"
    NOBODY = "nobody"


class PerkTerms(Closed):
    """What a tier brings besides points."""

    kind: PerkKind
    name: Title
    names: dict[Language, Title] = Field(default_factory=dict, description="By language.")
    text: Line | None = None
    texts: dict[Language, Line] = Field(default_factory=dict, description="By language.")
    tiers: tuple[TierKey, ...] = Field(min_length=1, max_length=20, description="Who has it.")
    starts_at: Instant | None = Field(default=None, description="Nobody has it before.")
    everybody_at: Instant | None = Field(
        default=None, description="With `early_access`: from when all others have it, too."
    )
    link: Path | None = Field(
        default=None, description="A page of the shop that is told to nobody else."
    )
    products: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = Field(
        default=(), max_length=200, description="With `early_access`: by the shop's ids of them."
    )
    reward_id: Annotated[str, Field(pattern="^rwd_[0-9a-f]{32}$")] | None = None

    @model_validator(mode="after")
    def _sense(self) -> Self:
        early = self.kind is PerkKind.EARLY_ACCESS
        if early and not (self.link or self.products):
            raise ValueError("name the products or the page with early_access")
        if not early and (self.products or self.everybody_at):
            raise ValueError("products, and when everybody has them, come with early_access only")
        if (self.kind is PerkKind.REWARD) != (self.reward_id is not None):
            raise ValueError("name a reward with reward, and only then")
        if self.starts_at and self.everybody_at and self.everybody_at <= self.starts_at:
            raise ValueError("everybody has it after it starts")
        if len(set(self.tiers)) < len(self.tiers):
            raise ValueError("name each tier once")
        return self

    def is_open(self, tier: str | None, now: datetime) -> bool:
        """Whether whoever is on this tier has it now."""
        if self.starts_at is not None and now < self.starts_at:
            return False
        return tier in self.tiers or self.is_everybodys(now)

    def is_everybodys(self, now: datetime) -> bool:
        """Whether nobody is early any more."""
        return self.everybody_at is not None and self.everybody_at <= now


class Perk(msgspec.Struct, frozen=True):
    """Something that a tier brings besides points, as it stands."""

    merchant_id: UUID
    id: PerkId
    state: ContentState
    version: int
    terms: PerkTerms
    created_at: datetime
    updated_at: datetime
    updated_by: str


class Access(msgspec.Struct, frozen=True):
    """Whether somebody may see a product now."""

    allowed: bool
    perk_id: PerkId | None
    """The perk that decides it; None: no perk is about the product."""
    everybody_at: datetime | None
