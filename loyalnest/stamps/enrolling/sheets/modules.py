"""A QR code as its dark modules.

Of the correction levels it is Q, a quarter of the code, or H where that makes it no larger: paper
at a counter gets wet, folded and scratched.
"""

from dataclasses import dataclass

import segno

_LEVEL = "q"


@dataclass(frozen=True, slots=True)
class Modules:
    """The dark modules of a code, without the white around it."""

    side: int
    """How many a side."""
    runs: tuple[tuple[int, int, int], ...]
    """Row, first column, how many."""


def modules_of(text: str) -> Modules:
    """The code of a text."""
    matrix = segno.make(text, error=_LEVEL, micro=False).matrix
    return Modules(
        len(matrix),
        tuple(
            (row, column, length)
            for row, modules in enumerate(matrix)
            for column, length in _runs(bytes(modules))
        ),
    )


def path_of(modules: Modules) -> str:
    """The same as the path of an SVG, a unit a module."""
    return "".join(f"M{column} {row}h{length}v1h-{length}z" for row, column, length in modules.runs)


def _runs(modules: bytes) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for column, dark in enumerate(modules):
        if not dark:
            continue
        if found and sum(found[-1]) == column:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((column, 1))
    return found
