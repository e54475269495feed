"""A shop that plays, told of by its orders."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from loyalnest import gamification, ledger, orders
from loyalnest.gamification import Badge, Board, Game, Goal, Measure
from loyalnest.gamification.service.games import judge_everybody
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.relay import settle
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import ADA, Shop, Told

BEA = "bea@example.com"
MADE = NOW - timedelta(days=30)
"""When the shop drew its badges up: what is bought in these tests is bought later."""
LATER = NOW + timedelta(hours=1)
REGULAR = Badge(
    key="regular",
    name="Regular",
    goal=Goal(measure=Measure.ORDERS, target=Decimal(2)),
    points=50,
)
BIG = Badge(
    key="big",
    name="Big spender",
    goal=Goal(measure=Measure.SPEND, target=Decimal(100)),
    points=7,
)
FRIEND = Badge(key="friend", name="Friend of the house")


async def draws_up(shop: Shop, *badges: Badge, now: datetime = NOW, **changes: Any) -> None:
    game = Game(badges=badges or (REGULAR, BIG, FRIEND), leaderboard=Board())
    async with shop.database.tenant(shop.merchant_id) as session:
        await gamification.save(session, game.model_copy(update=changes), actor="test", now=now)
    await judge_everybody(shop.database, {"merchant_id": str(shop.merchant_id)}, now)


def bought(number: int, price: str = "10.00", *, days_ago: float = 1, email: str = ADA) -> Told:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    body = order(
        number,
        lines=[line(price=price)],
        created_at=at,
        updated_at=at,
        email=email,
        customer={"id": 7 if email == ADA else 8, "email": email},
    )
    return ("orders/create", body)


def gave_back(number: int) -> Told:
    return ("refunds/create", refund(500 + number, order_id=number, lines={1: 1}))


def called_off(number: int) -> Told:
    _, body = bought(number)
    at = NOW.isoformat()
    return ("orders/cancelled", body | {"cancelled_at": at, "updated_at": at})


async def heard(shop: Shop, now: datetime = NOW) -> None:
    await settle(shop.database, [gamification.BADGES], clock=lambda: now)


async def id_of(shop: Shop, email: str = ADA) -> UUID:
    return from_wire("cus", await shop.customer_id(email))


async def held(shop: Shop, email: str = ADA) -> set[str]:
    who = await id_of(shop, email)
    async with shop.database.tenant(shop.merchant_id) as session:
        return set(await gamification.awards_of(session, who))


async def announced(shop: Shop) -> list[tuple[str, str, str]]:
    await settle(shop.database, [], clock=lambda: NOW)
    async with shop.database.tenant(shop.merchant_id) as session:
        rows = await session.execute(
            text(
                "SELECT type, data ->> 'badge', data ->> 'cause' FROM events"
                " WHERE merchant_id = :id AND type LIKE 'badge.%' ORDER BY position"
            ),
            {"id": shop.merchant_id},
        )
        return [(row[0], row[1], row[2]) for row in rows]


async def joins(shop: Shop, email: str = ADA, *, now: datetime = NOW, **how: bool) -> str:
    who = await id_of(shop, email)
    async with shop.database.tenant(shop.merchant_id) as session:
        return await gamification.join_board(session, customer_id=who, now=now, **how)


async def ranked(shop: Shop, board: str = "points:month:2026-11-01") -> list[tuple[int, str, int]]:
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await gamification.top(session, board, limit=10)
    return [(it.rank, it.pseudonym, it.score) for it in found]


async def merge(shop: Shop) -> Any:
    async with shop.database.tenant(shop.merchant_id) as session:
        return await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=from_wire("cus", await shop.customer_id()),
            merged_id=from_wire("cus", await shop.customer_id(BEA)),
            actor="test",
            now=NOW,
        )


async def unmerge(shop: Shop, merge_id: Any) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        await ledger.unmerge(
            session,
            merchant_id=shop.merchant_id,
            merge_id=merge_id,
            earned_through=orders.sources_of,
            actor="test",
            now=NOW,
        )
