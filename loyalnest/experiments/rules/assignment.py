"""Which variant a visitor meets: a matter of arithmetic, the same here and in the browser.

`web/widget/src/assign.ts` is its twin; `tests/experiments/assignments.json` holds both to it. The
hash is MurmurHash3 (x86, 32 bits) by Austin Appleby, who placed it in the public domain: it takes
the browser microseconds, needs no waiting, and spreads evenly, which is all that is asked of it.
"""

import struct
from collections.abc import Sequence

_MASK = 0xFFFFFFFF
BUCKETS = 2**32


def assigned(key: str, visitor: str, *, percent: int, weights: Sequence[int]) -> int | None:
    """Which of the variants a visitor meets, by its place; None for whoever takes no part.

    The bucket's place among all 2³² decides whether the visitor belongs to the share that takes
    part, and its place within that share which variant it is. Whole numbers below 2⁵³ throughout:
    the browser's arithmetic is exact there.
    """
    bucket = murmur3_32(f"{key}:{visitor}".encode())
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
    hashed, whole = seed, len(data) & ~3
    for (block,) in struct.iter_unpack("<I", data[:whole]):
        hashed ^= _scrambled(block)
        hashed = (hashed << 13 | hashed >> 19) * 5 + 0xE6546B64 & _MASK
    hashed ^= _scrambled(int.from_bytes(data[whole:], "little"))
    hashed ^= len(data)
    hashed = (hashed ^ hashed >> 16) * 0x85EBCA6B & _MASK
    hashed = (hashed ^ hashed >> 13) * 0xC2B2AE35 & _MASK
    return hashed ^ hashed >> 16


def _scrambled(block: int) -> int:
    block = block * 0xCC9E2D51 & _MASK
    # What a shift puts beyond 32 bits is still beyond them after multiplying.
    return (block << 15 | block >> 17) * 0x1B873593 & _MASK
