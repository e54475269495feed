"""Which variant a visitor meets: a matter of arithmetic, the same here and in the browser.

`web/widget/src/assign.ts` is its twin; `tests/experiments/assignments.json` holds both to it. The
hash is MurmurHash3 (x86, 32 bits) by Austin Appleby, who placed it in the public domain: it takes
the browser microseconds, needs no waiting, and spreads evenly, which is all that is asked of it.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

_MASK = 0xFFFFFFFF
BUCKETS = 2**32


def assigned(key: str, visitor: str, *, percent: int, weights: Sequence[int]) -> int | None:
    """Which of the variants a visitor meets, by its place; None for whoever takes no part.

    The bucket's place among all 2³² decides whether the visitor belongs to the share that takes
    part, and its place within that share which variant it is. Whole numbers below 2⁵³ throughout:
    the browser's arithmetic is exact there.
    """
    hashed, rest, length = _begun(key)
    rest += visitor.encode()
    bucket = _finished(*_stirred(hashed, rest), length + len(rest))
    if bucket * 100 >= percent * BUCKETS:
        return None
    total = sum(weights)
    place, edge = bucket * 100 * total, 0
    for index, weight in enumerate(weights):
        edge += weight * percent * BUCKETS
        if place < edge:
            return index
    raise AssertionError("the last edge lies beyond every bucket")


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """The 32-bit MurmurHash3 of some bytes."""
    return _finished(*_stirred(seed, data), len(data))


@lru_cache(maxsize=1024)
def _begun(key: str) -> tuple[int, bytes, int]:
    """How hashing begins for every visitor of an experiment, and is worked out once: its whole
    blocks, the bytes that are left of them, and how many bytes went in.
    """
    said = f"{key}:".encode()
    hashed, rest = _stirred(0, said)
    return hashed, rest, len(said) - len(rest)


def _stirred(hashed: int, data: bytes) -> tuple[int, bytes]:
    whole = len(data) & ~3
    for (block,) in struct.iter_unpack("<I", data[:whole]):
        hashed ^= _scrambled(block)
        hashed = (hashed << 13 | hashed >> 19) * 5 + 0xE6546B64 & _MASK
    return hashed, data[whole:]


def _finished(hashed: int, rest: bytes, length: int) -> int:
    hashed ^= _scrambled(int.from_bytes(rest, "little"))
    hashed ^= length
    hashed = (hashed ^ hashed >> 16) * 0x85EBCA6B & _MASK
    hashed = (hashed ^ hashed >> 13) * 0xC2B2AE35 & _MASK
    return hashed ^ hashed >> 16


def _scrambled(block: int) -> int:
    block = block * 0xCC9E2D51 & _MASK
    # What a shift puts beyond 32 bits is still beyond them after multiplying.
    return (block << 15 | block >> 17) * 0x1B873593 & _MASK
