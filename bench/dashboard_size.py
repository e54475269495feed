"""dashboard-size: KB (gzip) that a browser fetches before the first screen stands."""

import asyncio
import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.figure import Figure, Goal, Measured, Run

_ROOT = Path(__file__).parent.parent
_BUILT = _ROOT / "web" / "dashboard" / "dist"
# The home screen is the first one, in the language that has the longest texts of those in Latin.
_FIRST = (
    "index.html",
    "src/screens/home/screen.tsx",
    "../../locales/fr.json?first",
)


async def measure(run: Run) -> Measured:
    """What the build's own manifest lists for the first screen: the page, scripts, styles, icon."""
    building = await asyncio.create_subprocess_exec(sys.executable, _ROOT / "web" / "build.py")
    if await building.wait():
        return Measured(0, note="the dashboard could not be built", failed=True)
    manifest = json.loads((_BUILT / ".vite" / "manifest.json").read_text())
    files = {file for name in _FIRST for file in _needed(manifest, name)}
    page = len(gzip.compress((_BUILT / "index.html").read_bytes()))
    packed = page + sum(_packed_size(_BUILT / file) for file in files)
    return Measured(packed / 1000, note=f"{len(files)} files and the page")


def _needed(manifest: Mapping[str, Any], name: str) -> Iterator[str]:
    """A part's own files and those it can't begin without."""
    part = manifest[name]
    yield part["file"]
    yield from part.get("css", ())
    yield from part.get("assets", ())
    for needed in part.get("imports", ()):
        yield from _needed(manifest, needed)


def _packed_size(file: Path) -> int:
    return file.with_name(f"{file.name}.gz").stat().st_size


FIGURE = Figure(
    name="dashboard-size",
    unit="KB",
    goal=Goal("at most 200 KB", below=200.001),
    measure=measure,
)
