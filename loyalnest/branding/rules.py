"""Which colours can be read on which.

Contrast is that of WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance and
https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Text needs 4.5 (success criterion 1.4.3). The
dashboard counts alike while somebody chooses: `web/dashboard/src/screens/branding/colours.ts`.
"""

import math
from collections.abc import Callable

from loyalnest.branding.values import BrandSettings, Palette

READABLE = 4.5
WHITE, BLACK, NIGHT = "#ffffff", "#000000", "#1f2020"
_MOST = 255
_WEIGHTS = (0.2126, 0.7152, 0.0722)


def contrast(one: str, other: str) -> float:
    """How far two colours (`#rrggbb`) are apart: 1 for the same, 21 for black and white."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def palette_of(colour: str) -> Palette:
    """What goes with a colour.

    One of white and black always reaches 4.5: were white below it, black would be above 4.6.
    """
    on_colour = WHITE if contrast(WHITE, colour) >= READABLE else BLACK
    return Palette(
        colour=colour,
        on_colour=on_colour,
        on_colour_contrast=_told(contrast(on_colour, colour)),
        text=_nearest(colour, WHITE, _darker),
        text_in_dark=_nearest(colour, NIGHT, _lighter),
        as_text_contrast=_told(contrast(colour, WHITE)),
    )


def changed_between(before: BrandSettings, after: BrandSettings) -> tuple[str, ...]:
    """The names of the settings in which two differ."""
    was = dict(before)
    return tuple(name for name, value in after if value != was[name])


def _nearest(colour: str, page: str, moved: Callable[[int, int], int]) -> str:
    """The colour nearest to this one that can be read on a page."""
    candidates = (
        _written([moved(channel, step) for channel in _channels(colour)])
        for step in range(_MOST + 1)
    )
    return next(each for each in candidates if contrast(each, page) >= READABLE)


def _darker(channel: int, step: int) -> int:
    return channel * (_MOST - step) // _MOST


def _lighter(channel: int, step: int) -> int:
    return channel + (_MOST - channel) * step // _MOST


def _luminance(colour: str) -> float:
    return sum(
        weight * _linear(channel / _MOST)
        for weight, channel in zip(_WEIGHTS, _channels(colour), strict=True)
    )


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _channels(colour: str) -> bytes:
    return bytes.fromhex(colour.removeprefix("#"))


def _written(channels: list[int]) -> str:
    return f"#{bytes(channels).hex()}"


def _told(ratio: float) -> float:
    """Rounded down, so that what is told to reach a limit does."""
    return math.floor(ratio * 10) / 10
