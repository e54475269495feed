"""Whether a card may be stamped: how many at once, how soon again, how many in a day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from loyalnest.kernel.errors import DomainError
from loyalnest.stamps import errors
from loyalnest.stamps.values import CardTerms, Stamping, StampKind


class Seen(NamedTuple):
    """A stamping for a visit that counts, for telling whether another may come."""

    occurred_at: datetime
    stamps: int


class Limits(NamedTuple):
    """What bounds a card's stampings."""

    terms: CardTerms
    time_zone: str


def count_of(terms: CardTerms, stamping: Stamping) -> int | DomainError:
    """How many stamps a card gets, by what staff say or by what was bought; or why none."""
    asked, purchase = stamping.count, stamping.purchase
    if terms.per_amount is not None and asked is None:
        if purchase is None:
            return errors.AmountNeeded()
        # More than a card takes at once is no reason to send a good customer away.
        count = min(int(purchase // terms.per_amount), terms.most_at_once)
        return count or errors.AmountTooSmall()
    count = 1 if asked is None else asked
    given_by_hand = stamping.kind in (StampKind.VISIT, StampKind.EXTRA)
    if given_by_hand and count > terms.most_at_once:
        return errors.TooManyAtOnce(f"At most {terms.most_at_once} stamps at once on this card.")
    return count


def obstacle(
    limits: Limits, stamping: Stamping, count: int, seen: Sequence[Seen]
) -> DomainError | None:
    """What is in the way of a visit's stamp, given the others of its card around that time.

    The order of arrival plays no part: one that comes late meets those before and after it. Only
    visits are bounded, and count.
    """
    if stamping.kind is not StampKind.VISIT:
        return None
    terms, at = limits.terms, stamping.occurred_at
    apart = timedelta(minutes=terms.cooldown_minutes)
    near = [it.occurred_at for it in seen if abs(it.occurred_at - at) < apart]
    if near:
        again = (max(near) + apart).astimezone(ZoneInfo(limits.time_zone))
        return errors.StampedTooSoon(
            f"This card was stamped a moment ago; it can be stamped again at {again:%H:%M}."
        )
    if terms.daily_limit is not None:
        zone = ZoneInfo(limits.time_zone)
        day = at.astimezone(zone).date()
        today = sum(it.stamps for it in seen if it.occurred_at.astimezone(zone).date() == day)
        if today + count > terms.daily_limit:
            return errors.DailyLimitReached(
                f"This card may have {terms.daily_limit} stamps in a day and has {today}."
            )
    return None
