"""How often to look whether there is something to do."""

from dataclasses import dataclass, field

MOST_S = 0.25
"""The longest pause between two looks: three of them in a row are still less than a second."""


@dataclass(slots=True)
class Pace:
    """Often while there is something to do, ever more seldom while there is not."""

    least_s: float
    """The pause after a look that found something."""
    _pause_s: float = field(default=0.0, init=False)

    def pause_s(self, *, found: bool) -> float:
        """How long to wait before the next look."""
        self._pause_s = (
            self.least_s if found else min(MOST_S, max(self.least_s, 1.5 * self._pause_s))
        )
        return self._pause_s
