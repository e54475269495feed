"""When points lapse: a unit's policy, and the dates that follow from it.

Days, months and years are the merchant's own: a date ends at midnight in the merchant's time zone,
and points can be spent until the end of their last day.
"""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec


class ExpiryKind(StrEnum):
    """How a unit's points come to lapse."""

    NEVER = "never"
    DAYS = "days"
    """Each lot by itself, that many days after its points could first be spent."""
    MONTH_END = "month_end"
    """Like DAYS (often 0), then at the end of the month reached."""
    YEAR_END = "year_end"
    """Like DAYS (often 0), then at the end of the year reached."""
    INACTIVITY = "inactivity"
    """The whole balance, that many days after the last earning, gift, spending or release."""


class Pause(msgspec.Struct, frozen=True):
    """A time in which nothing lapses."""

    since: datetime
    until: datetime

    @property
    def days(self) -> timedelta:
        """How long dates are put off for it: whole days, so that nobody loses an hour by it."""
        return timedelta(days=-((self.since - self.until) // timedelta(days=1)))


class Expiry(msgspec.Struct, frozen=True):
    """A unit's expiry policy.

    A lot's date is fixed when its points become spendable; a later policy changes the dates of
    lots that exist already only where it is asked to.
    """

    kind: ExpiryKind = ExpiryKind.NEVER
    days: int = 0
    grace_days: int = 0
    """How long points live that are put back into a lot that has lapsed meanwhile."""
    since: datetime | None = None
    """When it was put in force: inactivity is counted from then at the earliest."""
    paused_at: datetime | None = None
    """Since when nothing lapses; None while it does."""
    pauses: tuple[Pause, ...] = ()
    """Those that have ended, oldest first."""

    def waits(self, due_at: datetime) -> bool:
        """Whether what is due at an instant doesn't lapse, because of a pause that goes on."""
        return self.paused_at is not None and due_at > self.paused_at

    @property
    def by_lot(self) -> bool:
        return self.kind in (ExpiryKind.DAYS, ExpiryKind.MONTH_END, ExpiryKind.YEAR_END)


NEVER = Expiry()


def lapses_at(expiry: Expiry, spendable_from: datetime, time_zone: str) -> datetime | None:
    """The instant at which a lot lapses that can be spent from an instant on; None for never."""
    if not expiry.by_lot:
        return None
    day = spendable_from.astimezone(ZoneInfo(time_zone)).date()
    return lapses_after(expiry, day, time_zone)


def lapses_after(expiry: Expiry, spendable_on: date, time_zone: str) -> datetime:
    """The same for the day of the merchant on which a lot could first be spent."""
    last = spendable_on + timedelta(days=expiry.days)
    if expiry.kind is ExpiryKind.MONTH_END:
        last = _first_of_next_month(last) - timedelta(days=1)
    elif expiry.kind is ExpiryKind.YEAR_END:
        last = date(last.year, 12, 31)
    zone = ZoneInfo(time_zone)
    for pause in expiry.pauses:
        if spendable_on <= pause.until.astimezone(zone).date() and pause.since < _end_of(
            last, zone
        ):
            last += pause.days
    return _end_of(last, zone)


def put_off(lapses_at: datetime, pause: Pause, time_zone: str) -> datetime:
    """When what lapsed at an instant lapses instead, for a pause that it met."""
    zone = ZoneInfo(time_zone)
    last = (lapses_at - timedelta(microseconds=1)).astimezone(zone).date()
    return _end_of(last + pause.days, zone)


def inactive_at(expiry: Expiry, last_active_at: datetime, time_zone: str) -> datetime | None:
    """The instant at which a balance lapses for want of activity; None where that never is."""
    if expiry.kind is not ExpiryKind.INACTIVITY:
        return None
    zone = ZoneInfo(time_zone)
    counted_from = max(last_active_at, expiry.since or last_active_at)
    return _end_of(counted_from.astimezone(zone).date() + timedelta(days=expiry.days), zone)


def grace_until(
    expiry: Expiry, put_back_at: datetime, time_zone: str, *, old: datetime
) -> datetime:
    """When points lapse that were put back into a lot that had lapsed at its old date."""
    if expiry.grace_days == 0:
        return old
    zone = ZoneInfo(time_zone)
    return _end_of(put_back_at.astimezone(zone).date() + timedelta(days=expiry.grace_days), zone)


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def _first_of_next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
