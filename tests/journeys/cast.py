"""Merchants whose customers are under way in journeys."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text

from loyalnest import journeys, rewards
from loyalnest.journeys import Inactivity, JourneyPlan, Tell, Wait
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import Channel
from loyalnest.orders import OrderRecorded
from loyalnest.templates import Occasion

WINS_BACK = JourneyPlan(
    name="We miss you",
    trigger=Inactivity(days=30),
    steps=(
        Tell(occasion=Occasion.WIN_BACK, channels=(Channel.EMAIL,)),
        Wait(hours=72),
        Tell(occasion=Occasion.OFFER, channels=(Channel.EMAIL,)),
    ),
    holdout=0,
)


def plan(**changed: Any) -> JourneyPlan:
    """The plan above with other parts, judged as a whole."""
    return JourneyPlan.model_validate({**WINS_BACK.model_dump(), **changed})


async def begun(
    database: Database, merchant_id: UUID, drawn: JourneyPlan, *, now: datetime
) -> journeys.Journey:
    """A journey that runs."""
    async with database.tenant(merchant_id) as session:
        made = await journeys.create(session, drawn, actor="test", now=now)
        return await journeys.start(session, made.id, now=now)


async def percent_off(database: Database, merchant_id: UUID, percent: int, now: datetime) -> str:
    """A reward that takes so much off an order, as the API writes its id."""
    terms = rewards.Terms.model_validate(
        {"kind": "percent_off", "name": "A treat", "cost": 100, "percent": percent}
    )
    async with database.tenant(merchant_id) as session:
        made = await rewards.create(
            session, terms, state=rewards.RewardState.ACTIVE, actor="test", now=now
        )
    return to_wire(rewards.REWARD, made.id)


async def bought_last(
    database: Database, merchant_id: UUID, people: Sequence[UUID], at: datetime
) -> None:
    """These customers bought something then, and are scored by it."""
    async with database.tenant(merchant_id) as session:
        store = await session.scalar(
            text("SELECT id FROM stores WHERE merchant_id = :id LIMIT 1"), {"id": merchant_id}
        )
        await session.execute(
            text(
                "INSERT INTO orders (merchant_id, id, store_id, external_id, customer_id, currency,"
                " total, spend, kept, placed_at, recorded_at)"
                " SELECT :merchant, gen_random_uuid(), :store, gen_random_uuid()::text, who, 'GBP',"
                " 20, 20, 20, :at, :at FROM unnest(cast(:people AS uuid[])) AS who"
            ),
            {"merchant": merchant_id, "store": store, "people": list(people), "at": at},
        )


async def orders_of(database: Database, merchant_id: UUID, person: UUID) -> list[OrderRecorded]:
    """The news of somebody's orders, in the order in which they became known."""
    async with database.tenant(merchant_id) as session:
        rows = await session.execute(
            text("SELECT id, store_id, placed_at FROM orders WHERE customer_id = :id ORDER BY 3"),
            {"id": person},
        )
        return [
            OrderRecorded(
                merchant_id=merchant_id,
                customer_id=person,
                occurred_at=row.placed_at,
                order_id=row.id,
                store_id=row.store_id,
                currency="GBP",
                total=Decimal(20),
                spend=Decimal(20),
                channel=None,
            )
            for row in rows
        ]


async def sets_out(database: Database, merchant_id: UUID, *, now: datetime) -> None:
    """A journey runs, and everybody who is there has entered it."""
    journey = await begun(database, merchant_id, WINS_BACK, now=now)
    async with database.tenant(merchant_id) as session:
        people = list(
            await session.scalars(
                text("SELECT id FROM customers WHERE merged_into IS NULL AND erased_at IS NULL")
            )
        )
        entries = [journeys.Entry(journey, journeys.Candidate(it, "test")) for it in people]
        assert await journeys.enter_many(session, entries, now=now)
