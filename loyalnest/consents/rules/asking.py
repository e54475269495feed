"""How often somebody is asked to confirm what anybody may have said of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

IN_A_DAY = 3
APART = timedelta(minutes=2)
_A_DAY = timedelta(days=1)


def ask_again_at(asked: Sequence[datetime], now: datetime) -> datetime | None:
    """From when on an address may be asked once more; None: at once.

    Whoever fills in a form may have written anybody's address, and as often as they like.
    """
    lately = sorted(it for it in asked if now - it < _A_DAY)
    if len(lately) >= IN_A_DAY:
        return lately[-IN_A_DAY] + _A_DAY
    return lately[-1] + APART if lately and now - lately[-1] < APART else None
