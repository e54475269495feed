"""When a goal is reached, who holds what, and what a streak comes to. Pure.

A badge is held exactly while its holder's history bears its goal. That is why refunds and orders
may come in any order, and twice: only what is there in the end decides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from loyalnest.gamification.values import (
    Award,
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
    Streak,
)

ZERO, ONE = Decimal(0), Decimal(1)
_RHYTHMS = {Measure.WEEKS_IN_A_ROW: Rhythm.WEEK, Measure.MONTHS_IN_A_ROW: Rhythm.MONTH}
_MONDAY = 1
"""The ordinal of a Monday, 1 January of the year 1."""


class Verdict(NamedTuple):
    """A badge of one person before and after; at least one of the two is not None."""

    badge: str
    before: Award | None
    after: Award | None
    pays: bool
    """Whether what the badge brings is due: it was reached while it was asked for."""


def reached_at(goal: Goal, history: History, zone: ZoneInfo) -> datetime | None:
    """When the deed was done that reached the goal; None where what is left doesn't bear it."""
    steps = list(_steps(goal, history, zone))
    if not steps or steps[-1][1] < goal.target:
        return None
    return next(at for at, sum_of in steps if sum_of >= goal.target)


def progress(goal: Goal, history: History, zone: ZoneInfo) -> Decimal:
    """How far somebody has come; never less than nothing."""
    return max(ZERO, *(sum_of for _, sum_of in [*_steps(goal, history, zone)][-1:]), ZERO)


