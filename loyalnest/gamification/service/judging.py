"""Judging who holds what: what customers have done decides, many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.gamification import queries, rules, storage
from loyalnest.gamification.events import BadgeAwarded, BadgeLost
from loyalnest.gamification.rules import Verdict
from loyalnest.gamification.service import paying
from loyalnest.gamification.values import Award, Cause, GameVersion, History, Move, Pair, Person
from loyalnest.kernel.database import Bulk, bulk
from loyalnest.kernel.events import Event, publish


async def judge_many(session: AsyncSession, who: Sequence[Pair], *, now: datetime) -> None:
    """Judge these customers anew: award, withdraw, pay and take back, announce, score.

    The same news again changes nothing. One small query where no merchant has a game.
    """
    if not who:
        return
    connection = await bulk(session)
    playing = await storage.lock(connection, sorted({merchant_id for merchant_id, _ in who}))
    asked = sorted({it for it in who if it[0] in playing})
    if not asked:
        return
    games = await queries.games_of(session, list(playing))
    programs = await merchants.programs_of(session, list(games))
    on = {id_ for id_, it in programs.items() if it.at(now).settings.switches.gamification == "on"}
    asked = [it for it in asked if it[0] in on and games[it[0]].game.enabled]
    await storage.drop_scores_of_merged(connection, asked)
    everybody = await storage.people(connection, asked)
    if not everybody:
        return
    histories, zones = await look_back(session, everybody, games, now=now)
    awards = await storage.awards_of(connection, everybody)
    verdicts = [
        (one, verdict)
        for one in everybody
        for verdict in _judge(one, games[one.merchant_id], awards, histories[one.key], zones, now)
    ]
    await _write(session, verdicts, games, now=now)
    await _score(connection, everybody, games, histories, zones, now=now)


async def look_back(
    session: AsyncSession,
    everybody: Sequence[Person],
    games: Mapping[UUID, GameVersion],
    *,
    now: datetime,
) -> tuple[dict[Pair, History], dict[UUID, ZoneInfo]]:
    """What people have done, and where their merchants' days begin."""
    merchant_ids = list(games)
    programs = await merchants.programs_of(session, merchant_ids)
    award_on = {id_: program.at(now).settings.award_on.value for id_, program in programs.items()}
    counting = frozenset(id_ for id_, game in games.items() if rules.asks_for_points(game.game))
    histories = await storage.histories(
        await bulk(session),
        [(one, award_on[one.merchant_id]) for one in everybody],
        with_points=counting,
    )
    return histories, await merchants.zones_of(session, merchant_ids)


def _judge(
    one: Person,
    version: GameVersion,
    awards: Mapping[Pair, Sequence[Award]],
    history: History,
    zones: Mapping[UUID, ZoneInfo],
    now: datetime,
) -> list[Verdict]:
    own = {award.badge: award for award in awards[one.key]}
    inherited = [
        award
        for identity in sorted(one.identities - {one.customer_id})
        for award in awards[one.merchant_id, identity]
    ]
    zone = zones[one.merchant_id]
    return rules.judge(version, one, own, inherited, history, zone=zone, now=now)


async def _write(
    session: AsyncSession,
    verdicts: Sequence[tuple[Person, Verdict]],
    games: Mapping[UUID, GameVersion],
    *,
    now: datetime,
) -> None:
    if not verdicts:
        return
    connection = await bulk(session)
    await storage.put(connection, [it.after for _, it in verdicts if it.after])
    await storage.drop(connection, [it.before for _, it in verdicts if it.before and not it.after])
    paid = await paying.settle(session, verdicts, games, now=now)
    moves: list[tuple[UUID, Move]] = []
    events: list[Event] = []
    for one, it in verdicts:
        if (it.before is None) == (it.after is None):
            continue  # it is held by hand as well: nothing changes for who looks at it
        cause = Cause.EARNED if it.after else Cause.UNDONE
        version = games[one.merchant_id].version
        move = Move(one.customer_id, it.badge, it.after is not None, cause, version, "system", None)
        moves.append((one.merchant_id, move))
        events.append(event_of(one.merchant_id, move, paid.get((one.key, it.badge), 0), now))
    await storage.record_moves(connection, moves, now=now)
    await publish(session, events, now=now)


def event_of(merchant_id: UUID, move: Move, points: int, now: datetime) -> Event:
    """What is announced of a move."""
    if move.held:
        return BadgeAwarded(
            merchant_id=merchant_id,
            customer_id=move.customer_id,
            occurred_at=now,
            badge=move.badge,
            cause=move.cause.value,
            points=points,
        )
    return BadgeLost(
        merchant_id=merchant_id,
        customer_id=move.customer_id,
        occurred_at=now,
        badge=move.badge,
        cause=move.cause.value,
    )


async def _score(
    connection: Bulk,
    everybody: Sequence[Person],
    games: Mapping[UUID, GameVersion],
    histories: Mapping[Pair, History],
    zones: Mapping[UUID, ZoneInfo],
    *,
    now: datetime,
) -> None:
    """Bring the running leaderboards up to date for those who are on them."""
    asked = [one.key for one in everybody if games[one.merchant_id].game.leaderboard]
    if not asked:
        return
    scores: list[tuple[UUID, str, UUID, int]] = []
    for merchant_id, customer_id in sorted(await storage.members_among(connection, asked)):
        board = games[merchant_id].game.leaderboard
        assert board is not None
        name, since = rules.board_at(board, now, zones[merchant_id])
        history = histories[merchant_id, customer_id]
        scores.append((merchant_id, name, customer_id, rules.score(board, since, history)))
    await storage.put_scores(connection, scores, now=now)
