"""What is on a shop's pages, on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.customers import WIRE_PREFIX
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.storefront.shown import ShownNudge
from loyalnest.storefront.values import (
    CAPTURE,
    NUDGE,
    PERK,
    Access,
    Capture,
    ContentState,
    HeldBy,
    Language,
    Nudge,
    NudgeTerms,
    Perk,
    PerkKind,
    PerkTerms,
    Site,
    SiteSettings,
)


class SiteChange(BaseModel):
    """What should be on the shop's pages."""

    model_config = ConfigDict(extra="forbid")

    settings: SiteSettings
    version: ReadVersion = None


class SiteView(BaseModel):
    """What is on the shop's pages."""

    version: int = Field(description="0 until it is saved for the first time.")
    changed_at: datetime | None
    changed_by: str | None
    settings: SiteSettings

    @classmethod
    def of(cls, site: Site) -> "SiteView":
        """The settings as the API shows them."""
        return cls(
            version=site.version,
            changed_at=site.changed_at,
            changed_by=site.changed_by,
            settings=site.settings,
        )


class NewNudge(BaseModel):
    """A nudge to draw up."""

    model_config = ConfigDict(extra="forbid")

    terms: NudgeTerms
    state: ContentState = ContentState.DRAFT


class NudgeChange(BaseModel):
    """A nudge as it should be from now on."""

    model_config = ConfigDict(extra="forbid")

    terms: NudgeTerms
    state: ContentState
    version: ReadVersion = None


class NudgeView(BaseModel):
    """Something that speaks up by itself."""

    id: str = Field(examples=["ndg_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    state: ContentState
    version: int
    shown: bool = Field(
        description="Whether it is on and in its time, and so is the switch `nudges`."
    )
    terms: NudgeTerms
    created_at: datetime
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, nudge: Nudge, *, on: bool, now: datetime) -> "NudgeView":
        """The nudge as the API shows it; `on`: how the switch stands."""
        return cls(
            id=to_wire(NUDGE, nudge.id),
            state=nudge.state,
            version=nudge.version,
            shown=on and nudge.is_shown(now),
            terms=nudge.terms,
            created_at=nudge.created_at,
            updated_at=nudge.updated_at,
            updated_by=nudge.updated_by,
        )


class NewCapture(BaseModel):
    """An e-mail address that somebody leaves on a shop's page."""

    model_config = ConfigDict(extra="forbid")

    shop: Annotated[str, Field(min_length=1, max_length=253)]
    nudge: str = Field(examples=["ndg_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    version: int = Field(
        ge=1,
        le=2**31 - 1,
        description="The nudge's, as the page shows it: its words are what is agreed to.",
    )
    language: Language = Field(description="The one that the page shows it in.")
    email: str = Field(max_length=254)
    agreed: Literal[True] = Field(description="Nothing is kept of anybody who didn't say so.")


class CapturedView(BaseModel):
    """What somebody gets for leaving an address."""

    code: str | None


class CaptureView(BaseModel):
    """An e-mail address that somebody left, and what they agreed to."""

    id: str = Field(examples=["cap_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    email: str
    nudge_id: str
    nudge_version: int
    language: str
    agreed_to: str = Field(description="The very words that stood beside it.")
    agreed_at: datetime
    confirmed_at: datetime | None = Field(
        description="When whoever reads its mail said so; until then anybody may have written it."
    )
    customer_id: str | None = Field(description="Whose it is, as far as it is known.")

    @classmethod
    def of(cls, it: Capture) -> "CaptureView":
        """The address as the API shows it."""
        return cls(
            id=to_wire(CAPTURE, it.id),
            email=it.email,
            nudge_id=to_wire(NUDGE, it.nudge_id),
            nudge_version=it.nudge_version,
            language=it.language,
            agreed_to=it.agreed_to,
            agreed_at=it.agreed_at,
            confirmed_at=it.confirmed_at,
            customer_id=it.customer_id and to_wire(WIRE_PREFIX, it.customer_id),
        )


class NewPerk(BaseModel):
    """A perk to add."""

    model_config = ConfigDict(extra="forbid")

    terms: PerkTerms
    state: ContentState = ContentState.DRAFT


class PerkChange(BaseModel):
    """A perk as it should be from now on."""

    model_config = ConfigDict(extra="forbid")

    terms: PerkTerms
    state: ContentState
    version: ReadVersion = None


class PerkView(BaseModel):
    """Something that tiers bring besides points."""

    id: str = Field(examples=["prk_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    state: ContentState
    version: int
    held_by: HeldBy = Field(
        description="Who makes sure that nobody else has it: `link` and `reward`, we do; `nobody`:"
        " we only say it."
    )
    terms: PerkTerms
    created_at: datetime
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, perk: Perk, held_by: HeldBy) -> "PerkView":
        """The perk as the API shows it."""
        return cls(
            id=to_wire(PERK, perk.id),
            state=perk.state,
            version=perk.version,
            held_by=held_by,
            terms=perk.terms,
            created_at=perk.created_at,
            updated_at=perk.updated_at,
            updated_by=perk.updated_by,
        )


class AccessView(BaseModel):
    """Whether somebody may see a product now."""

    allowed: bool
    perk_id: str | None = Field(description="What decides it; null: no perk is about it.")
    everybody_at: datetime | None = Field(description="From when everybody may.")

    @classmethod
    def of(cls, it: Access) -> "AccessView":
        """The answer as the API gives it."""
        perk_id = it.perk_id and to_wire(PERK, it.perk_id)
        return cls(allowed=it.allowed, perk_id=perk_id, everybody_at=it.everybody_at)


class OwnPerkView(BaseModel):
    """Something that a tier brings besides points, as you see it."""

    id: str
    kind: PerkKind
    name: str
    text: str | None
    tiers: list[str] = Field(description="Who has it.")
    open: bool = Field(description="Whether you have it now.")
    starts_at: datetime | None
    everybody_at: datetime | None
    link: str | None = Field(description="Told to whoever has it.")
    reward_id: str | None


class OwnPerksView(BaseModel):
    """What your tier brings you besides points, and what others bring."""

    tier: str | None
    perks: list[OwnPerkView]
    nudges: list[ShownNudge] = Field(description="What is said to your tier, or to members, alone.")