def judge(
    version: GameVersion,
    person: Person,
    own: Mapping[str, Award],
    inherited: Iterable[Award],
    history: History,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> list[Verdict]:
    """What changes about the badges that a person has earned.

    A badge stays while either the goal it was earned by or the goal of today is borne, so that a
    change of the game takes nothing away. `inherited` are those of whoever was merged into them.
    """
    verdicts: list[Verdict] = []
    brought = {award.badge: award.goal for award in inherited if award.goal}
    for badge in version.game.badges:
        before = own.get(badge.key)
        earned_by = before.goal if before else None
        goals = [earned_by, brought.get(badge.key), None if badge.archived else badge.goal]
        found = next(
            ((goal, at) for goal in goals if goal and (at := reached_at(goal, history, zone))), None
        )
        if found is None and earned_by is not None and before is not None:
            verdicts.append(Verdict(badge.key, before, _unearned(before), pays=False))
        elif found is not None and earned_by is None:
            goal, at = found
            since = version.asked_since.get(badge.key, version.effective_from)
            after = Award(
                merchant_id=person.merchant_id,
                customer_id=person.customer_id,
                badge=badge.key,
                goal=goal,
                reached_at=at,
                given_by=before.given_by if before else None,
                reason=before.reason if before else None,
                game_version=version.version,
                awarded_at=before.awarded_at if before else now,
            )
            verdicts.append(Verdict(badge.key, before, after, pays=at >= since))
    return verdicts


def streak_of(history: History, rhythm: Rhythm, zone: ZoneInfo, now: datetime) -> Streak:
    """The streak as it stands; it ends once a whole week or month went by without an order."""
    counted = sorted({_period(rhythm, at, zone) for at, _ in history.orders})
    runs = [len(list(run)) for _, run in groupby(enumerate(counted), lambda it: it[1] - it[0])]
    if not runs:
        return Streak(0, 0, None)
    until = _start_of(rhythm, counted[-1] + 2, zone)
    if now >= until:
        return Streak(0, max(runs), None)
    return Streak(runs[-1], max(runs), until)


def board_at(board: Board, now: datetime, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """The name of the leaderboard that runs at an instant, and from when on it counts."""
    today = now.astimezone(zone).date()
    first = {
        Span.WEEK: today - timedelta(days=today.weekday()),
        Span.MONTH: today.replace(day=1),
        Span.YEAR: today.replace(month=1, day=1),
    }.get(board.span)
    name = f"{board.measure}:{board.span}"
    return (f"{name}:{first}", _midnight(first, zone)) if first else (name, None)


def board_before(board: Board, now: datetime, zone: ZoneInfo) -> tuple[str, datetime | None]:
    """The same of the leaderboard that ran before; one that never ends is before itself."""
    start = board_at(board, now, zone)[1]
    return board_at(board, now if start is None else start - timedelta(seconds=1), zone)


def score(board: Board, since: datetime | None, history: History) -> int:
    """What a history comes to on a leaderboard."""
    deeds = history.points if board.measure is BoardMeasure.POINTS else history.orders
    counted = [amount for at, amount in deeds if since is None or at >= since]
    return int(sum(counted)) if board.measure is BoardMeasure.POINTS else len(counted)


def asks_for_points(game: Game) -> bool:
    """Whether anything of the game counts points, which takes a look into the books."""
    goals = [badge.goal for badge in game.badges if badge.goal]
    on_board = game.leaderboard is not None and game.leaderboard.measure is BoardMeasure.POINTS
    return on_board or any(goal.measure is Measure.POINTS for goal in goals)


def asked_since(game: Game, earlier: GameVersion | None, now: datetime) -> dict[str, datetime]:
    """By badge: since when it has asked for what it asks for."""
    known: dict[str, datetime] = {}
    for badge in game.badges:
        before = earlier.game.badge(badge.key) if earlier else None
        if earlier and before and (before.goal, before.points) == (badge.goal, badge.points):
            known[badge.key] = earlier.asked_since[badge.key]
        else:
            known[badge.key] = now
    return known


def _unearned(award: Award) -> Award | None:
    """What is left of an award whose goal is not borne any more: what was given by hand."""
    if award.given_by is None:
        return None
    return Award(
        merchant_id=award.merchant_id,
        customer_id=award.customer_id,
        badge=award.badge,
        goal=None,
        reached_at=None,
        given_by=award.given_by,
        reason=award.reason,
        game_version=award.game_version,
        awarded_at=award.awarded_at,
    )


def _steps(goal: Goal, history: History, zone: ZoneInfo) -> Iterator[Deed]:
    """What the goal's measure came to with every deed."""
    deeds = history.points if goal.measure is Measure.POINTS else history.orders
    counted = [deed for deed in deeds if _within(goal, deed[0])]
    if rhythm := _RHYTHMS.get(goal.measure):
        yield from _runs(counted, rhythm, zone)
        return
    sum_of = ZERO
    for at, amount in counted:
        sum_of += ONE if goal.measure is Measure.ORDERS else amount
        yield at, sum_of


def _runs(deeds: Sequence[Deed], rhythm: Rhythm, zone: ZoneInfo) -> Iterator[Deed]:
    """The longest run so far, in weeks or months, with every deed."""
    last, run, longest = None, 0, 0
    for at, _ in deeds:
        period = _period(rhythm, at, zone)
        if period != last:
            run = run + 1 if last is not None and period == last + 1 else 1
        last, longest = period, max(longest, run)
        yield at, Decimal(longest)


def _within(goal: Goal, at: datetime) -> bool:
    return (goal.starts_at is None or goal.starts_at <= at) and (
        goal.ends_at is None or at < goal.ends_at
    )


def _period(rhythm: Rhythm, at: datetime, zone: ZoneInfo) -> int:
    """The number of a week or month in the merchant's calendar; neighbours differ by one."""
    day = at.astimezone(zone).date()
    if rhythm is Rhythm.WEEK:
        return (day.toordinal() - _MONDAY) // 7
    return day.year * 12 + day.month - 1


def _start_of(rhythm: Rhythm, period: int, zone: ZoneInfo) -> datetime:
    if rhythm is Rhythm.WEEK:
        return _midnight(date.fromordinal(period * 7 + _MONDAY), zone)
    return _midnight(date(period // 12, period % 12 + 1, 1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
