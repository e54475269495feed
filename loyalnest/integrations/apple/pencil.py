"""What pictures of passes are drawn with: places, gifts and ticks in a merchant's colours.

Colours are the merchant's as far as they can be told apart (WCAG 2.2, 1.4.11: 3 for what is no
text), else black or white.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import TypeAlias

from PIL import Image, ImageDraw

from loyalnest.branding import contrast, palette_of
from loyalnest.integrations.apple.parts import Parts, part

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and below, in points."""

SCALES = (1, 2, 3)
# Drawn at twice the size of the largest, for Pillow's edges are hard.
_FINE = 6
_SEEN = 3.0
_PAPER_SHARE, _FAINT_SHARE = 0.06, 0.5
_COLOURS = 256


@dataclass(frozen=True, slots=True)
class Colours:
    """What a picture is drawn in."""

    paper: str
    ink: str
    """Of what is there."""
    faint: str
    """Of what is still to come."""

    @classmethod
    def of(cls, background: str, ink: str) -> "Colours":
        """Those of a pass, told apart from each other."""
        if contrast(background, ink) < _SEEN:
            ink = palette_of(background).on_colour
        paper = _mixed(background, ink, _PAPER_SHARE)
        if contrast(paper, ink) < _SEEN:
            paper = background
        faint = _mixed(paper, ink, _FAINT_SHARE)
        return cls(paper, ink, faint if contrast(paper, faint) >= _SEEN else ink)


class Pencil:
    """Draws on a picture; measures are points, and shares of a place's size."""

    def __init__(self, width_pt: int, height_pt: int, colours: Colours):
        self._size_pt = (width_pt, height_pt)
        self._image = Image.new("RGB", (width_pt * _FINE, height_pt * _FINE), colours.paper)
        self._draw = ImageDraw.Draw(self._image)
        self._paper, self._ink, self._faint = colours.paper, colours.ink, colours.faint

    def place(self, box: Box, *, stamped: bool, gift: bool) -> None:
        """One place: a disc with a tick or a gift in it, or the ring where that will come."""
        size = box[2] - box[0]
        if stamped:
            self._draw.ellipse(_fine(box), fill=self._ink)
        else:
            width = max(round(size * 0.045 * _FINE), _FINE)
            self._draw.ellipse(_fine(box), outline=self._faint, width=width)
        colour = self._paper if stamped else self._faint
        if gift:
            self._gift(box, colour)
        elif stamped:
            self._line(box, ((0.27, 0.53), (0.43, 0.69), (0.74, 0.35)), colour, 0.105)

    def tube(self, box: Box, filled: Box | None) -> None:
        """A bar with round ends, and the part of it that is full."""
        radius = (box[3] - box[1]) / 2 * _FINE
        self._draw.rounded_rectangle(_fine(box), radius, outline=self._faint, width=2 * _FINE)
        if filled:
            self._draw.rounded_rectangle(_fine(filled), radius, fill=self._ink)

    def parts(self, name: str) -> Parts:
        """What was drawn, as files."""
        return packed(name, self._image, *self._size_pt)

    def _gift(self, box: Box, colour: str) -> None:
        """A parcel: a lid, a box below it, a ribbon over both, and a bow."""
        ribbon = 0.05
        for x, y, right, below in (
            (0.26, 0.40, 0.50 - ribbon / 2, 0.50),
            (0.50 + ribbon / 2, 0.40, 0.74, 0.50),
            (0.30, 0.53, 0.50 - ribbon / 2, 0.76),
            (0.50 + ribbon / 2, 0.53, 0.70, 0.76),
        ):
            self._draw.rectangle(_fine(_within(box, (x, y, right, below))), fill=colour)
        width = max(round((box[2] - box[0]) * 0.05 * _FINE), _FINE)
        for loop in ((0.32, 0.24, 0.50, 0.39), (0.50, 0.24, 0.68, 0.39)):
            self._draw.ellipse(_fine(_within(box, loop)), outline=colour, width=width)

    def _line(
        self, box: Box, points: tuple[tuple[float, float], ...], colour: str, share: float
    ) -> None:
        """A line with round ends and corners."""
        size = box[2] - box[0]
        width = round(size * share * _FINE)
        at = [((box[0] + size * x) * _FINE, (box[1] + size * y) * _FINE) for x, y in points]
        self._draw.line(at, fill=colour, width=width, joint="curve")
        for x, y in at:
            end = (x - width / 2, y - width / 2, x + width / 2, y + width / 2)
            self._draw.ellipse(end, fill=colour)


def packed(name: str, image: Image.Image, width_pt: int, height_pt: int) -> Parts:
    """A picture as PNG at one, two and three pixels a point."""
    found: list[tuple[str, bytes]] = []
    for scale in SCALES:
        size = (width_pt * scale, height_pt * scale)
        small = resized(image, size)
        few = small.quantize(_COLOURS, dither=Image.Dither.NONE) if small.mode == "RGB" else small
        body = BytesIO()
        few.save(body, "PNG", optimize=True)
        suffix = "" if scale == 1 else f"@{scale}x"
        found.append((f"{name}{suffix}.png", body.getvalue()))
    return tuple(part(file, body) for file, body in found)


def resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture in another size, without the rings that sharper ways draw around flat colours."""
    return image.resize(size, Image.Resampling.HAMMING)  # pyright: ignore[reportUnknownMemberType]


def _within(box: Box, shares: Box) -> Box:
    x, y, size = box[0], box[1], box[2] - box[0]
    return (x + size * shares[0], y + size * shares[1], x + size * shares[2], y + size * shares[3])


def _fine(box: Box) -> Box:
    return (box[0] * _FINE, box[1] * _FINE, box[2] * _FINE, box[3] * _FINE)


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return f"#{bytes(round(a + (b - a) * share) for a, b in pairs).hex()}"
