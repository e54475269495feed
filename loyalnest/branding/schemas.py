"""What a merchant's branding looks like on the wire."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from loyalnest.branding import rules
from loyalnest.branding.values import Branding, BrandSettings, Logo, Palette
from loyalnest.kernel.http import ReadVersion


class BrandingChange(BaseModel):
    """What customers should read and see."""

    model_config = ConfigDict(extra="forbid")

    settings: BrandSettings
    version: ReadVersion = None


class LogoView(BaseModel):
    """A picture that was uploaded."""

    hash: str = Field(description="Names it in the settings; the SHA-256 of what is handed out.")
    url: str = Field(
        description="Where anybody finds it, below this installation's address. What is there never"
        " changes.",
        examples=[f"/media/mer_01890a5d7b3e7c4f8a1b2c3d4e5f6071/{'5c' * 32}.webp"],
    )
    width: int = Field(description="In pixels, at most 512.")
    height: int

    @classmethod
    def of(cls, logo: Logo) -> "LogoView":
        return cls(hash=logo.hash, url=logo.path, width=logo.width, height=logo.height)


class PaletteView(BaseModel):
    """The colours that go with the brand's, so that everything in them can be read.

    Contrast as WCAG 2.2 counts it, from 1 to 21, rounded down; text needs 4.5.
    """

    colour: str
    on_colour: str = Field(description="Of text on the colour: white or black.")
    on_colour_contrast: float
    text: str = Field(description="For text on white: the colour, darkened where it is too pale.")
    text_in_dark: str = Field(
        description="For text on a dark page: the colour, lightened where it is too dark."
    )
    as_text_contrast: float = Field(description="Of the colour itself as text on white.")

    @classmethod
    def of(cls, palette: Palette) -> "PaletteView":
        return cls(
            colour=palette.colour,
            on_colour=palette.on_colour,
            on_colour_contrast=palette.on_colour_contrast,
            text=palette.text,
            text_in_dark=palette.text_in_dark,
            as_text_contrast=palette.as_text_contrast,
        )


class BrandingView(BaseModel):
    """What customers read and see."""

    version: int = Field(description="0 until it is saved for the first time.")
    changed_at: datetime | None
    changed_by: str | None
    settings: BrandSettings
    name: str = Field(description="What customers read.")
    logo: LogoView | None
    palette: PaletteView

    @classmethod
    def of(cls, branding: Branding) -> "BrandingView":
        return cls(
            version=branding.version,
            changed_at=branding.changed_at,
            changed_by=branding.changed_by,
            settings=branding.settings,
            name=branding.name,
            logo=branding.logo and LogoView.of(branding.logo),
            palette=PaletteView.of(rules.palette_of(branding.settings.colour)),
        )
