"""Pictures of the articles: drawn here from circles and lines, so that they are nobody else's."""

from collections.abc import Callable
from dataclasses import dataclass

from demo_shop.catalogue import Product


@dataclass(frozen=True, slots=True)
class _Ink:
    """The colours of one picture, out of one hue."""

    hue: int

    @property
    def paper(self) -> str:
        return f"hsl({self.hue} 45% 93%)"

    @property
    def ground(self) -> str:
        return f"hsl({self.hue} 35% 85%)"

    @property
    def pale(self) -> str:
        return f"hsl({self.hue} 40% 97%)"

    @property
    def soft(self) -> str:
        return f"hsl({self.hue} 48% 72%)"

    @property
    def full(self) -> str:
        return f"hsl({self.hue} 55% 48%)"

    @property
    def deep(self) -> str:
        return f"hsl({self.hue} 45% 28%)"


def picture_of(product: Product) -> str:
    """An article's picture as SVG, with nothing in it that a browser would have to fetch."""
    ink = _Ink(product.hue)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240">'
        f'<rect width="240" height="240" fill="{ink.paper}"/>'
        f'<ellipse cx="120" cy="200" rx="78" ry="11" fill="{ink.ground}"/>'
        f"{_DRAWINGS[product.drawing](ink)}</svg>"
    )


def _path(d: str, fill: str, stroke: str = "none", width: float = 0) -> str:
    ends = 'stroke-linecap="round" stroke-linejoin="round"' if width else ""
    return f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{width}" {ends}/>'


def _dot(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}"/>'


def _oval(x: float, y: float, across: float, down: float, fill: str) -> str:
    return f'<ellipse cx="{x}" cy="{y}" rx="{across}" ry="{down}" fill="{fill}"/>'


def _heart(x: float, y: float, size: float, fill: str) -> str:
    s = size / 10
    curve = (
        f"M{x} {y + 9 * s}C{x - 14 * s} {y - 1 * s} {x - 8 * s} {y - 12 * s} {x} {y - 4 * s}"
        f"C{x + 8 * s} {y - 12 * s} {x + 14 * s} {y - 1 * s} {x} {y + 9 * s}Z"
    )
    return _path(curve, fill)


def _cakestand(ink: _Ink) -> str:
    plates = [(60, 34), (104, 52), (152, 70)]
    parts = [_path("M120 44V192", "none", ink.deep, 5), _dot(120, 40, 8, ink.full)]
    for y, width in plates:
        parts.append(_oval(120, y + 6, width, 8, ink.deep))
        parts.append(_oval(120, y + 2, width, 8, ink.pale))
    cakes = [(104, 50, 0), (136, 50, 1), (84, 92, 1), (120, 92, 0), (156, 92, 1)]
    cakes += [(68, 138, 0), (104, 140, 1), (138, 140, 0), (172, 138, 1)]
    for x, y, which in cakes:
        parts.append(_path(f"M{x - 10} {y}h20l-3 14h-14z", ink.soft))
        parts.append(_path(f"M{x - 12} {y}q12 -20 24 0z", ink.full if which else ink.pale))
        parts.append(_dot(x, y - 10, 3, ink.deep))
    parts.append(_path("M92 198q28 -16 56 0z", ink.deep))
    return "".join(parts)


def _lantern(ink: _Ink) -> str:
    return (
        _path("M120 22V52", "none", ink.deep, 4)
        + _path("M92 84Q120 26 148 84", "none", ink.deep, 5)
        + _path("M82 84h76l-8 108h-60z", ink.pale, ink.deep, 5)
        + _heart(120, 122, 21, ink.full)
        + _path("M104 190v-22h32v22z", ink.soft)
        + _path("M120 168q-9 -13 0 -24q9 11 0 24", "hsl(42 95% 60%)")
    )


def _bag(ink: _Ink) -> str:
    spots = [(84, 108), (120, 100), (156, 108), (102, 130), (138, 130), (80, 152), (120, 156)]
    spots += [(160, 152), (100, 178), (140, 178)]
    return (
        _path("M90 92Q90 40 120 40T150 92", "none", ink.deep, 7)
        + _path("M60 84h120l10 112H50z", ink.full)
        + _path("M60 84h120l1.400 14H58.600z", ink.deep)
        + "".join(_dot(x, y + 4, 7.5, ink.pale) for x, y in spots)
    )


