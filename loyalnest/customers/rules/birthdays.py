"""When somebody has their birthday."""

from datetime import date


def is_birthday(born: date, day: date) -> bool:
    """Whether somebody has their birthday; who was born on a leap day has it on 28 February."""
    if (born.month, born.day) == (2, 29) and not _leaps(day.year):
        return (day.month, day.day) == (2, 28)
    return (born.month, born.day) == (day.month, day.day)


def _leaps(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
