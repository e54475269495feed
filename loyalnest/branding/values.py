"""The words of this module: what a merchant's customers read and see of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.writing import readable

NAME_AT_MOST = 60


class Corners(StrEnum):
    """How the corners of cards and buttons are drawn."""

    SQUARE = "square"
    ROUNDED = "rounded"
    ROUND = "round"


BrandName = Annotated[str, Field(max_length=NAME_AT_MOST), AfterValidator(readable)]
Colour = Annotated[str, StringConstraints(pattern="^#[0-9a-fA-F]{6}$", to_lower=True)]
PictureName = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
"""A picture by what is in it: the SHA-256 of its bytes."""


class BrandSettings(BaseModel):
    """What customers read and see of a merchant. A change makes a new version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: BrandName | None = Field(
        default=None, description="What customers read; null: the merchant's own name."
    )
    colour: Colour = Field(default="#0b6e5e", description="Red, green and blue in hexadecimal.")
    corners: Corners = Corners.ROUNDED
    logo: PictureName | None = Field(
        default=None, description="A picture that was uploaded, by its `hash`."
    )


@dataclass(frozen=True, slots=True)
class Palette:
    """A brand's colour and those that go with it, so that everything in them can be read."""

    colour: str
    on_colour: str
    """Of text on the colour: white, or black where white is too pale."""
    on_colour_contrast: float
    text: str
    """The colour for text on white: itself, or the lightest of its shades that can be read."""
    text_in_dark: str
    """The same on a dark page: itself, or the darkest of its tints that can be read."""
    as_text_contrast: float
    """Of the colour itself on white; below 4.5 it is too pale for text."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as we hand it out: WebP, with nothing in it but its pixels."""

    hash: str
    body: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that is kept, without its bytes."""

    merchant_id: UUID
    hash: str
    width: int
    height: int

    @property
    def path(self) -> str:
        """Where anybody finds it, below the installation's address, for as long as it is kept."""
        return f"/media/{to_wire('mer', self.merchant_id)}/{self.hash}.webp"


@dataclass(frozen=True, slots=True)
class Branding:
    """How a merchant looks to its customers."""

    merchant_id: UUID
    version: int
    """0 until somebody has saved it for the first time."""
    settings: BrandSettings
    name: str
    """What customers read: the name in the settings, or the merchant's."""
    logo: Logo | None
    changed_at: datetime | None
    changed_by: str | None
