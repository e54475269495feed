"""What is one visit, and when somebody is late by their own rhythm. Pure.

ADR 0030 says where the formula comes from and what else was weighed.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from loyalnest.stamps.visits.values import Days, Given, Settled, Stay, Tempo, Visit

STAY = timedelta(minutes=60)
"""A stamping so soon after the one before belongs to the same visit."""
GAPS = 8
"""So many of the latest gaps tell a rhythm: whoever changes theirs is soon known by the new one."""
DAYS = GAPS + 1
USUAL_DAYS = Decimal(15)
"""The typical gap where a merchant has too few guests to tell it."""
GUESTS = 10
"""So many guests with a rhythm of their own tell what is typical."""
MULTIPLE = 2
"""Late is who has stayed away for more than so many typical gaps."""
FEWEST_DAYS, MOST_DAYS = 7, 365
"""Nobody is late within a week, and everybody is after a year."""
_FENCE = 1.5
_LOST_AFTER, _LOST_DAYS = 4, 365


def stays(given: Sequence[Given]) -> list[Stay]:
    """What stampings at one place come to, whatever order they arrived in."""
    found: list[Stay] = []
    for it in sorted(given, key=lambda each: each.occurred_at):
        last = found[-1] if found else None
        if last is None or it.occurred_at - last.ended_at > STAY:
            found.append(Stay(it.occurred_at, it.occurred_at, 1, it.purchase))
        else:
            amount = _sum(last.amount, it.purchase)
            found[-1] = Stay(last.began_at, it.occurred_at, last.stampings + 1, amount)
    return found


def settle(kept: Sequence[Visit], found: Sequence[Stay]) -> Settled:
    """What becomes of the visits of one place, given its stays: each goes on with the first visit
    that it shares an instant with."""
    left = sorted(kept, key=lambda visit: visit.stay.began_at)
    begun: list[Stay] = []
    changed: list[tuple[Visit, Stay]] = []
    for stay in sorted(found):
        same = next((visit for visit in left if _meet(visit.stay, stay)), None)
        if same is None:
            begun.append(stay)
            continue
        left.remove(same)
        if same.stay != stay:
            changed.append((same, stay))
    return Settled(tuple(begun), tuple(changed), tuple(left))


def tempo(latest: Sequence[date], usual_days: Decimal) -> Tempo:
    """How often somebody comes who came on these days, the newest first.

    The typical gap is the median of their own and of one that is the merchant's usual: the Bayes
    estimate under absolute loss where a Dirichlet process of weight 1 around the usual one is what
    is believed before anybody came (Ferguson 1973).
    """
    gaps = [(later - earlier).days for later, earlier in pairwise(latest)][:GAPS]
    typical = Decimal(str(median([*gaps, float(usual_days)])))
    allowed = max(MULTIPLE * typical, Decimal(str(_upper_fence(gaps))))
    bounded = min(max(round(allowed), FEWEST_DAYS), MOST_DAYS)
    own = Decimal(str(median(gaps))) if gaps else None
    return Tempo(own, typical, bounded)


def lateness(days: Days, allowed_days: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when on somebody is late, and from when on no longer expected.

    Both begin with a day of the merchant's: whoever may stay away for 14 days isn't late on the
    fourteenth.
    """
    lost_days = min(allowed_days * _LOST_AFTER, allowed_days + _LOST_DAYS)
    return (
        _behind(days.latest[0], allowed_days, zone),
        _behind(days.latest[0], lost_days, zone),
    )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other


def _meet(one: Stay, other: Stay) -> bool:
    return one.began_at <= other.ended_at and other.began_at <= one.ended_at


def _upper_fence(gaps: Sequence[int]) -> float:
    """Beyond which a gap is out of the ordinary for whoever comes irregularly (Tukey 1977)."""
    if len(gaps) < 4:  # fewer have no quartiles worth the name
        return 0
    ordered = sorted(gaps)
    half = len(ordered) // 2
    lower, upper = median(ordered[:half]), median(ordered[-half:])
    return upper + _FENCE * (upper - lower)


def _behind(day: date, days: int, zone: ZoneInfo) -> datetime:
    """The first instant after so many whole days beyond a day, however long they are."""
    return datetime.combine(day + timedelta(days=days + 1), time(), zone)
