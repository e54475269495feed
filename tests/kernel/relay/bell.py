"""A shop's bell that rings, and somebody who counts how often."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import events, relay
from loyalnest.kernel.database import Database, bulk
from tests.conftest import NOW
from tests.kernel.inbox.bakery import open_bakeries


class BellRang(events.Event, frozen=True, kw_only=True):
    type: ClassVar[str] = "bell.rang"

    times: int


class DoorOpened(events.Event, frozen=True, kw_only=True):
    type: ClassVar[str] = "door.opened"


class Listener:
    """Writes down what it heard; told to, it can't stand some of it."""

    def __init__(self, name: str = "listener", types: frozenset[str] | None = None):
        self.poison: set[int] = set()
        self.calls = 0
        self.subscriber = relay.Subscriber(name, types, self.hear)

    async def hear(
        self, session: AsyncSession, heard: Sequence[relay.LoggedEvent], now: datetime
    ) -> None:
        self.calls += 1
        connection = await bulk(session)
        await connection.execute(
            "INSERT INTO heard SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])",
            self.subscriber.name,
            [event.id for event in heard],
            [event.position for event in heard],
        )
        if self.poison & {event.data.get("times") for event in heard}:
            raise RuntimeError("too loud for anna@example.com")


async def open_shops(database: Database, count: int = 1) -> list[UUID]:
    merchants = await open_bakeries(database, count)
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TABLE heard (subscriber text, id uuid, position bigint,"
                " turn bigint GENERATED ALWAYS AS IDENTITY)"
            )
        )
        await connection.execute(text("GRANT ALL ON heard TO PUBLIC"))
    return merchants


async def ring(database: Database, merchant_id: UUID, *times: int) -> None:
    async with database.tenant(merchant_id) as session:
        await events.publish(session, rings(merchant_id, *times), now=NOW)


def rings(merchant_id: UUID, *times: int) -> list[BellRang]:
    return [BellRang(merchant_id=merchant_id, occurred_at=NOW, times=n) for n in times]


async def heard(database: Database, name: str = "listener") -> list[int]:
    """The positions that a listener has written down, in the order it did."""
    async with database.platform() as session:
        rows = await session.execute(
            text("SELECT position FROM heard WHERE subscriber = :name ORDER BY turn"),
            {"name": name},
        )
        return [row[0] for row in rows]
