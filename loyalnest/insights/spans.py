"""Which rows of what is added up tell a range of days: few, and exactly. Pure.

What is added up stands by the day and by the month. A month that lies in a range as a whole is
looked at as one; of the months in which a range begins or ends, their days.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

_DAY, _LONGEST_MONTH = timedelta(days=1), timedelta(days=31)


class Span(NamedTuple):
    """A day, or the month that begins with it."""

    first: date
    is_month: bool


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return month_of(month_of(day) + _LONGEST_MONTH) - _DAY


def spans(first: date, last: date, *, apart: Iterable[date] = ()) -> list[Span]:
    """What days come to, from the first to the last: whole months, and days where a month lies in
    them in part or one of the days `apart` is in it, so that what lies before that day and what
    does not can be told apart."""
    in_part = {month_of(it) for it in (first, last + _DAY, *apart)}
    found: list[Span] = []
    day = first
    while day <= last:
        is_month = month_of(day) not in in_part
        found.append(Span(day, is_month))
        day = (month_end(day) if is_month else day) + _DAY
    return found
