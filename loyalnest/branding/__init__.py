"""How a merchant looks to its customers: its name for them, colours, corners and logo.

The settings are kept in versions, each with who made it. A logo is a picture that was uploaded,
drawn anew and named by its content; whoever speaks with customers asks here what to show them.
"""

from loyalnest.branding.errors import (
    BrandingStale,
    LogoIsSvg,
    LogoNotAnImage,
    LogoNotFound,
    LogoTooLarge,
    LogoTooManyPixels,
    PicturesBusy,
)
from loyalnest.branding.events import BrandingChanged
from loyalnest.branding.media import MEDIA, media_routes
from loyalnest.branding.pictures import draw
from loyalnest.branding.queries import current, find_body, find_logo
from loyalnest.branding.rules import contrast, palette_of
from loyalnest.branding.schemas import LogoView
from loyalnest.branding.service import choose_logo, hold_picture, keep_picture, save
from loyalnest.branding.values import Branding, BrandSettings, Corners, Logo, Palette, Picture

__all__ = [
    "MEDIA",
    "BrandSettings",
    "Branding",
    "BrandingChanged",
    "BrandingStale",
    "Corners",
    "Logo",
    "LogoIsSvg",
    "LogoNotAnImage",
    "LogoNotFound",
    "LogoTooLarge",
    "LogoTooManyPixels",
    "LogoView",
    "Palette",
    "Picture",
    "PicturesBusy",
    "choose_logo",
    "contrast",
    "current",
    "draw",
    "find_body",
    "find_logo",
    "hold_picture",
    "keep_picture",
    "media_routes",
    "palette_of",
    "save",
]
