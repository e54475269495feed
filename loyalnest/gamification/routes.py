"""REST: badges and challenges, streaks, and the leaderboard."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants
from loyalnest.gamification import queries, rules, service
from loyalnest.gamification.errors import BadgeUnknown, BoardMissing
from loyalnest.gamification.players import player_of
from loyalnest.gamification.schemas import (
    AwardView,
    BadgeReport,
    BadgeView,
    GameChange,
    GameView,
    Giving,
    JoinedView,
    Joining,
    LeaderboardView,
    Phase,
    PlayerView,
    RankView,
    Which,
)
from loyalnest.gamification.values import Board, Game, GameVersion
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.http import PROBLEMS, Now, Page, Paging, SignedIn, page_of, tenant
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.languages import Wanted

router = APIRouter(prefix="/v1/api", tags=["Gamification"], responses=PROBLEMS)
Reading = Annotated[AsyncSession, tenant("program:read")]
Writing = Annotated[AsyncSession, tenant("program:write")]
Looking = Annotated[AsyncSession, tenant("customers:read")]
Changing = Annotated[AsyncSession, tenant("customers:write")]


@router.get("/gamification", operation_id="get_game")
async def get_game(session: Reading) -> GameView:
    """The badges, the streak and the leaderboard as they are set up."""
    return GameView.of(await queries.game_of(session))


@router.put("/gamification", operation_id="save_game")
async def save_game(body: GameChange, session: Writing, caller: SignedIn, now: Now) -> GameView:
    """Set badges, streak and leaderboard up anew; everybody is judged in the minutes that follow.

    A badge counts what customers did before it was made, too, but brings points only to those who
    reach it from now on. A harder goal takes no badge away from who holds it.
    """
    saved = await service.save(
        session, body.game, read_version=body.version, actor=caller.actor, now=now
    )
    return GameView.of(saved)


@router.get("/gamification/versions", operation_id="list_game_versions")
async def list_game_versions(session: Reading) -> Page[GameView]:
    """Every version of the game, the newest first."""
    return Page(items=[GameView.of(each) for each in await queries.versions_of(session)])


@router.get("/gamification/badges", operation_id="list_badges")
async def list_badges(session: Reading, now: Now) -> Page[BadgeView]:
    """All badges, in the merchant's order, with how many hold each."""
    game = await _game(session)
    holders = await queries.holders(session)
    return Page(
        items=[BadgeView.of(badge, holders.get(badge.key, 0), now) for badge in game.badges]
    )


@router.get("/gamification/badges/{badge}", operation_id="get_badge")
async def get_badge(badge: str, session: Reading, now: Now) -> BadgeReport:
    """A badge, how many hold it, and for a challenge how many have bought in its time."""
    found = (await _game(session)).badge(badge)
    if found is None:
        raise BadgeUnknown
    goal, taking_part = found.goal, None
    if goal is not None and goal.is_challenge:
        program = await merchants.program_of(session, merchant_of(session))
        award_on = program.at(now).settings.award_on.value
        taking_part = await queries.taking_part(session, goal, award_on=award_on)
    return BadgeReport(
        badge=found,
        phase=Phase.of(found, now),
        customers=(await queries.holders(session)).get(badge, 0),
        taking_part=taking_part,
    )


@router.get("/gamification/badges/{badge}/customers", operation_id="list_badge_holders")
async def list_badge_holders(badge: str, session: Looking, paging: Paging) -> Page[AwardView]:
    """Who holds a badge."""
    if (await _game(session)).badge(badge) is None:
        raise BadgeUnknown
    awards = await queries.awards_with(session, badge, after=paging.after_id(), limit=paging.fetch)
    return page_of(awards, paging, show=AwardView.of, key=lambda award: (award.customer_id,))


@router.get("/gamification/leaderboard", operation_id="get_leaderboard")
async def get_leaderboard(
    session: Looking,
    now: Now,
    limit: Annotated[int, Query(ge=1, le=200, description="How many.")] = 50,
    which: Which = Which.CURRENT,
) -> LeaderboardView:
    """The first of those who asked to be on the leaderboard, under the names given to them."""
    merchant = await merchants.get(session, merchant_of(session))
    board = _board(await queries.game_of(session))
    name, since = rules.board_at(board, now, merchant.zone)
    if which is Which.PREVIOUS:
        name, since = rules.board_before(board, now, merchant.zone)
    return LeaderboardView(
        measure=board.measure,
        since=since,
        items=[RankView.of(it) for it in await queries.top(session, name, limit=limit)],
    )


@router.get("/customers/{customer_id}/gamification", operation_id="get_player")
async def get_player(customer_id: str, session: Looking, now: Now) -> PlayerView:
    """A customer's badges and how far the others are, their streak, and their rank."""
    living = await _living(session, customer_id)
    return await player_of(session, living, wanted=Wanted(), now=now)


@router.put("/customers/{customer_id}/badges/{badge}", operation_id="give_badge", status_code=204)
async def give_badge(
    customer_id: str, badge: str, body: Giving, session: Changing, caller: SignedIn, now: Now
) -> None:
    """Give a customer a badge by hand, whatever they have done. It brings no points."""
    await service.give(
        session,
        customer_id=await _living(session, customer_id),
        badge=badge,
        reason=body.reason,
        actor=caller.actor,
        now=now,
    )


@router.delete(
    "/customers/{customer_id}/badges/{badge}", operation_id="take_badge_back", status_code=204
)
async def take_badge_back(
    customer_id: str, badge: str, session: Changing, caller: SignedIn, now: Now
) -> None:
    """Take back a badge that was given by hand. One that was earned as well is kept."""
    living = await _living(session, customer_id)
    await service.take_back(session, customer_id=living, badge=badge, actor=caller.actor, now=now)


@router.put("/customers/{customer_id}/leaderboard", operation_id="join_leaderboard")
async def join_leaderboard(
    customer_id: str, body: Joining, session: Changing, now: Now
) -> JoinedView:
    """Put a customer who asks for it on the leaderboard, under a name that isn't theirs."""
    living = await _living(session, customer_id)
    name = await service.join_board(
        session, customer_id=living, another_name=body.another_name, now=now
    )
    return JoinedView(pseudonym=name)


@router.delete(
    "/customers/{customer_id}/leaderboard", operation_id="leave_leaderboard", status_code=204
)
async def leave_leaderboard(customer_id: str, session: Changing) -> None:
    """Take a customer off the leaderboard; their name and scores are forgotten."""
    await service.leave_board(session, customer_id=await _living(session, customer_id))


async def _living(session: AsyncSession, customer_id: str) -> customers.CustomerId:
    found = await customers.get(session, from_wire(customers.WIRE_PREFIX, customer_id))
    if found.erased_at is not None:
        raise customers.CustomerGone
    return found.merged_into or found.id


async def _game(session: AsyncSession) -> Game:
    version = await queries.game_of(session)
    return version.game if version else Game(enabled=False)


def _board(version: GameVersion | None) -> Board:
    if version is None or version.game.leaderboard is None:
        raise BoardMissing
    return version.game.leaderboard
