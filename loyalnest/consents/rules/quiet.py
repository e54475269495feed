"""When somebody is left in peace.

The clock on the wall leaps in spring and goes back in autumn. Peace begins with the first instant
at which it shows the beginning, and ends with the last at which it comes to show the end: an hour
that comes twice disturbs nobody twice. What a leap skips happens at the leap.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from loyalnest.consents.values import QuietHours

_A_DAY = timedelta(days=1)
_A_SECOND = timedelta(seconds=1)


def quiet_until(hours: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The instant at which peace ends that reigns now; None where none does."""
    if hours.starts == hours.ends:
        return None
    today = now.astimezone(zone).date()
    for day in (today - _A_DAY, today):
        ends_on = day if hours.starts < hours.ends else day + _A_DAY
        starts = _shown(day, hours.starts, zone, last=False)
        ends = _shown(ends_on, hours.ends, zone, last=True)
        if starts <= now < ends:
            return ends
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