def _bottle(ink: _Ink) -> str:
    return (
        _path("M104 30h32v22h-32z", ink.deep)
        + _path(
            "M98 50h44q4 16 22 24q14 8 14 26v76q0 22 -22 22H84q-22 0 -22 -22v-76q0 -18 14 -26"
            "q18 -8 22 -24z",
            ink.full,
        )
        + _path("M80 108h80M80 128h80M80 148h80M80 168h80", "none", ink.soft, 5)
        + _heart(120, 136, 20, ink.pale)
    )


def _bunting(ink: _Ink) -> str:
    flags = [(26, 66, 0), (66, 82, 1), (108, 88, 2), (150, 82, 0), (190, 66, 1)]
    colours = [ink.full, ink.soft, ink.deep]
    parts = [_path("M10 52Q120 108 230 52", "none", ink.deep, 4)]
    for x, y, which in flags:
        parts.append(_path(f"M{x - 12} {y}h36l-18 46z", colours[which]))
        parts.append(_dot(x + 6, y + 14, 4.5, ink.pale))
    parts.append(_path("M10 128Q120 184 230 128", "none", ink.deep, 4))
    for x, y, which in flags:
        parts.append(_path(f"M{x - 12} {y + 76}h36l-18 40z", colours[(which + 1) % 3]))
    return "".join(parts)


def _clock(ink: _Ink) -> str:
    ticks = "M120 78v8M120 162v8M74 124h8M158 124h8"
    return (
        _path("M82 178l-14 18M158 178l14 18", "none", ink.deep, 8)
        + _oval(84, 66, 24, 18, ink.deep)
        + _oval(156, 66, 24, 18, ink.deep)
        + _path("M120 60V44M108 42h24", "none", ink.deep, 6)
        + _dot(120, 124, 66, ink.full)
        + _dot(120, 124, 54, ink.pale)
        + _path(ticks, "none", ink.deep, 5)
        + _path("M120 124V94M120 124l24 14", "none", ink.deep, 6)
        + _dot(120, 124, 6, ink.full)
    )


def _bird(ink: _Ink) -> str:
    return (
        _path("M120 16V62", "none", ink.deep, 3)
        + _path(
            "M52 128q0 -60 62 -66q44 -2 58 36l24 6l-22 14q-2 62 -62 62q-48 0 -84 -40q14 0 24 -12z",
            ink.full,
        )
        + _path("M96 128q34 -26 60 0q-22 40 -60 28q-8 -14 0 -28z", ink.soft)
        + _path("M108 136q18 -10 34 2M108 148q14 -4 26 2", "none", ink.deep, 3)
        + _dot(154, 96, 5, ink.deep)
        + _path("M104 178l-4 18M124 178l2 18", "none", ink.deep, 4)
    )


def _cup(ink: _Ink) -> str:
    return (
        _oval(120, 184, 82, 14, ink.soft)
        + _oval(120, 180, 60, 9, ink.pale)
        + _path("M172 104q34 -6 30 22t-42 28", "none", ink.full, 9)
        + _path("M60 92h120q0 84 -60 88q-60 -4 -60 -88z", ink.pale)
        + _oval(120, 92, 60, 13, ink.full)
        + _oval(120, 94, 50, 9, "hsl(24 45% 36%)")
        + _dot(120, 134, 13, ink.full)
        + _dot(120, 134, 7, ink.soft)
        + _path(
            "M98 142q-16 -4 -18 -16q14 0 18 16M142 142q16 -4 18 -16q-14 0 -18 16",
            "hsl(130 30% 45%)",
        )
        + _path("M100 68q-8 -12 0 -24M124 66q-8 -14 0 -28M146 68q-8 -12 0 -24", "none", ink.soft, 4)
    )


