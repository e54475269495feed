"""When somebody is left in peace, also on the nights when clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalnest.consents import QuietHours, quiet_until

BERLIN, NEW_YORK, LORD_HOWE = map(
    ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
)
NIGHT = QuietHours(starts=time(21), ends=time(8))
SIESTA = QuietHours(starts=time(13), ends=time(15, 30))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (NIGHT, "2026-11-20T20:59:59+01:00", None),
        (NIGHT, "2026-11-20T21:00+01:00", "2026-11-21T08:00+01:00"),
        (NIGHT, "2026-11-21T02:00+01:00", "2026-11-21T08:00+01:00"),
        (NIGHT, "2026-11-21T07:59:59+01:00", "2026-11-21T08:00+01:00"),
        (NIGHT, "2026-11-21T08:00+01:00", None),
        (SIESTA, "2026-11-20T13:00+01:00", "2026-11-20T15:30+01:00"),
        (SIESTA, "2026-11-20T15:30+01:00", None),
        (SIESTA, "2026-11-20T03:00+01:00", None),
        (QuietHours(starts=time(9), ends=time(9)), "2026-11-20T09:00+01:00", None),
        # A night of seven hours, and one of nine.
        (NIGHT, "2026-03-28T23:00+01:00", "2026-03-29T08:00+02:00"),
        (NIGHT, "2026-10-24T23:00+02:00", "2026-10-25T08:00+01:00"),
    ],
)
def test_peace_reigns_by_the_clock_on_the_wall(hours: QuietHours, now: str, until: str | None):
    assert quiet_until(hours, BERLIN, at(now)) == (until and at(until))


def test_an_end_that_the_clock_leaps_over_is_the_leap():
    hours = QuietHours(starts=time(22), ends=time(2, 30))
    assert quiet_until(hours, BERLIN, at("2026-03-28T23:00+01:00")) == at("2026-03-29T03:00+02:00")
    assert quiet_until(hours, BERLIN, at("2026-03-29T03:00+02:00")) is None


def test_a_beginning_that_the_clock_leaps_over_is_the_leap():
    hours = QuietHours(starts=time(2, 30), ends=time(6))
    assert quiet_until(hours, BERLIN, at("2026-03-29T01:59+01:00")) is None
    assert quiet_until(hours, BERLIN, at("2026-03-29T03:00+02:00")) == at("2026-03-29T06:00+02:00")


def test_an_hour_that_comes_twice_disturbs_nobody_in_between():
    hours = QuietHours(starts=time(22), ends=time(2, 30))
    second = at("2026-10-25T02:30+01:00")
    for now in ("2026-10-25T02:10+02:00", "2026-10-25T02:45+02:00", "2026-10-25T02:10+01:00"):
        assert quiet_until(hours, BERLIN, at(now)) == second
    assert quiet_until(hours, BERLIN, second) is None
    begins = QuietHours(starts=time(1, 30), ends=time(7))
    for now in ("2026-11-01T01:30-04:00", "2026-11-01T01:10-05:00"):
        assert quiet_until(begins, NEW_YORK, at(now)) == at("2026-11-01T07:00-05:00")


@settings(max_examples=200, deadline=None)
@given(
    starts=st.times().map(lambda it: it.replace(second=0, microsecond=0, tzinfo=None)),
    ends=st.times().map(lambda it: it.replace(second=0, microsecond=0, tzinfo=None)),
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    zone=st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, ZoneInfo("Asia/Kathmandu")]),
)
def test_peace_always_ends_and_then_it_is_over(
    starts: time, ends: time, minutes: int, zone: ZoneInfo
):
    hours = QuietHours(starts=starts, ends=ends)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    until = quiet_until(hours, zone, now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25, minutes=59)
        shown = until.astimezone(zone).time()
        assert shown >= ends or shown < starts  # at the end, or just beyond where it leapt
        following = quiet_until(hours, zone, until)
        assert following is None or following - until > timedelta(minutes=1)
