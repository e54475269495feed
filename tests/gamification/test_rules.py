"""Goals, awards, streaks and leaderboards, without a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from loyalnest.gamification import pseudonyms, rules
from loyalnest.gamification.values import (
    Award,
    Badge,
    Board,
    BoardMeasure,
    Deed,
    Game,
    GameVersion,
    Goal,
    History,
    Measure,
    Person,
    Rhythm,
    Span,
)

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MERCHANT, ADA, BEA = UUID(int=1), UUID(int=2), UUID(int=3)
PERSON = Person(MERCHANT, ADA, frozenset({ADA}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def bought(*days: str, spend: str = "10") -> History:
    return History(orders=[(at(day), Decimal(spend)) for day in days])


def goal(target: int | str, measure: Measure = Measure.ORDERS, **more: datetime) -> Goal:
    return Goal(measure=measure, target=Decimal(target), **more)


def version(badge: Badge, since: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> GameVersion:
    return GameVersion(MERCHANT, 4, since, Game(badges=(badge,)), {badge.key: since}, "test")


def held(by: Goal | None, *, hand: str | None = None) -> Award:
    reached = NOW if by else None
    return Award(MERCHANT, ADA, "regular", by, reached, hand, hand and "kind", 1, NOW)


def judged(
    badge: Badge, history: History, own: Award | None = None, brought: Award | None = None
) -> list[rules.Verdict]:
    return rules.judge(
        version(badge),
        PERSON,
        {"regular": own} if own else {},
        [brought] if brought else [],
        history,
        zone=LONDON,
        now=NOW,
    )


def regular(target: int = 2, **more: object) -> Badge:
    return Badge.model_validate(
        {"key": "regular", "name": "Regular", "goal": goal(target), "points": 50, **more}
    )


def test_a_goal_is_reached_by_the_deed_that_makes_the_number_full() -> None:
    history = bought("2026-11-01", "2026-11-03", "2026-11-09")
    assert rules.reached_at(goal(2), history, LONDON) == at("2026-11-03")
    assert rules.reached_at(goal(4), history, LONDON) is None
    assert rules.progress(goal(4), history, LONDON) == 3


def test_spend_counts_to_the_penny() -> None:
    history = bought("2026-11-01", "2026-11-02", spend="49.995")
    assert rules.reached_at(goal("99.99", Measure.SPEND), history, LONDON) == at("2026-11-02")
    assert rules.reached_at(goal("99.991", Measure.SPEND), history, LONDON) is None


def test_points_that_were_lost_again_do_not_bear_a_goal() -> None:
    lost: list[Deed] = [(at("2026-11-01"), Decimal(100)), (at("2026-11-02"), Decimal(-30))]
    history = History(points=lost)
    assert rules.reached_at(goal(100, Measure.POINTS), history, LONDON) is None
    assert rules.progress(goal(100, Measure.POINTS), history, LONDON) == 70


def test_nothing_done_is_no_progress_rather_than_less() -> None:
    assert rules.progress(goal(5), History(), LONDON) == 0
    owing = History(points=[(at("2026-11-01"), Decimal(-5))])
    assert rules.progress(goal(5, Measure.POINTS), owing, LONDON) == 0


def test_a_challenge_counts_from_its_first_instant_to_just_before_its_last() -> None:
    challenge = goal(1, starts_at=at("2026-11-02"), ends_at=at("2026-11-03"))
    for day, counts in (
        ("2026-11-01T23:59:59", False),
        ("2026-11-02", True),
        ("2026-11-02T23:59:59", True),
        ("2026-11-03", False),
    ):
        assert bool(rules.reached_at(challenge, bought(day), LONDON)) is counts


def test_months_in_a_row_run_over_the_turn_of_the_year() -> None:
    history = bought("2025-11-30", "2025-12-01", "2025-12-31", "2026-01-15")
    assert rules.progress(goal(3, Measure.MONTHS_IN_A_ROW), history, LONDON) == 3


def test_a_month_begins_at_the_merchants_midnight_and_not_at_utcs() -> None:
    summer = bought("2026-06-30T22:59:59", "2026-06-30T23:00:00")
    assert rules.progress(goal(2, Measure.MONTHS_IN_A_ROW), summer, LONDON) == 2
    winter = bought("2026-11-30T22:59:59", "2026-11-30T23:00:00")
    assert rules.progress(goal(2, Measure.MONTHS_IN_A_ROW), winter, LONDON) == 1


def test_weeks_begin_on_monday() -> None:
    history = bought("2026-11-15T12:00:00", "2026-11-16T12:00:00")  # a Sunday and a Monday
    assert rules.progress(goal(2, Measure.WEEKS_IN_A_ROW), history, LONDON) == 2


def test_a_streak_lives_until_a_whole_week_has_gone_by() -> None:
    history = bought("2026-11-02T12:00:00", "2026-11-09T12:00:00")
    ends = at("2026-11-23")
    alive = rules.streak_of(history, Rhythm.WEEK, LONDON, ends - timedelta(seconds=1))
    assert (alive.current, alive.longest, alive.alive_until) == (2, 2, ends)
    over = rules.streak_of(history, Rhythm.WEEK, LONDON, ends)
    assert (over.current, over.longest, over.alive_until) == (0, 2, None)


def test_a_streak_of_months_ends_with_the_merchants_month_in_summer_time() -> None:
    streak = rules.streak_of(bought("2026-05-10"), Rhythm.MONTH, LONDON, at("2026-06-30T22:59:59"))
    assert (streak.current, streak.alive_until) == (1, at("2026-06-30T23:00:00"))


def test_reaching_the_goal_is_an_award_that_pays() -> None:
    (it,) = judged(regular(), bought("2026-11-01", "2026-11-02"))
    assert it.before is None
    assert it.after is not None
    assert it.after.reached_at == at("2026-11-02")
    assert it.pays


def test_what_was_reached_before_the_badge_was_made_pays_nothing() -> None:
    (it,) = judged(regular(), bought("2025-11-01", "2025-11-02"))
    assert it.after is not None
    assert not it.pays


def test_a_harder_goal_takes_nothing_away_until_the_old_one_is_undone_too() -> None:
    harder, award = regular(5), held(goal(2))
    assert judged(harder, bought("2026-11-01", "2026-11-02"), award) == []
    (it,) = judged(harder, bought("2026-11-01"), award)
    assert it.after is None


def test_an_easier_goal_of_today_keeps_what_the_old_one_does_not_bear() -> None:
    assert judged(regular(1), bought("2026-11-01"), held(goal(2))) == []


def test_an_archived_badge_is_earned_no_more_and_kept_by_who_holds_it() -> None:
    archived = regular(archived=True)
    history = bought("2026-11-01", "2026-11-02")
    assert judged(archived, history) == []
    assert judged(archived, history, held(goal(2))) == []


def test_a_badge_given_by_hand_survives_the_refund_of_what_earned_it() -> None:
    (it,) = judged(regular(), bought("2026-11-01"), held(goal(2), hand="staff:1"))
    assert it.after is not None
    assert (it.after.goal, it.after.given_by) == (None, "staff:1")


def test_what_a_merged_customer_had_earned_is_the_others() -> None:
    brought = Award(MERCHANT, BEA, "regular", goal(1), NOW, None, None, 1, NOW)
    (it,) = judged(regular(5), bought("2026-11-01"), brought=brought)
    assert it.after is not None
    assert (it.after.customer_id, it.after.goal) == (ADA, goal(1))


def test_a_goal_that_changed_asks_anew_and_one_that_did_not_asks_as_before() -> None:
    before = version(regular(), since=at("2026-02-01"))
    same = Game(badges=(regular(name="Old friend"),))
    assert rules.asked_since(same, before, NOW) == {"regular": at("2026-02-01")}
    for changed in (regular(3), regular(points=70)):
        assert rules.asked_since(Game(badges=(changed,)), before, NOW) == {"regular": NOW}


def test_a_leaderboard_of_the_month_begins_at_the_merchants_midnight() -> None:
    board = Board(span=Span.MONTH)
    name, since = rules.board_at(board, at("2026-06-30T23:30:00"), LONDON)
    assert (name, since) == ("points:month:2026-07-01", at("2026-06-30T23:00:00"))
    previous = rules.board_before(board, at("2026-06-30T23:30:00"), LONDON)
    assert previous == ("points:month:2026-06-01", at("2026-05-31T23:00:00"))


@pytest.mark.parametrize(
    ("span", "name"),
    [
        (Span.WEEK, "orders:week:2026-11-16"),
        (Span.YEAR, "orders:year:2026-01-01"),
        (Span.ALL_TIME, "orders:all_time"),
    ],
)
def test_a_leaderboard_is_named_by_what_it_counts_and_from_when(span: Span, name: str) -> None:
    board = Board(measure=BoardMeasure.ORDERS, span=span)
    assert rules.board_at(board, NOW, LONDON)[0] == name


def test_a_leaderboard_counts_what_falls_into_its_span() -> None:
    history = bought("2026-10-31", "2026-11-01", "2026-11-02")
    orders = Board(measure=BoardMeasure.ORDERS)
    assert rules.score(orders, at("2026-11-01"), history) == 2
    assert rules.score(orders, None, history) == 3


@pytest.mark.parametrize(
    "badge",
    [
        {"goal": {"measure": "orders", "target": "1.5"}},
        {"goal": {"measure": "orders", "target": "0"}},
        {"goal": {"measure": "likes", "target": "1"}},
        {"points": 5},
        {"key": "Not A Key"},
        {
            "goal": {
                "measure": "orders",
                "target": "1",
                "starts_at": "2026-11-02T00:00:00Z",
                "ends_at": "2026-11-02T00:00:00Z",
            }
        },
    ],
)
def test_a_badge_that_means_nothing_is_refused(badge: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Badge.model_validate({"key": "odd", "name": "Odd", **badge})


def test_two_badges_with_one_key_are_refused() -> None:
    with pytest.raises(ValidationError):
        Game(badges=(regular(), regular()))


def test_names_are_made_from_our_words_alone() -> None:
    for name in pseudonyms.some(200):
        colour, animal, number = name.split(" ")
        assert colour.isalpha()
        assert animal.isalpha()
        assert 0 <= int(number) < 10_000


DEEDS = st.lists(
    st.tuples(
        st.integers(0, 3 * 365 * 24).map(lambda hours: at("2024-01-01") + timedelta(hours=hours)),
        st.decimals(1, 1000, places=2),
    ),
    max_size=30,
).map(lambda deeds: sorted(deeds, key=lambda deed: deed[0]))
GOALS = st.builds(
    Goal,
    measure=st.sampled_from([it for it in Measure if it is not Measure.POINTS]),
    target=st.integers(1, 12).map(Decimal),
)


@given(DEEDS, GOALS)
def test_a_goal_is_reached_exactly_when_the_progress_bears_it(
    deeds: list[Deed], asked: Goal
) -> None:
    history = History(orders=deeds)
    reached = rules.reached_at(asked, history, LONDON)
    assert (reached is not None) == (rules.progress(asked, history, LONDON) >= asked.target)
    if reached is not None:
        until = History(orders=[deed for deed in deeds if deed[0] <= reached])
        before = History(orders=[deed for deed in deeds if deed[0] < reached])
        assert rules.reached_at(asked, until, LONDON) == reached
        assert rules.reached_at(asked, before, LONDON) is None


@given(DEEDS, GOALS, st.data())
def test_losing_a_deed_never_brings_a_goal_nearer(
    deeds: list[Deed], asked: Goal, data: st.DataObject
) -> None:
    whole = rules.progress(asked, History(orders=deeds), LONDON)
    lost = data.draw(st.sets(st.integers(0, 29)))
    left = [deed for number, deed in enumerate(deeds) if number not in lost]
    assert rules.progress(asked, History(orders=left), LONDON) <= whole


@given(DEEDS)
def test_a_streak_is_never_longer_than_the_longest(deeds: list[Deed]) -> None:
    for rhythm, measure in (
        (Rhythm.WEEK, Measure.WEEKS_IN_A_ROW),
        (Rhythm.MONTH, Measure.MONTHS_IN_A_ROW),
    ):
        history = History(orders=deeds)
        streak = rules.streak_of(history, rhythm, LONDON, datetime(2027, 1, 1, tzinfo=UTC))
        assert 0 <= streak.current <= streak.longest
        assert streak.longest == rules.progress(goal(1, measure), history, LONDON)


@given(DEEDS, GOALS)
def test_what_was_judged_once_is_not_judged_otherwise_again(deeds: list[Deed], asked: Goal) -> None:
    badge, history = regular(goal=asked), History(orders=deeds)
    for verdict in judged(badge, history):
        assert judged(badge, history, verdict.after) == []
