"""Makes a well-behaved stream of deliveries behave like a network."""

import heapq
import random
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

_FARTHEST = 500


def disturb(
    items: Iterable[T], *, duplicates: float = 0, disorder: float = 0, seed: int = 1
) -> Iterator[T]:
    """Repeat and delay some of the items: always the same ones for the same seed.

    `duplicates` and `disorder` are shares from 0 to 1. What is repeated or late comes up to 500
    places after where it belongs.
    """
    chance = random.Random(seed)  # noqa: S311 (nothing secret; it must be repeatable)
    waiting: list[tuple[int, int, T]] = []
    for place, item in enumerate(items):
        late = chance.random() < disorder
        heapq.heappush(
            waiting, (place + (chance.randint(1, _FARTHEST) if late else 0), place, item)
        )
        if chance.random() < duplicates:
            heapq.heappush(waiting, (place + chance.randint(1, _FARTHEST), -1 - place, item))
        while waiting and waiting[0][0] <= place:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]