def _tins(ink: _Ink) -> str:
    parts: list[str] = []
    for x, y, width, height, body in (
        (56, 132, 128, 64, ink.full),
        (70, 82, 100, 50, ink.soft),
        (84, 42, 72, 40, ink.full),
    ):
        parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{body}"/>')
        parts.append(_oval(120, y, width / 2, 9, ink.pale))
        parts.append(_path(f"M{x} {y + height / 2}h{width}", "none", ink.pale, 9))
        parts.append(_heart(120, y + height / 2, 9, ink.deep))
    parts.append(_dot(120, 34, 6, ink.deep))
    return "".join(parts)


def _toadstool(ink: _Ink) -> str:
    spots = [(92, 86, 11), (128, 66, 13), (160, 92, 10), (118, 102, 9), (70, 108, 7)]
    return (
        _dot(120, 116, 92, "hsl(45 95% 88%)")
        + _path("M98 116q6 48 -8 76q30 12 60 0q-14 -28 -8 -76z", ink.pale)
        + _path("M44 122q4 -84 76 -84t76 84q-76 24 -152 0z", ink.full)
        + "".join(_dot(x, y, radius, ink.pale) for x, y, radius in spots)
        + _dot(110, 156, 4, ink.deep)
        + _dot(132, 156, 4, ink.deep)
        + _path("M114 170q7 6 14 0", "none", ink.deep, 3)
    )


def _slate(ink: _Ink) -> str:
    return (
        _path("M84 70Q120 14 156 70", "none", ink.soft, 5)
        + _heart(120, 116, 88, ink.deep)
        + _path("M92 108q14 -10 26 0t26 0M94 128q12 -8 22 0t22 0", "none", ink.pale, 4)
    )


def _star(ink: _Ink) -> str:
    wood = "M120 44l20 50l54 4l-42 34l14 52l-46 -28l-46 28l14 -52l-42 -34l54 -4z"
    return (
        _path("M120 16V48", "none", "hsl(0 60% 48%)", 4)
        + _path(wood, ink.soft, ink.full, 6)
        + _heart(120, 122, 22, "hsl(0 60% 48%)")
        + _path("M104 16q16 16 32 0", "none", "hsl(0 60% 48%)", 4)
    )


def _teapot(ink: _Ink) -> str:
    spots = [(96, 120), (132, 112), (112, 148), (146, 146), (84, 152), (124, 172)]
    return (
        _path("M176 112q36 -8 32 24t-44 34", "none", ink.full, 10)
        + _path("M68 132q-30 -6 -40 -44l18 -4q4 22 30 26z", ink.full)
        + _oval(120, 142, 62, 54, ink.full)
        + _oval(120, 92, 36, 9, ink.deep)
        + _path("M86 90q34 -34 68 0z", ink.full)
        + _dot(120, 66, 9, ink.deep)
        + "".join(_dot(x, y, 7.5, ink.pale) for x, y in spots)
    )


def _doormat(ink: _Ink) -> str:
    return (
        _path("M48 96h144l24 96H24z", ink.full)
        + _path("M58 106h124l19 76H39z", "none", ink.pale, 4)
        + _heart(120, 144, 26, ink.pale)
        + _path("M74 144h20M146 144h20", "none", ink.pale, 6)
        + _path(
            "M30 194v8M54 194v8M78 194v8M102 194v8M126 194v8M150 194v8M174 194v8M206 194v8",
            "none",
            ink.deep,
            4,
        )
    )


def _warmer(ink: _Ink) -> str:
    return (
        _heart(120, 112, 92, ink.full)
        + _path(
            "M84 132v-26h-10l-6 -12l14 -4l8 -12l4 14h44l8 -8v18l-6 6v24h-10v-16h-36v16z", ink.pale
        )
        + _dot(84, 98, 2.5, ink.deep)
    )


_DRAWINGS: dict[str, Callable[[_Ink], str]] = {
    "bag": _bag,
    "bird": _bird,
    "bottle": _bottle,
    "bunting": _bunting,
    "cakestand": _cakestand,
    "clock": _clock,
    "cup": _cup,
    "doormat": _doormat,
    "heart": _warmer,
    "lantern": _lantern,
    "slate": _slate,
    "star": _star,
    "teapot": _teapot,
    "tins": _tins,
    "toadstool": _toadstool,
}
