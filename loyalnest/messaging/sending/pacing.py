"""When the next letter may go: evenly, and never too many in a second.

Whoever owns a sender is the only one to send for it, so the instants that count are in memory and
are exact: what is late pushes back what comes a second later, rather than meeting it.
"""

from collections import deque
from math import floor

WINDOW_S = 1.0
# The provider counts by its own clock, and no two run alike.
MARGIN_S = 0.001
_CATCH_UP_S = 0.1
# Pauses shorter than this cost more than they spread.
_SHORTEST_S = 0.002


class Pacing:
    """One sender's pace. Instants are the steady clock's, in seconds.

    A slot is asked for before letters go, and they are noted once they have gone.
    """

    def __init__(self, rate_per_s: float, *, not_before: float = 0.0):
        self.rate_per_s = rate_per_s
        self._quota = max(1, floor(rate_per_s))
        self._window_s = (WINDOW_S if rate_per_s >= 1 else 1 / rate_per_s) + MARGIN_S
        self._sent: deque[float] = deque(maxlen=self._quota)
        self._next = self._not_before = not_before

    @property
    def at_most(self) -> int:
        """How many letters may go at once, and then none for a second."""
        return self._quota

    def wait_s(self, letters: int, now: float) -> float:
        """How long so many letters have to wait for their slot; 0 when they may go now."""
        assert 0 < letters <= self._quota
        soft = self._next - now
        hard = self._not_before - now
        if len(self._sent) + letters > self._quota:
            last_in_the_way = self._sent[len(self._sent) + letters - self._quota - 1]
            hard = max(hard, last_in_the_way + self._window_s - now)
        return max(0.0, hard, soft if soft > _SHORTEST_S else 0.0)

    def went(self, letters: int, now: float) -> None:
        """So many letters have gone by this instant, and none of them before their slot."""
        self._sent.extend([now] * letters)
        self._next = max(self._next, now - _CATCH_UP_S) + letters / self.rate_per_s
