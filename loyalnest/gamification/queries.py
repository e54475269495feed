"""Named reads: games, who holds what, and the leaderboard."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.gamification import storage
from loyalnest.gamification.storage import COLUMNS, ORDER_COUNTS, award_of
from loyalnest.gamification.values import Award, Game, GameVersion, Goal, Rank
from loyalnest.kernel.database import bulk, merchant_of

_VERSION = "v.merchant_id, v.version, v.effective_from, v.game::text, v.asked_since::text"
_NEWEST = f"""
SELECT {_VERSION}, v.created_by
FROM games g
JOIN game_versions v ON v.merchant_id = g.merchant_id AND v.version = g.version
WHERE g.merchant_id = ANY($1::uuid[])
"""  # noqa: S608
_PLAYING = "SELECT merchant_id FROM games"
_VERSIONS = f"""
SELECT {_VERSION}, v.created_by
FROM game_versions v
WHERE v.merchant_id = $1
ORDER BY v.version DESC
"""  # noqa: S608
# A merged customer's badges are the other's, as long as the merge stands.
_HOLDERS = text("""
SELECT a.badge, count(*)
FROM badge_awards a
JOIN customers c
  ON c.merchant_id = a.merchant_id AND c.id = a.customer_id AND c.merged_into IS NULL
WHERE a.merchant_id = :merchant_id
GROUP BY a.badge
""")
_HOLDING = f"""
SELECT {COLUMNS}
FROM badge_awards a
JOIN customers c
  ON c.merchant_id = a.merchant_id AND c.id = a.customer_id AND c.merged_into IS NULL
WHERE a.merchant_id = $1
  AND a.badge = $2
  AND ($3::uuid IS NULL OR a.customer_id > $3)
ORDER BY a.customer_id
LIMIT $4
"""  # noqa: S608
_TAKING_PART = text(f"""
SELECT count(DISTINCT coalesce(c.merged_into, c.id))
FROM orders o
JOIN customers c
  ON c.merchant_id = o.merchant_id AND c.id = o.customer_id AND c.erased_at IS NULL
WHERE o.merchant_id = :merchant_id
  AND o.placed_at >= coalesce(cast(:since AS timestamptz), '-infinity')
  AND o.placed_at < coalesce(cast(:until AS timestamptz), 'infinity')
  AND {ORDER_COUNTS.format(award_on=":award_on")}
""")  # noqa: S608
_TOP = text("""
SELECT rank() OVER (ORDER BY s.score DESC) AS rank, s.customer_id, l.pseudonym, s.score
FROM leaderboard_scores s
JOIN leaderboard_members l ON l.merchant_id = s.merchant_id AND l.customer_id = s.customer_id
WHERE s.merchant_id = :merchant_id
  AND s.board = :board
  AND s.score > 0
ORDER BY s.score DESC, s.customer_id
LIMIT :limit
""")
_STANDING = text("""
SELECT l.pseudonym, s.score,
       (SELECT count(*) FROM leaderboard_scores h
        WHERE h.merchant_id = l.merchant_id AND h.board = :board AND h.score > s.score) + 1
FROM leaderboard_members l
LEFT JOIN leaderboard_scores s
  ON s.merchant_id = l.merchant_id AND s.customer_id = l.customer_id AND s.board = :board
WHERE l.merchant_id = :merchant_id
  AND l.customer_id = :customer_id
""")
_decode_since = msgspec.json.Decoder(dict[str, datetime]).decode


class BoardStanding(NamedTuple):
    """Where somebody is on the leaderboard; without a score there is no rank."""

    pseudonym: str
    score: int
    rank: int | None


async def playing(session: AsyncSession) -> list[UUID]:
    """The merchants that ever had a game. For the platform."""
    return [row[0] for row in await (await bulk(session)).fetch(_PLAYING)]


async def games_of(session: AsyncSession, merchant_ids: Sequence[UUID]) -> dict[UUID, GameVersion]:
    """The newest game of each merchant that has one."""
    connection = await bulk(session)
    rows = await connection.fetch(_NEWEST, list(merchant_ids))
    return {row[0]: _version(tuple(row)) for row in rows}


async def game_of(session: AsyncSession) -> GameVersion | None:
    """The merchant's game as it is; None where there never was one."""
    merchant_id = merchant_of(session)
    return (await games_of(session, [merchant_id])).get(merchant_id)


