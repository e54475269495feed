"""When somebody is left in peace.

The clock on the wall leaps in spring and goes back in autumn. Peace begins with the first instant
at which it shows the beginning, and ends with the last at which it comes to show the end: an hour
that comes twice disturbs nobody twice. What a leap skips happens at the leap.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from loyalnest.consents.values import QuietHours

_A_DAY = timedelta(days=1)
_A_SECOND = timedelta(seconds=1)


def quiet_until(hours: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The instant at which peace ends that reigns now; None where none does."""
    return _quiet_until(hours.starts, hours.ends, zone, now)


# A batch is judged at one instant, and nearly everybody in it by the clock of the house.
@lru_cache(maxsize=1024)
def _quiet_until(starts: time, ends: time, zone: ZoneInfo, now: datetime) -> datetime | None:
    if starts == ends:
        return None
    today = now.astimezone(zone).date()
    for day in (today - _A_DAY, today):
        ends_on = day if starts < ends else day + _A_DAY
        begins_at = _shown(day, starts, zone, last=False)
        ends_at = _shown(ends_on, ends, zone, last=True)
        if begins_at <= now < ends_at:
            return ends_at
    return None


def _shown(day: date, at: time, zone: ZoneInfo, *, last: bool) -> datetime:
    """When the clock on the wall shows a time, the first or the last time it does that day."""
    local = datetime.combine(day, at, zone)
    early, late = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return late if last else early
    return _leap(late, early, zone)


def _leap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between these at which the clock leaps."""
    later = after.astimezone(zone).utcoffset()
    while after - before > _A_SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == later:
            after = middle
        else:
            before = middle
    return after
