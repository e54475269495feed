"""Files that a build has packed: sent as small as the browser takes them."""

import re
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request

# The first that a browser takes.
_PACKED = {"br": ".br", "gzip": ".gz"}


class Packed(NamedTuple):
    """A file's bytes as they are sent, and how they are packed."""

    body: bytes
    coding: str | None


def read_packed(path: Path, request: Request) -> Packed | None:
    """A file as the browser would have it; None for one that isn't there."""
    taken = request.headers.get("accept-encoding", "")
    for coding, ending in _PACKED.items():
        packed = path.with_name(path.name + ending)
        if re.search(rf"\b{coding}\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", taken) and packed.is_file():
            return Packed(packed.read_bytes(), coding)
    return Packed(path.read_bytes(), None) if path.is_file() else None
