"""The files of a pass, each with the sums that its manifest and its archive name it by."""

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import NamedTuple, TypeAlias


class Part(NamedTuple):
    """One file of a pass."""

    name: str
    body: bytes
    sha1: str
    crc32: int


Parts: TypeAlias = tuple[Part, ...]


def part(name: str, body: bytes) -> Part:
    """A file with its sums. Apple's manifests name files by their SHA-1 and by nothing else."""
    sha1 = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    return Part(name, body, sha1, zlib.crc32(body))


def renamed(parts: Sequence[Part], folder: str) -> Parts:
    """The same files in a folder."""
    return tuple(it._replace(name=f"{folder}/{it.name}") for it in parts)


class Kept:
    """What was drawn, by what it was drawn from; what was not asked for the longest goes first.

    To draw and pack a picture takes a hundred times as long as all the rest of a pass.
    """

    def __init__(self, bytes_at_most: int):
        self._bytes_at_most = bytes_at_most
        self._bytes = 0
        self._parts: OrderedDict[Hashable, Parts] = OrderedDict()
        self._turn = Lock()

    def get(self, what: Hashable, draw: Callable[[], Parts]) -> Parts:
        """The parts of this, drawn unless they are there. Two threads may draw at once."""
        with self._turn:
            if found := self._parts.get(what):
                self._parts.move_to_end(what)
                return found
        drawn = draw()
        with self._turn:
            if what not in self._parts:
                self._parts[what] = drawn
                self._bytes += _weight(drawn)
            while self._bytes > self._bytes_at_most and len(self._parts) > 1:
                _, gone = self._parts.popitem(last=False)
                self._bytes -= _weight(gone)
        return drawn


def _weight(parts: Parts) -> int:
    return sum(len(it.body) for it in parts)
