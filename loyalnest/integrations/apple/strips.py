"""The picture across a pass: as many places as a card has, as many of them stamped.

Places stand in rows, as large as there is room for; those that bring a reward are gifts.
"""

from dataclasses import dataclass
from math import ceil

from loyalnest.integrations.apple.parts import Parts
from loyalnest.integrations.apple.pencil import Box, Colours, Pencil

WIDTH_PT, HEIGHT_PT = 375, 144
PLACES_AT_MOST = 30
"""Beyond them a bar that fills is drawn: places would be too small to be counted."""
_MARGIN_X_PT, _MARGIN_Y_PT = 14, 10
_FILLING = 0.84  # how much of its cell a place takes
_LARGEST_PT = 58
_TUBE: Box = (24, 84, WIDTH_PT - 24, 108)
_GIFT_PT = 34


@dataclass(frozen=True, slots=True)
class Strip:
    """What a strip is drawn from; two that are equal look alike."""

    colours: Colours
    collected: int
    needed: int
    gifts: frozenset[int]
    """The counts that bring a reward."""
    mirrored: bool = False
    """Filled from right to left."""


def draw(strip: Strip) -> Parts:
    """The picture in all sizes."""
    pencil = Pencil(WIDTH_PT, HEIGHT_PT, strip.colours)
    if strip.needed > PLACES_AT_MOST:
        _draw_bar(pencil, strip)
    else:
        for count, box in enumerate(places(strip.needed), start=1):
            there = _mirrored(box) if strip.mirrored else box
            pencil.place(there, stamped=count <= strip.collected, gift=count in strip.gifts)
    return pencil.parts("strip")


def places(needed: int) -> list[Box]:
    """Where the places are, in points: in rows of nearly the same length, the longer ones first."""
    needed = max(needed, 1)
    across, down = WIDTH_PT - 2 * _MARGIN_X_PT, HEIGHT_PT - 2 * _MARGIN_Y_PT
    rows = max(range(1, 6), key=lambda it: min(across / ceil(needed / it), down / it))
    size = min(across / ceil(needed / rows), down / rows, _LARGEST_PT / _FILLING)
    gap = size * (1 - _FILLING) / 2
    boxes: list[Box] = []
    for row in range(rows):
        top = (HEIGHT_PT - rows * size) / 2 + row * size
        wide = needed // rows + (row < needed % rows)
        for column in range(wide):
            left = (WIDTH_PT - wide * size) / 2 + column * size
            boxes.append((left + gap, top + gap, left + size - gap, top + size - gap))
    return boxes


def _draw_bar(pencil: Pencil, strip: Strip) -> None:
    """A bar, full as far as stamps reach, with the gifts above it."""
    left, top, right, below = _TUBE
    share = min(strip.collected / strip.needed, 1)
    full: Box = (left, top, left + max((right - left) * share, below - top), below)
    turned = _mirrored if strip.mirrored else _as_it_is
    pencil.tube(_TUBE, turned(full) if share > 0 else None)
    for count in sorted(strip.gifts):
        half = _GIFT_PT / 2
        x = left + (right - left) * count / strip.needed
        x = min(max(x, left + half), right - half)
        gift = turned((x - half, 38, x + half, 38 + _GIFT_PT))
        pencil.place(gift, stamped=count <= strip.collected, gift=True)


def _as_it_is(box: Box) -> Box:
    return box


def _mirrored(box: Box) -> Box:
    left, top, right, below = box
    return (WIDTH_PT - right, top, WIDTH_PT - left, below)
