"""Limits on how often somebody may ask: token buckets in memory, with a bound on their number.

A bucket of a given size fills up at a steady rate and each request takes one token. What is kept
of a bucket is the instant at which it will be full again, so an idle one is a full one and can be
forgotten; when there are too many, the one that was touched longest ago goes first.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

_BUCKETS_AT_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Policy:
    """A limit: so many requests in so many seconds, all at once or spread out."""

    name: str
    quota: int
    window_s: float

    def __str__(self) -> str:
        """As the header `RateLimit-Policy` says it (draft-ietf-httpapi-ratelimit-headers)."""
        return f'"{self.name}";q={self.quota};w={math.ceil(self.window_s)}'


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may go on, and what is left."""

    policy: Policy
    allowed: bool
    remaining: int
    full_in_s: float
    retry_after_s: float

    def headers(self) -> dict[str, str]:
        """What the caller is told: `RateLimit-Policy`, `RateLimit`."""
        state = f'"{self.policy.name}";r={self.remaining};t={math.ceil(self.full_in_s)}'
        return {"RateLimit-Policy": str(self.policy), "RateLimit": state}


class Buckets:
    """One bucket for everybody that a policy applies to. For one process; not shared."""

    def __init__(
        self,
        policy: Policy,
        *,
        clock: Callable[[], float] = time.monotonic,
        at_most: int = _BUCKETS_AT_MOST,
    ):
        self.policy = policy
        self._clock = clock
        self._at_most = at_most
        self._interval_s = policy.window_s / policy.quota  # what one token takes to come back
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def take(self, key: Hashable) -> Verdict:
        """Take a token out of somebody's bucket, if there is one."""
        now = self._clock()
        full_at = max(self._full_at.get(key, now), now) + self._interval_s
        over_s = full_at - now - self.policy.window_s
        # A token that is back but for an error of rounding is back.
        allowed = over_s <= self._interval_s * 1e-6
        if allowed:
            self._full_at[key] = full_at
            self._full_at.move_to_end(key)
            if len(self._full_at) > self._at_most:
                self._full_at.popitem(last=False)
        else:
            full_at -= self._interval_s
        left = (self.policy.window_s - (full_at - now)) / self._interval_s
        remaining = max(0, math.floor(left + 1e-6))
        return Verdict(self.policy, allowed, remaining, full_at - now, max(over_s, 0.0))

    def give_back(self, key: Hashable) -> None:
        """Put a token back: the attempt turned out not to count."""
        full_at = self._full_at.get(key)
        if full_at is not None:
            self._full_at[key] = full_at - self._interval_s

    def __len__(self) -> int:
        return len(self._full_at)
