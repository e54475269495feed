"""The customers' own part: on the leaderboard or off it, under a name that isn't theirs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.gamification import pseudonyms, queries, storage
from loyalnest.gamification.errors import BoardMissing
from loyalnest.gamification.service.judging import judge_many, look_back
from loyalnest.gamification.values import GameVersion, History, Pair
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.errors import Contended

_CANDIDATES = 20
_JOIN = """
INSERT INTO leaderboard_members AS l (merchant_id, customer_id, pseudonym, joined_at)
SELECT $1, $2, n.pseudonym, $4
FROM unnest($3::text[]) AS n (pseudonym)
WHERE NOT EXISTS (
    SELECT FROM leaderboard_members x
    WHERE x.merchant_id = $1 AND x.pseudonym = n.pseudonym)
LIMIT 1
ON CONFLICT (merchant_id, customer_id) DO UPDATE
SET pseudonym = CASE WHEN $5 THEN excluded.pseudonym ELSE l.pseudonym END
RETURNING l.pseudonym
"""
_LEAVE = """
DELETE FROM leaderboard_members l
USING unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customers c
  ON c.merchant_id = k.merchant_id
 AND (c.id = k.customer_id OR c.merged_into = k.customer_id)
WHERE l.merchant_id = c.merchant_id AND l.customer_id = c.id
"""
_PSEUDONYMS = text("""
SELECT l.pseudonym
FROM leaderboard_members l
JOIN customers c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
WHERE l.merchant_id = :merchant_id
  AND (c.id = :customer_id OR c.merged_into = :customer_id)
ORDER BY l.customer_id
""")


async def join_board(
    session: AsyncSession, *, customer_id: UUID, another_name: bool = False, now: datetime
) -> str:
    """Put a living customer on the leaderboard; answers the name they appear under.

    Whoever is on it already keeps their name, unless another one is asked for. Raises
    BoardMissing, and Contended when all the names thought of were taken.
    """
    merchant_id = merchant_of(session)
    connection = await bulk(session)
    await storage.lock(connection, [merchant_id])
    version = await queries.game_of(session)
    if version is None or version.game.leaderboard is None:
        raise BoardMissing
    name = await connection.fetchval(
        _JOIN, merchant_id, customer_id, pseudonyms.some(_CANDIDATES), now, another_name
    )
    if name is None:
        raise Contended
    await judge_many(session, [(merchant_id, customer_id)], now=now)
    return name


async def leave_board(session: AsyncSession, *, customer_id: UUID) -> None:
    """Take a customer off the leaderboard and forget the name; who isn't on it stays off it."""
    await forget_customers(session, [(merchant_of(session), customer_id)])


async def forget_customers(session: AsyncSession, who: Sequence[Pair]) -> None:
    """Forget under which names customers, and whoever was merged into them, played and scored.

    Badges stay: they keep the id alone.
    """
    if who:
        connection = await bulk(session)
        await connection.execute(_LEAVE, *map(list, zip(*who, strict=True)))


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Remove what is held here of somebody who asked to be forgotten."""
    await forget_customers(session, [(merchant_id, customer_id)])


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """What is held here of a person and whoever was merged into them."""
    held = await queries.awards_of(session, customer_id)
    about = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    return {
        "badges": {key: award.awarded_at.isoformat() for key, award in held.items()},
        "leaderboard_names": list(await session.scalars(_PSEUDONYMS, about)),
    }


async def history_of(
    session: AsyncSession, customer_id: UUID, version: GameVersion, *, now: datetime
) -> tuple[History, ZoneInfo]:
    """What a customer has done, and the merchant's zone; nothing for one merged away or erased."""
    merchant_id = merchant_of(session)
    found = await storage.people(await bulk(session), [(merchant_id, customer_id)])
    histories, zones = await look_back(session, found, {merchant_id: version}, now=now)
    return histories.get((merchant_id, customer_id), History()), zones[merchant_id]
