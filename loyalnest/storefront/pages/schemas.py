"""What a page's settings look like on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.branding import Logo, LogoView
from loyalnest.kernel.http import ReadVersion
from loyalnest.storefront.pages.values import PageName, PageSettings, PageVersion


class PageChange(BaseModel):
    """What a page should show."""

    model_config = ConfigDict(extra="forbid")

    settings: PageSettings
    version: ReadVersion = None


class PageDraft(BaseModel):
    """What somebody thinks of showing on a page."""

    model_config = ConfigDict(extra="forbid")

    settings: PageSettings


class PageView(BaseModel):
    """What a page shows."""

    page: PageName
    version: int = Field(description="0 until it is saved for the first time.")
    changed_at: datetime | None
    changed_by: str | None
    settings: PageSettings
    picture: LogoView | None = Field(description="Where the picture is that the settings name.")

    @classmethod
    def of(cls, it: PageVersion, picture: Logo | None) -> "PageView":
        return cls(
            page=it.page,
            version=it.version,
            changed_at=it.changed_at,
            changed_by=it.changed_by,
            settings=it.settings,
            picture=picture and LogoView.of(picture),
        )
