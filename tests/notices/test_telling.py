"""Customers are told what became of what is theirs: members, once, and of nothing that is old."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers, ledger, merchants, messaging, notices
from loyalnest.customers import Contact
from loyalnest.integrations import smtp
from loyalnest.kernel import clock, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.merchants import ProgramSettings, Switch, Switches
from loyalnest.messaging import Channel, Delivery
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.shop import Shop, open_shop

ALL = notices.NoticeSettings(points_earned=notices.Notice())


class Nest:
    """A merchant whose customers are told, by a sender that nobody asks to send."""

    def __init__(self, shop: Shop):
        self.shop = shop
        self.database = shop.database
        self.delivery = relay.Delivery(shop.database, notices.NOTICES, clock=lambda: NOW)

    async def knows(self, email: str, *, member: bool = True) -> UUID:
        merchant_id = self.shop.merchant_id
        contact = Contact(merchant_id, email=email, name="Anna Archer")
        async with self.database.tenant(merchant_id) as session:
            (id_,) = await customers.identify_many(session, [contact], now=NOW)
            assert id_ is not None
            if member:
                await customers.enrol_many(session, [(merchant_id, id_)], now=NOW)
        return id_

    async def adjusts(
        self, customer_id: UUID, amount: int, *, age: timedelta = timedelta()
    ) -> None:
        async with self.database.tenant(self.shop.merchant_id) as session:
            await ledger.adjust(
                session,
                merchant_id=self.shop.merchant_id,
                customer_id=customer_id,
                unit_id=self.shop.unit.id,
                amount=amount,
                reason="a mistake",
                source=ledger.Source("test", str(new_id())),
                actor="staff:test",
                now=NOW - age,
            )

    async def told(self) -> list[Delivery]:
        """What is to be sent once all news are read."""
        await self.delivery.begin()
        while await relay.sequence(self.database):
            pass
        while await self.delivery.step():
            pass
        async with self.database.tenant(self.shop.merchant_id) as session:
            filters = messaging.Filters()
            return await messaging.list_deliveries(session, filters, before=None, limit=100)


@pytest.fixture
async def nest(database: Database) -> Nest:
    nest = Nest(await open_shop(database))
    setup = messaging.Setup(
        Channel.EMAIL,
        "hello@bakery.example",
        "Bakery",
        {"host": "127.0.0.1", "port": "25", "security": "none"},
    )
    async with database.tenant(nest.shop.merchant_id) as session:
        await messaging.set_up(session, setup, smtp.offer(clock.now), actor="test", now=NOW)
    return nest


def occasions(deliveries: list[Delivery]) -> list[str]:
    return sorted(it.occasion for it in deliveries)


async def test_members_are_told_once_and_others_of_nothing(nest: Nest) -> None:
    member = await nest.knows("anna@example.com")
    stranger = await nest.knows("ben@example.com", member=False)
    await nest.adjusts(member, 50)
    await nest.adjusts(stranger, 50)
    first = await nest.told()
    assert occasions(first) == ["points_adjusted", "welcome"]
    assert {it.customer_id for it in first} == {member}
    # The whole log once more, as for a subscriber that begins anew.
    async with nest.database.platform() as session:
        await session.execute(text("UPDATE event_cursors SET position = 0"))
    assert await nest.told() == first


async def test_what_is_old_is_not_announced(nest: Nest) -> None:
    member = await nest.knows("anna@example.com")
    await nest.adjusts(member, 50, age=notices.FRESH + timedelta(seconds=1))
    await nest.adjusts(member, 60, age=notices.FRESH)
    assert occasions(await nest.told()) == ["points_adjusted", "welcome"]


async def test_a_paused_program_and_a_switched_off_notice_tell_nobody(nest: Nest) -> None:
    member = await nest.knows("anna@example.com")
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        off = notices.NoticeSettings(welcome=notices.Notice(on=False))
        await notices.save_settings(session, off, actor="test", now=NOW)
    assert await nest.told() == []
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        paused = ProgramSettings(switches=Switches(program=Switch.PAUSED))
        await merchants.save_program(session, paused, actor="test", now=NOW - timedelta(hours=1))
    await nest.adjusts(member, 50)
    assert await nest.told() == []


async def test_settings_are_read_changed_and_not_overwritten_unread(nest: Nest) -> None:
    path = "/v1/api/notifications/settings"
    caller = caller_for(nest.shop.merchant_id)
    async with door(nest.database, notices.router, caller=caller) as client:
        seen = (await client.get(path)).json()
        assert seen["version"] == 0
        assert seen["settings"]["points_earned"] == {"on": False, "channels": ["email"]}
        wanted = {"welcome": {"on": True, "channels": ["whatsapp", "email"]}}
        saved = await client.put(path, json={"version": 0, "settings": wanted})
        assert saved.json()["version"] == 1
        stale = await client.put(path, json={"version": 0, "settings": {}})
        assert (stale.status_code, stale.json()["code"]) == (409, "NOTICE_SETTINGS_STALE")
        twice = {"welcome": {"channels": ["email", "email"]}}
        assert (await client.put(path, json={"settings": twice})).status_code == 422
