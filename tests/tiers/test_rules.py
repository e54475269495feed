"""Where somebody stands, by the rules alone."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from loyalnest.kernel.ids import new_id
from loyalnest.tiers import Basis, Cause, Ladder, Place, Tier, Window, rules
from loyalnest.tiers.values import Progress

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SILVER = Tier(key="silver", name="Silver", threshold=Decimal(100))
GOLD = Tier(key="gold", name="Gold", threshold=Decimal(500), multiplier=Decimal("1.5"))
LADDER = Ladder(tiers=(SILVER, GOLD), window=Window.ROLLING_12_MONTHS, grace_days=30)


def place(tier: str | None = None, **more: object) -> Place:
    about: dict[str, object] = {
        "merchant_id": new_id(),
        "customer_id": new_id(),
        "tier": tier,
        "since": NOW - timedelta(days=100),
        "progress": Decimal(0),
        "qualified_at": NOW - timedelta(days=100),
        "kept_until": None,
        "override": None,
        "ladder_version": 1,
    }
    return Place(**(about | more))  # pyright: ignore[reportArgumentType]


def judged(before: Place, now: int, then: int | None = None, *, at: datetime = NOW):
    progress = Progress(Decimal(now), Decimal(now if then is None else then))
    return rules.judge(LADDER, 1, before, progress, at)


def test_enough_lifts_by_as_many_tiers_as_it_reaches() -> None:
    after, cause = judged(place(), 500)
    assert (after.tier, cause) == ("gold", Cause.EARNED)
    assert [tier.key for tier in rules.passed(LADDER, None, after.tier)] == ["silver", "gold"]


def test_what_was_refunded_takes_the_tier_at_once() -> None:
    after, cause = judged(place("gold"), 120, 120)
    assert (after.tier, cause) == ("silver", Cause.REFUNDED)


def test_what_time_took_is_kept_for_the_days_of_grace() -> None:
    after, cause = judged(place("gold"), 120, 600)
    assert (after.tier, cause) == ("gold", None)
    assert after.kept_until == NOW + timedelta(days=30)
    later, cause = judged(after, 120, 600, at=NOW + timedelta(days=29, hours=23))
    assert (later.tier, cause) == ("gold", None)
    gone, cause = judged(after, 120, 600, at=NOW + timedelta(days=30))
    assert (gone.tier, cause, gone.kept_until) == ("silver", Cause.LAPSED, None)


def test_buying_again_within_the_grace_keeps_the_tier() -> None:
    in_grace, _ = judged(place("gold"), 120, 600)
    after, cause = judged(in_grace, 510, 900)
    assert (after.tier, cause, after.kept_until) == ("gold", None, None)


def test_a_tier_that_left_the_ladder_is_none() -> None:
    after, cause = judged(place("diamond"), 120)
    assert (after.tier, cause) == ("silver", Cause.EARNED)


def test_a_changed_ladder_moves_people_at_once_and_says_so() -> None:
    after, cause = rules.judge(LADDER, 2, place("gold"), Progress(Decimal(120), Decimal(120)), NOW)
    assert (after.tier, cause) == ("silver", Cause.LADDER_CHANGED)


@pytest.mark.parametrize(
    ("window", "at", "start"),
    [
        (Window.CALENDAR_YEAR, "2026-12-31T23:30:00+00:00", "2026-01-01T00:00:00+00:00"),
        (Window.ROLLING_12_MONTHS, "2028-02-29T12:00:00+00:00", "2027-03-01T00:00:00+00:00"),
        (Window.ROLLING_12_MONTHS, "2027-02-28T12:00:00+00:00", "2026-02-28T00:00:00+00:00"),
        (Window.ROLLING_12_MONTHS, "2026-07-01T00:30:00+01:00", "2025-06-30T23:00:00+00:00"),
    ],
)
def test_a_window_begins_by_the_merchants_calendar(window: Window, at: str, start: str) -> None:
    zone = ZoneInfo("Europe/London")
    found = rules.window_start(window, datetime.fromisoformat(at), zone)
    assert found == datetime.fromisoformat(start)


def test_the_year_begins_where_the_merchant_is() -> None:
    sydney = ZoneInfo("Australia/Sydney")
    new_year_there = datetime(2026, 12, 31, 13, 30, tzinfo=UTC)
    found = rules.window_start(Window.CALENDAR_YEAR, new_year_there, sydney)
    assert found == datetime(2026, 12, 31, 13, 0, tzinfo=UTC)


def test_a_ladder_climbs_and_its_keys_differ() -> None:
    for tiers in (
        (GOLD, SILVER),
        (SILVER, SILVER),
        (SILVER, SILVER.model_copy(update={"key": "x"})),
    ):
        with pytest.raises(ValidationError):
            Ladder(basis=Basis.SPEND, tiers=tiers)


def test_the_next_tier_says_what_is_missing() -> None:
    assert rules.next_tier(LADDER, Decimal(120)) == (GOLD, Decimal(380))
    assert rules.next_tier(LADDER, Decimal(500)) is None


LONDON = ZoneInfo("Europe/London")
TODAY = NOW.date()


def risk(
    before: Place, now: int, leaving: dict[date, int], *, days: int = 30, **changes: object
) -> tuple[date, Decimal] | None:
    ladder = LADDER.model_copy(update={"grace_days": 0, **changes})
    return rules.risk_of(
        ladder,
        before,
        Decimal(now),
        {on: Decimal(it) for on, it in leaving.items()},
        today=TODAY,
        until=TODAY + timedelta(days=days),
        zone=LONDON,
    )


def test_a_tier_is_at_risk_from_the_day_on_which_too_little_counts_any_longer() -> None:
    leaving = {date(2025, 11, 25): 50, date(2025, 12, 5): 450, date(2025, 12, 6): 30}
    # 550 are left of 600 until 5 December, then 100 of the 500 that gold takes.
    assert risk(place("gold"), 600, leaving) == (date(2026, 12, 5), Decimal(400))
    assert risk(place("gold"), 600, leaving, days=14) is None
    assert risk(place("gold"), 1100, leaving) is None


def test_days_of_grace_put_off_the_end_and_count_what_falls_out_meanwhile() -> None:
    leaving = {date(2025, 12, 5): 450, date(2025, 12, 8): 30}
    assert risk(place("gold"), 600, leaving, grace_days=7) == (date(2026, 12, 12), Decimal(380))
    in_grace = place("gold", kept_until=NOW + timedelta(days=3))
    assert risk(in_grace, 120, {}, grace_days=7) == (date(2026, 11, 22), Decimal(380))


def test_a_calendar_year_s_tier_is_at_risk_only_while_buying_helps() -> None:
    year: dict[str, Any] = {"window": Window.CALENDAR_YEAR, "grace_days": 20}
    assert risk(place("gold"), 600, {date(2026, 3, 1): 600}, days=60, **year) is None
    in_grace = place("gold", kept_until=NOW + timedelta(days=10))
    assert risk(in_grace, 120, {}, **year) == (date(2026, 11, 29), Decimal(380))


def test_a_tier_that_left_the_ladder_or_asks_for_nothing_is_not_at_risk() -> None:
    assert risk(place("diamond"), 0, {}) is None
    assert risk(place("gold"), 0, {date(2025, 11, 25): 0}, enabled=False) is None
