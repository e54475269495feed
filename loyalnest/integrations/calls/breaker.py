"""Whether a vendor is worth calling: open after failures in a row, tried again after a pause."""

from dataclasses import dataclass, field
from enum import StrEnum

FAILURES = 5
"""So many calls in a row must fail before the vendor is left alone."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 300.0


class Circuit(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    """They do."""
    OPEN = "open"
    """None does: the last ones failed."""
    TRYING = "trying"
    """One does, to see whether the vendor is back."""


@dataclass(slots=True)
class Breaker:
    """Keeps calls from a vendor that does not answer. `now` is a monotonic clock's, in seconds.

    A failure is no answer, or one that says the vendor can't work. That it refuses a request is no
    failure: it works.
    """

    failures: int = 0
    """In a row."""
    opened: int = 0
    """How often in a row it opened without a success between: each pause is twice the last."""
    _until: float = field(default=0.0)
    _trying: bool = False

    def circuit(self, now: float) -> Circuit:
        """Whether calls go through."""
        if not self.opened:
            return Circuit.CLOSED
        return Circuit.OPEN if now < self._until or self._trying else Circuit.TRYING

    def wait_s(self, now: float) -> float:
        """For how long no call goes through; 0 when one does."""
        if self.circuit(now) is not Circuit.OPEN:
            return 0.0
        return max(self._until - now, 1.0)

    def begin(self, now: float) -> bool:
        """Whether this call may be made. One that may must be ended with `end` or `abandon`."""
        circuit = self.circuit(now)
        if circuit is Circuit.TRYING:
            self._trying = True
        return circuit is not Circuit.OPEN

    def end(self, now: float, *, worked: bool) -> None:
        """Say how a call ended."""
        self._trying = False
        if worked:
            self.failures = self.opened = 0
            return
        self.failures += 1
        # Calls that were under way when it opened say nothing that isn't known.
        if self.failures >= FAILURES and now >= self._until:
            self._until = now + min(FIRST_PAUSE_S * 2**self.opened, LONGEST_PAUSE_S)
            self.opened += 1
