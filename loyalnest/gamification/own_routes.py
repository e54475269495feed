"""REST for customers themselves: badges, the streak, and the leaderboard under made-up names."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from loyalnest import customers, merchants
from loyalnest.gamification import queries, rules, service
from loyalnest.gamification.errors import BoardMissing
from loyalnest.gamification.players import player_of
from loyalnest.gamification.schemas import (
    BoardStandingView,
    JoinedView,
    Joining,
    ProgressView,
    StreakView,
)
from loyalnest.gamification.values import BoardMeasure, Rank
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now

own_router = APIRouter(prefix="/v1/api/me", tags=["Own account"], responses=PROBLEMS)


class OwnPlayView(BaseModel):
    """Your badges, your streak and your place on the leaderboard."""

    badges: list[ProgressView]
    streak: StreakView
    leaderboard: BoardStandingView | None = Field(description="Null: you are not on it.")


class OwnRankView(BaseModel):
    """One line of the leaderboard. Whose it is, nobody is told but by the made-up name."""

    rank: int
    pseudonym: str
    score: int

    @classmethod
    def of(cls, it: Rank) -> "OwnRankView":
        """The line as customers see it."""
        return cls(rank=it.rank, pseudonym=it.pseudonym, score=it.score)


class OwnBoardView(BaseModel):
    """The first of those who asked to be on the leaderboard."""

    measure: BoardMeasure
    items: list[OwnRankView]


@own_router.get("/badges", operation_id="get_own_badges")
async def get_own_badges(
    me: customers.Looking, now: Now, language: customers.Language
) -> OwnPlayView:
    """Your badges and how far the others are, your streak, and your rank."""
    player = await player_of(me.session, me.id, wanted=await me.wants(language), now=now)
    return OwnPlayView(badges=player.badges, streak=player.streak, leaderboard=player.leaderboard)


@own_router.get("/leaderboard", operation_id="get_own_leaderboard")
async def get_own_leaderboard(
    me: customers.Looking, now: Now, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> OwnBoardView:
    """The leaderboard as everybody who has a session may see it."""
    version = await queries.game_of(me.session)
    board = version.game.leaderboard if version else None
    if board is None:
        raise BoardMissing
    merchant = await merchants.get(me.session, merchant_of(me.session))
    name, _ = rules.board_at(board, now, merchant.zone)
    found = await queries.top(me.session, name, limit=limit)
    return OwnBoardView(measure=board.measure, items=list(map(OwnRankView.of, found)))


@own_router.put("/leaderboard", operation_id="join_own_leaderboard")
async def join_own_leaderboard(me: customers.Looking, body: Joining, now: Now) -> JoinedView:
    """Be on the leaderboard, under a name that isn't yours."""
    name = await service.join_board(
        me.session, customer_id=me.id, another_name=body.another_name, now=now
    )
    return JoinedView(pseudonym=name)


@own_router.delete("/leaderboard", operation_id="leave_own_leaderboard", status_code=204)
async def leave_own_leaderboard(me: customers.Looking) -> None:
    """Leave the leaderboard; your name and your scores are forgotten."""
    await service.leave_board(me.session, customer_id=me.id)
