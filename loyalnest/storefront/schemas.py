"""What is on a shop's pages, on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.kernel.ids import to_wire
from loyalnest.storefront.values import (
    NUDGE,
    Nudge,
    NudgeState,
    NudgeTerms,
    Site,
    SiteSettings,
)


class SiteChange(BaseModel):
    """What should be on the shop's pages."""

    model_config = ConfigDict(extra="forbid")

    settings: SiteSettings
    version: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        description="The version you read; another one in force is a conflict.",
    )


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
    state: NudgeState = NudgeState.DRAFT


class NudgeChange(BaseModel):
    """A nudge as it should be from now on."""

    model_config = ConfigDict(extra="forbid")

    terms: NudgeTerms
    state: NudgeState
    version: int | None = Field(
        default=None,
        ge=1,
        le=2**31 - 1,
        description="The version you read; another one in force is a conflict.",
    )


class NudgeView(BaseModel):
    """Something that speaks up by itself."""

    id: str = Field(examples=["ndg_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    state: NudgeState
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
