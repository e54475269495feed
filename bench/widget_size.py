"""widget-size: KB (gzip) of the panel that a shop's page fetches; the loader may have 3 of its own.

The panel is counted whole: its scripts and styles, what it shares with the rest, and its texts in
one language, that with the longest of those in Latin letters.
"""

import asyncio
import gzip
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.figure import Figure, Goal, Measured, Run

_ROOT = Path(__file__).parent.parent
_BUILT = _ROOT / "web" / "widget" / "dist"
_LOADER_KB = 3.0


async def measure(run: Run) -> Measured:
    """What the build's own manifest lists."""
    building = await asyncio.create_subprocess_exec(sys.executable, _ROOT / "web" / "build.py")
    if await building.wait():
        return Measured(0, note="the widget could not be built", failed=True)
    manifest = json.loads((_BUILT / ".vite" / "manifest.json").read_text())
    loader = _packed_kb("loader.js")
    panel = sum(_packed_kb(file) for file in set(_needed(manifest, "src/panel/index.tsx")))
    said = json.loads((_ROOT / "locales" / "fr.json").read_text())["widget"]
    texts = (
        len(gzip.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()))
        / 1000
    )
    note = f"panel {panel:.1f} and its texts {texts:.1f}; loader {loader:.2f}, at most {_LOADER_KB}"
    return Measured(panel + texts, note=note, failed=loader > _LOADER_KB)


def _needed(manifest: Mapping[str, Any], name: str) -> Iterator[str]:
    """A part's own file and those it can't begin without."""
    part = manifest[name]
    yield part["file"]
    for needed in part.get("imports", ()):
        yield from _needed(manifest, needed)


def _packed_kb(file: str) -> float:
    return (_BUILT / f"{file}.gz").stat().st_size / 1000


FIGURE = Figure(
    name="widget-size",
    unit="KB",
    goal=Goal("at most 15 KB, loader 3 KB", below=15.001),
    measure=measure,
)
