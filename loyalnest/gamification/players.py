"""One customer's game, as it is shown."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.gamification import queries, rules, service
from loyalnest.gamification.schemas import PlayerView
from loyalnest.gamification.values import Game, GameVersion
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import Wanted


async def player_of(
    session: AsyncSession,
    living: customers.CustomerId,
    *,
    wanted: Wanted,
    now: datetime,
) -> PlayerView:
    """A living customer's badges and how far the others are, their streak, and their rank.

    Badges are named in the wanted language, for staff as the merchant calls them.
    """
    version = await queries.game_of(session) or GameVersion(
        merchant_of(session), 0, now, Game(enabled=False), {}, ""
    )
    history, zone = await service.history_of(session, living, version, now=now)
    board, standing = version.game.leaderboard, None
    if board is not None:
        name, _ = rules.board_at(board, now, zone)
        standing = await queries.board_standing(session, living, name)
    held = await queries.awards_of(session, living)
    shown = to_wire(customers.WIRE_PREFIX, living)
    return PlayerView.of(
        shown, version.game, held, history, standing, wanted=wanted, zone=zone, now=now
    )
