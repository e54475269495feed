"""What is one visit, and when somebody is late by their own rhythm."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalnest.stamps.visits import Rhythm, Standing, Visit, VisitId, rules
from loyalnest.stamps.visits.values import Days, Given, Place, Stay

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = NOON.date()
LONDON = ZoneInfo("Europe/London")
USUAL = Decimal(30)
PLACE = Place(uuid4(), uuid4(), uuid4())


def at(minutes: int, purchase: str | None = None) -> Given:
    return Given(NOON + timedelta(minutes=minutes), Decimal(purchase) if purchase else None)


def stay(begin: int, end: int, stampings: int = 1, amount: str | None = None) -> Stay:
    money = Decimal(amount) if amount else None
    minute = timedelta(minutes=1)
    return Stay(NOON + begin * minute, NOON + end * minute, stampings, money)


def visit(begin: int, end: int) -> Visit:
    return Visit(VisitId(uuid4()), PLACE, stay(begin, end), None, NOON)


def every(days: int, times: int) -> list[date]:
    return [TODAY - timedelta(days=days * n) for n in range(times)]


def test_stampings_within_an_hour_of_each_other_are_one_visit() -> None:
    found = rules.stays([at(0), at(50), at(110), at(171)])
    assert found == [stay(0, 110, 3), stay(171, 171)]


def test_amounts_are_optional_and_add_up() -> None:
    assert rules.stays([at(0, "2.50"), at(1), at(2, "1.50")]) == [stay(0, 2, 3, "4.00")]


@given(st.lists(st.integers(0, 2000), max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_stampings_arrive_makes_no_difference(minutes: list[int], it) -> None:  # pyright: ignore[reportUnknownParameterType, reportMissingParameterType]
    shuffled = list(minutes)
    it.shuffle(shuffled)  # pyright: ignore[reportUnknownMemberType]
    assert rules.stays(list(map(at, shuffled))) == rules.stays(list(map(at, minutes)))


def test_a_late_stamping_that_joins_two_visits_leaves_the_first_and_ends_the_second() -> None:
    one, other = visit(0, 0), visit(100, 120)
    settled = rules.settle([other, one], [stay(0, 120, 4)])
    assert settled.changed == ((one, stay(0, 120, 4)),)
    assert (settled.begun, settled.gone) == ((), (other,))


def test_a_visit_whose_middle_is_undone_becomes_two() -> None:
    one = visit(0, 120)
    settled = rules.settle([one], [stay(0, 0), stay(120, 120)])
    assert settled.changed == ((one, stay(0, 0)),)
    assert (settled.begun, settled.gone) == ((stay(120, 120),), ())


def test_a_visit_that_stays_as_it_was_is_left_alone() -> None:
    one = visit(0, 10)
    settled = rules.settle([one], [one.stay])
    assert (settled.begun, settled.changed, settled.gone) == ((), (), ())


@pytest.mark.parametrize(
    ("gap", "times", "allowed"),
    [(7, 9, 14), (7, 4, 14), (30, 9, 60), (14, 5, 28), (1, 9, 7), (300, 3, 365)],
    ids=["weekly", "weekly by now", "monthly", "fortnightly", "daily", "yearly"],
)
def test_a_regular_guest_is_late_after_twice_their_gap(gap: int, times: int, allowed: int) -> None:
    assert rules.tempo(every(gap, times), USUAL).allowed_days == allowed


def test_the_usual_gap_speaks_for_a_newcomer_until_two_of_their_own_do() -> None:
    gaps = [rules.tempo(every(7, times), USUAL).gap_days for times in (1, 2, 3, 4)]
    assert gaps == [30, Decimal("18.5"), 7, 7]


def test_one_holiday_does_not_make_a_weekly_guest_a_rare_one() -> None:
    days = [TODAY, *(TODAY - timedelta(days=40 + 7 * n) for n in range(8))]
    assert rules.tempo(days, USUAL).allowed_days == 14


def test_whoever_comes_irregularly_is_given_what_is_ordinary_for_them() -> None:
    gaps = [1, 14, 2, 20, 1, 16, 2, 1]
    days = [TODAY - timedelta(days=sum(gaps[:n])) for n in range(9)]
    assert rules.tempo(days, USUAL).gap_days == 2
    assert rules.tempo(days, USUAL).allowed_days > 20


def test_a_new_rhythm_is_learned_within_five_gaps() -> None:
    weekly = every(7, 6)
    monthly = [weekly[-1] - timedelta(days=30 * n) for n in range(1, 10)]
    assert rules.tempo([*weekly, *monthly], USUAL).gap_days == 7


def came(last: date) -> Days:
    return Days(1, NOON, NOON, (last,))


def test_a_weekly_guest_is_late_once_the_fourteenth_day_is_over() -> None:
    late_at, lost_at = rules.lateness(came(date(2026, 11, 6)), 14, LONDON)
    assert late_at == datetime(2026, 11, 21, tzinfo=LONDON)
    assert lost_at == datetime(2027, 1, 2, tzinfo=LONDON)


def test_days_are_whole_whatever_the_clocks_do_meanwhile() -> None:
    late_at, _ = rules.lateness(came(date(2026, 10, 20)), 14, LONDON)
    assert late_at.astimezone(UTC) == datetime(2026, 11, 4, tzinfo=UTC)
    before, _ = rules.lateness(came(date(2026, 3, 20)), 14, LONDON)
    assert before.astimezone(UTC) == datetime(2026, 4, 3, 23, tzinfo=UTC)


def test_nobody_is_at_risk_for_ever() -> None:
    late_at, lost_at = rules.lateness(came(TODAY), 14, LONDON)
    rhythm = Rhythm(uuid4(), 1, NOON, NOON, None, Decimal(7), late_at, lost_at)
    second = timedelta(seconds=1)
    told = [rhythm.standing(it) for it in (late_at - second, late_at, lost_at - second, lost_at)]
    assert told == [Standing.REGULAR, Standing.AT_RISK, Standing.AT_RISK, Standing.LOST]
    yearly = rules.lateness(came(TODAY), 365, LONDON)
    assert yearly[1] - yearly[0] == timedelta(days=365)
