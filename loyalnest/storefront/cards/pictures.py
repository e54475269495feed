"""A card as a picture: its stamps in rows, and the code that is shown at the counter."""

from dataclasses import dataclass
from math import ceil

from loyalnest.stamps import enrolling

_STEP = 20
_FEW, _MANY = 5, 10
_QUIET = 4


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a stamp."""

    x: int
    y: int
    number: int
    stamped: bool
    brings: bool
    """Whether a stage ends here."""


@dataclass(frozen=True, slots=True)
class Grid:
    """All places of a card."""

    width: int
    height: int
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code as the path of an SVG, with the white around it that readers need."""

    side: int
    path: str
    quiet: int = _QUIET


def grid_of(needed: int, collected: int, stages: frozenset[int]) -> Grid:
    """The places of a card that needs so many stamps."""
    columns = min(needed, _FEW if needed <= 2 * _FEW else _MANY if needed > 3 * _FEW else 6)
    spots = tuple(
        Spot(
            x=_STEP * (place % columns) + _STEP // 2,
            y=_STEP * (place // columns) + _STEP // 2,
            number=place + 1,
            stamped=place < collected,
            brings=place + 1 in stages,
        )
        for place in range(needed)
    )
    return Grid(_STEP * columns, _STEP * ceil(needed / columns), spots)


def code_of(text: str) -> Code:
    """The code of a text."""
    modules = enrolling.modules_of(text)
    return Code(modules.side + 2 * _QUIET, enrolling.path_of(modules))
