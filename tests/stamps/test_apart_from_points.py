"""Stamps are counted in the same books as points, and nobody takes them for any."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalnest import gamification, ledger, merchants, onboarding, orders, tiers
from loyalnest.gamification import Badge, Board, Game, Goal, Measure
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.ledger.routes import router_of as ledger_router_of
from loyalnest.onboarding import Step
from loyalnest.stamps import CardState
from loyalnest.tiers import Basis, Ladder, Tier
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.stamps.cafe import Cafe

POINTED = Badge(
    key="pointed",
    name="Pointed",
    goal=Goal(measure=Measure.POINTS, target=Decimal(1)),
)
LADDER = Ladder(
    basis=Basis.POINTS, tiers=(Tier(key="pointed", name="Pointed", threshold=Decimal(1)),)
)


@pytest.fixture
async def cafe(database: Database) -> Cafe:
    """A café that counts points as well, in a program with all that they lead to."""
    async with database.platform() as session:
        merchant = await merchants.create(
            session,
            handle="cafe",
            name="Café",
            currency="GBP",
            time_zone="Europe/London",
            now=NOW - timedelta(days=100),
            actor="test",
        )
        await ledger.open_unit(session, merchant_id=merchant.id, now=NOW)
    cafe = Cafe(database, merchant.id)
    async with cafe.open() as session:
        await tiers.save(session, LADDER, actor="test", now=NOW)
        game = Game(badges=(POINTED,), leaderboard=Board())
        await gamification.save(session, game, actor="test", now=NOW)
    return cafe


async def stamped(cafe: Cafe) -> CardState:
    """Somebody with seven stamps and no points."""
    card = await cafe.card(await cafe.draws_up())
    await cafe.gives(card, 7)
    await cafe.news_is_told()
    return card


async def ask(cafe: Cafe, path: str, **query: str) -> Mapping[str, Any]:
    router = ledger_router_of(orders.sources_of)
    async with door(cafe.database, router, caller=caller_for(cafe.merchant_id)) as api:
        return (await api.get(f"/v1/api/{path}", params=query)).json()


async def test_stamps_bear_no_tier_and_no_badge_of_points(cafe: Cafe) -> None:
    card = await stamped(cafe)
    who = (cafe.merchant_id, card.card.customer_id)
    async with cafe.open() as session:
        await tiers.judge_many(session, [who], now=NOW)
        standing = (await tiers.standings_of(session, [who], now=NOW)).get(who)
        held = await gamification.export_customer(session, card.card.customer_id)
    assert standing is None or standing.tier is None
    assert "pointed" not in str(held)


async def test_a_list_of_entries_is_of_points_unless_a_card_is_asked_for(cafe: Cafe) -> None:
    card = await stamped(cafe)
    path = f"customers/{to_wire('cus', card.card.customer_id)}/entries"
    assert (await ask(cafe, path))["items"] == []
    (entry,) = (await ask(cafe, path, unit=card.program.unit))["items"]
    assert entry["amount"] == 7
    assert (await ask(cafe, path, unit="card-nonsense"))["code"] == "UNIT_UNKNOWN"


async def test_the_first_stamp_is_not_the_first_points(cafe: Cafe) -> None:
    await stamped(cafe)
    async with cafe.open() as session:
        found = {it.step: it.done for it in (await onboarding.progress_of(session)).steps}
    assert found[Step.POINTS] is False


async def test_a_months_points_are_told_without_the_stamps(cafe: Cafe) -> None:
    card = await stamped(cafe)
    today = NOW.date()
    async with cafe.open() as session:
        months = await ledger.liability(
            session, merchant_id=cafe.merchant_id, first=today, last=today
        )
    issued = {it.unit: it.issued for it in months}
    assert issued == {"points": 0, card.program.unit: 7}
