"""The way to the app for a device that is to be paired, as a QR shows it."""

from dataclasses import dataclass

import segno

APP = "/stamper/"


@dataclass(frozen=True, slots=True)
class WayIn:
    """Where a device is paired, with its code."""

    address: str
    side: int
    """How many modules a side of the QR has, without the white around it."""
    path: str
    """Its dark modules as the path of an SVG, a unit a module."""


def way_in(installation: str, code: str) -> WayIn:
    """The app at an installation's address, which finds the code behind the `#`.

    What stands there is sent to nobody and is in no log.
    """
    address = f"{installation.rstrip('/')}{APP}#pair={code}"
    matrix = segno.make(address, error="m", micro=False).matrix
    path = "".join(
        f"M{column} {row}h1v1h-1z"
        for row, modules in enumerate(matrix)
        for column, dark in enumerate(modules)
        if dark
    )
    return WayIn(address, len(matrix), path)
