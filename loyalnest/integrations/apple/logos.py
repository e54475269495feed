"""A merchant's logo as a pass shows it, and the small picture that stands for it elsewhere."""

from io import BytesIO

import structlog
from PIL import Image

from loyalnest.integrations.apple.parts import Parts
from loyalnest.integrations.apple.pencil import SCALES, Colours, Pencil, packed, resized

log = structlog.get_logger(__name__)

_LOGO_PT = (160, 50)
_ICON_PT = 38
_ICON_MARGIN_PT = 3
# What is wider could not be recognised at the size of an icon.
_WIDEST_ICON = 2.5


def draw(logo: bytes | None, colours: Colours) -> Parts:
    """The logo, where there is one that can be read, and the icon, without which no pass opens."""
    image = _read(logo) if logo else None
    if image is None:
        return _drawn_icon(colours)
    icon = image.width <= image.height * _WIDEST_ICON
    return (
        *packed("logo", _fitted(image, *_LOGO_PT), *_pt_of(image)),
        *(_icon_of(image, colours) if icon else _drawn_icon(colours)),
    )


def _read(logo: bytes) -> Image.Image | None:
    """A logo that can't be read is no reason to be without a pass."""
    try:
        with Image.open(BytesIO(logo)) as image:
            return image.convert("RGBA")
    except Exception as error:  # parsers stumble in a dozen ways
        log.warning("apple.logo_unreadable", error=type(error).__name__)
        return None


def _pt_of(image: Image.Image) -> tuple[int, int]:
    """As large as there is room for, in whole points."""
    share = min(_LOGO_PT[0] / image.width, _LOGO_PT[1] / image.height)
    return max(round(image.width * share), 1), max(round(image.height * share), 1)


def _fitted(image: Image.Image, width_pt: int, height_pt: int) -> Image.Image:
    most = SCALES[-1]
    share = min(width_pt * most / image.width, height_pt * most / image.height)
    size = (max(round(image.width * share), 1), max(round(image.height * share), 1))
    return resized(image, size)


def _icon_of(image: Image.Image, colours: Colours) -> Parts:
    side, room = _ICON_PT * SCALES[-1], _ICON_PT - 2 * _ICON_MARGIN_PT
    small = _fitted(image, room, room)
    icon = Image.new("RGB", (side, side), colours.paper)
    icon.paste(small, ((side - small.width) // 2, (side - small.height) // 2), small)
    return packed("icon", icon, _ICON_PT, _ICON_PT)


def _drawn_icon(colours: Colours) -> Parts:
    pencil = Pencil(_ICON_PT, _ICON_PT, colours)
    edge = _ICON_PT - _ICON_MARGIN_PT
    pencil.place((_ICON_MARGIN_PT, _ICON_MARGIN_PT, edge, edge), stamped=True, gift=False)
    return pencil.parts("icon")