async def versions_of(session: AsyncSession) -> list[GameVersion]:
    """Every version of the merchant's game, the newest first."""
    rows = await (await bulk(session)).fetch(_VERSIONS, merchant_of(session))
    return [_version(tuple(row)) for row in rows]


async def holders(session: AsyncSession) -> Mapping[str, int]:
    """How many customers hold each badge; one that nobody holds is left out."""
    rows = await session.execute(_HOLDERS, {"merchant_id": merchant_of(session)})
    return {row[0]: row[1] for row in rows}


async def taking_part(session: AsyncSession, goal: Goal, *, award_on: str) -> int:
    """How many people have an order in a challenge's time that counts (`award_on`: from when)."""
    asked = {
        "merchant_id": merchant_of(session),
        "since": goal.starts_at,
        "until": goal.ends_at,
        "award_on": award_on,
    }
    return (await session.execute(_TAKING_PART, asked)).scalar_one()


async def awards_with(
    session: AsyncSession, badge: str, *, after: UUID | None, limit: int
) -> list[Award]:
    """Who holds a badge, by customer."""
    connection = await bulk(session)
    rows = await connection.fetch(_HOLDING, merchant_of(session), badge, after, limit)
    return list(map(award_of, rows))


async def awards_of(session: AsyncSession, customer_id: UUID) -> dict[str, Award]:
    """What a living customer holds, by badge: earned by them, or given to any of their identities.

    Nobody for somebody who was merged away or erased.
    """
    connection = await bulk(session)
    found = await storage.people(connection, [(merchant_of(session), customer_id)])
    held: dict[str, Award] = {}
    for awards in (await storage.awards_of(connection, found)).values():
        for award in awards:
            own = award.customer_id == customer_id
            if own or (award.given_by and award.badge not in held):
                held[award.badge] = award
    return held


async def top(session: AsyncSession, board: str, *, limit: int) -> list[Rank]:
    """The first of a leaderboard; whoever is level shares a rank."""
    asked = {"merchant_id": merchant_of(session), "board": board, "limit": limit}
    return [Rank(*row) for row in await session.execute(_TOP, asked)]


async def board_standing(
    session: AsyncSession, customer_id: UUID, board: str
) -> BoardStanding | None:
    """Where a customer is on a leaderboard; None for one who is not on it."""
    asked = {"merchant_id": merchant_of(session), "customer_id": customer_id, "board": board}
    row = (await session.execute(_STANDING, asked)).one_or_none()
    if row is None:
        return None
    pseudonym, score, rank = row
    return BoardStanding(pseudonym, score or 0, rank if score else None)


def _version(row: tuple[object, ...]) -> GameVersion:
    merchant_id, version, since, game, asked_since, by = row
    assert isinstance(merchant_id, UUID)
    assert isinstance(version, int)
    assert isinstance(since, datetime)
    assert isinstance(game, str)
    assert isinstance(asked_since, str)
    assert isinstance(by, str)
    return GameVersion(merchant_id, version, since, _parse(game), _decode_since(asked_since), by)


def _parse(game: str) -> Game:
    """Parsed once for what it says: a game is read far more often than it changes."""
    parsed = _parsed.get(game)
    if parsed is None:
        if len(_parsed) >= _PARSED_AT_MOST:
            _parsed.clear()
        parsed = _parsed[game] = Game.model_validate_json(game)
    return parsed


_PARSED_AT_MOST = 1_000
_parsed: dict[str, Game] = {}
