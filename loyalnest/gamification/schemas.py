"""What gamification looks like on the wire."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, StringConstraints

from loyalnest.customers import WIRE_PREFIX
from loyalnest.gamification import rules
from loyalnest.gamification.queries import BoardStanding
from loyalnest.gamification.values import (
    Award,
    Badge,
    BoardMeasure,
    Game,
    GameVersion,
    History,
    Rank,
    Rhythm,
    Streak,
)
from loyalnest.kernel.http import ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import Wanted

CUSTOMER_ID = Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])


class GameView(BaseModel):
    """The game from one instant on."""

    version: int = Field(description="0: there is no game yet.")
    effective_from: datetime | None
    created_by: str | None
    game: Game

    @classmethod
    def of(cls, version: GameVersion | None) -> "GameView":
        """The version as the API shows it."""
        if version is None:
            return cls(version=0, effective_from=None, created_by=None, game=Game(enabled=False))
        return cls(
            version=version.version,
            effective_from=version.effective_from,
            created_by=version.created_by,
            game=version.game,
        )


class GameChange(BaseModel):
    """The game as it should be from now on."""

    game: Game
    version: ReadVersion = None


class Phase(StrEnum):
    """Where a badge is in its life."""

    OPEN = "open"
    SCHEDULED = "scheduled"
    ENDED = "ended"
    BY_HAND = "by_hand"
    ARCHIVED = "archived"

    @classmethod
    def of(cls, badge: Badge, now: datetime) -> "Phase":
        """The phase at an instant."""
        if badge.archived:
            return cls.ARCHIVED
        if badge.goal is None:
            return cls.BY_HAND
        if badge.goal.starts_at and now < badge.goal.starts_at:
            return cls.SCHEDULED
        if badge.goal.ends_at and now >= badge.goal.ends_at:
            return cls.ENDED
        return cls.OPEN


class BadgeView(BaseModel):
    """A badge and how many hold it."""

    badge: Badge
    phase: Phase
    customers: int = Field(description="Customers who hold it.")

    @classmethod
    def of(cls, badge: Badge, customers: int, now: datetime) -> "BadgeView":
        """The badge as the API shows it."""
        return cls(badge=badge, phase=Phase.of(badge, now), customers=customers)


class BadgeReport(BadgeView):
    """A badge, how many hold it, and how many are on their way in its time."""

    taking_part: int | None = Field(
        description="Customers with an order that counts in a challenge's time; null for a badge "
        "that has none."
    )


class AwardView(BaseModel):
    """A badge that somebody holds."""

    customer_id: str = CUSTOMER_ID
    badge: str
    awarded_at: datetime
    reached_at: datetime | None = Field(
        description="When the deed was done that earned it; null for one given by hand alone."
    )
    given_by: str | None
    reason: str | None

    @classmethod
    def of(cls, award: Award) -> "AwardView":
        """The award as the API shows it."""
        return cls(
            customer_id=to_wire(WIRE_PREFIX, award.customer_id),
            badge=award.badge,
            awarded_at=award.awarded_at,
            reached_at=award.reached_at,
            given_by=award.given_by,
            reason=award.reason,
        )


class Giving(BaseModel):
    """Why a badge is given by hand."""

    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)
    ] = Field(examples=["Found our tenth typo"])


class ProgressView(BaseModel):
    """How far a customer has come towards a badge."""

    badge: str
    name: str
    phase: Phase
    held: bool
    awarded_at: datetime | None
    progress: Decimal | None = Field(description="Null: it is given by hand alone.")
    target: Decimal | None
    starts_at: datetime | None
    ends_at: datetime | None


class StreakView(BaseModel):
    """For how many weeks or months in a row a customer has bought."""

    rhythm: Rhythm
    current: int
    longest: int
    alive_until: datetime | None = Field(
        description="Until when the next order must come for the streak to go on."
    )

    @classmethod
    def of(cls, streak: Streak, rhythm: Rhythm) -> "StreakView":
        """The streak as the API shows it."""
        return cls(
            rhythm=rhythm,
            current=streak.current,
            longest=streak.longest,
            alive_until=streak.alive_until,
        )


class BoardStandingView(BaseModel):
    """Where a customer is on the leaderboard that runs."""

    pseudonym: str
    score: int
    rank: int | None = Field(description="Null: nothing scored yet.")


class PlayerView(BaseModel):
    """A customer's badges, streak and place on the leaderboard."""

    customer_id: str = CUSTOMER_ID
    badges: list[ProgressView]
    streak: StreakView
    leaderboard: BoardStandingView | None = Field(description="Null: not on it.")

    @classmethod
    def of(
        cls,
        customer_id: str,
        game: Game,
        held: Mapping[str, Award],
        history: History,
        standing: BoardStanding | None,
        *,
        wanted: Wanted,
        zone: ZoneInfo,
        now: datetime,
    ) -> "PlayerView":
        """All of it as the API shows it. Archived badges are shown to those who hold them."""
        streak = rules.streak_of(history, game.streak, zone, now)
        board = BoardStandingView(**standing._asdict()) if standing else None
        return cls(
            customer_id=customer_id,
            badges=[
                _progress(badge, held.get(badge.key), history, wanted, zone, now)
                for badge in game.badges
                if badge.key in held or not badge.archived
            ],
            streak=StreakView.of(streak, game.streak),
            leaderboard=board,
        )


class RankView(BaseModel):
    """One line of the leaderboard."""

    rank: int = Field(description="Whoever is level shares one.")
    pseudonym: str
    score: int
    customer_id: str = Field(
        description="For the merchant's eyes: show customers the pseudonym alone.",
        examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"],
    )

    @classmethod
    def of(cls, it: Rank) -> "RankView":
        """The line as the API shows it."""
        return cls(
            rank=it.rank,
            pseudonym=it.pseudonym,
            score=it.score,
            customer_id=to_wire(WIRE_PREFIX, it.customer_id),
        )


class LeaderboardView(BaseModel):
    """The first of those who asked to be on the leaderboard."""

    measure: BoardMeasure
    since: datetime | None = Field(description="From when on it counts; null: from the beginning.")
    items: list[RankView]


class Which(StrEnum):
    """Which leaderboard."""

    CURRENT = "current"
    PREVIOUS = "previous"


class Joining(BaseModel):
    """How to be on the leaderboard."""

    another_name: bool = Field(default=False, description="Give up the name so far for another.")


class JoinedView(BaseModel):
    """The name that a customer appears under."""

    pseudonym: str = Field(examples=["Amber Otter 4821"])


def _progress(
    badge: Badge,
    award: Award | None,
    history: History,
    wanted: Wanted,
    zone: ZoneInfo,
    now: datetime,
) -> ProgressView:
    goal = badge.goal
    return ProgressView(
        badge=badge.key,
        name=wanted.said_in(badge.names, badge.name),
        phase=Phase.of(badge, now),
        held=award is not None,
        awarded_at=award.awarded_at if award else None,
        progress=rules.progress(goal, history, zone) if goal else None,
        target=goal.target if goal else None,
        starts_at=goal.starts_at if goal else None,
        ends_at=goal.ends_at if goal else None,
    )
