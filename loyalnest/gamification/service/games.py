"""Changing the game; then everybody is judged by it."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.gamification import queries, rules
from loyalnest.gamification.errors import BadgeDropped, GameStale
from loyalnest.gamification.events import GameChanged
from loyalnest.gamification.service.judging import judge_many
from loyalnest.gamification.values import Game, GameVersion
from loyalnest.kernel import jobs
from loyalnest.kernel.database import Database, merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.jobs import Job, Payload

_PAGE = 1000
# Two who save at the same moment wait for each other here, the first time too.
_CLAIM = text(
    "INSERT INTO games (merchant_id, version) VALUES (:merchant_id, 1)"
    " ON CONFLICT (merchant_id) DO UPDATE SET version = games.version RETURNING xmax = 0"
)
_ADD = text(
    "INSERT INTO game_versions (merchant_id, version, effective_from, game, asked_since,"
    " created_by) VALUES (:merchant_id, :version, :now, cast(:game AS jsonb),"
    " cast(:asked_since AS jsonb), :actor)"
)
_POINT = text("UPDATE games SET version = :version WHERE merchant_id = :merchant_id")
_EVERYBODY = text(
    "SELECT id FROM customers WHERE merchant_id = :merchant_id AND merged_into IS NULL"
    " AND (cast(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit"
)


async def save(
    session: AsyncSession,
    game: Game,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> GameVersion:
    """Make this the game from now on. A job then judges everybody by it.

    Saving what is in force changes nothing. With `read_version` only that version is replaced.
    Raises GameStale, BadgeDropped.
    """
    merchant_id = merchant_of(session)
    fresh = await session.scalar(_CLAIM, {"merchant_id": merchant_id})
    current = None if fresh else await queries.game_of(session)
    if current is not None and current.game == game:
        return current
    version = current.version if current else 0
    if read_version is not None and read_version != version:
        raise GameStale
    if current and {badge.key for badge in current.game.badges} - {it.key for it in game.badges}:
        raise BadgeDropped
    since = rules.asked_since(game, current, now)
    named = {"merchant_id": merchant_id, "version": version + 1}
    await session.execute(
        _ADD,
        {
            **named,
            "now": now,
            "game": game.model_dump_json(),
            "asked_since": msgspec.json.encode(since).decode(),
            "actor": actor,
        },
    )
    await session.execute(_POINT, named)
    changed = GameChanged(merchant_id=merchant_id, occurred_at=now, version=version + 1)
    await publish(session, [changed], now=now)
    await judge_everybody_soon(session, merchant_id, cause=str(version + 1))
    return GameVersion(merchant_id, version + 1, now, game, since, actor)


async def judge_everybody_soon(session: AsyncSession, merchant_id: UUID, *, cause: str) -> None:
    """Have a job judge all customers of a merchant, once for what caused it."""
    await jobs.enqueue(
        session,
        JUDGE_EVERYBODY.name,
        {"merchant_id": str(merchant_id)},
        key=f"{JUDGE_EVERYBODY.name} {merchant_id} {cause}",
    )


async def judge_everybody(database: Database, payload: Payload, now: datetime) -> None:
    """Judge all customers of a merchant by its newest game, a page at a time."""
    merchant_id, after = UUID(payload["merchant_id"]), None
    while True:
        async with database.tenant(merchant_id) as session:
            asked = {"merchant_id": merchant_id, "after": after, "limit": _PAGE}
            page = list(await session.scalars(_EVERYBODY, asked))
            await judge_many(session, [(merchant_id, id_) for id_ in page], now=now)
        if not page:
            return
        after = page[-1]


JUDGE_EVERYBODY = Job("gamification.judge_everybody", judge_everybody)
