"""Customers are told what became of what is theirs: members, once, and of nothing that is old."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from loyalnest import merchants, notices
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database, bulk
from loyalnest.merchants import ProgramSettings, Switch, Switches
from loyalnest.notices.routes import router as notices_router
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.notices.nest import Nest, occasions, open_nest


@pytest.fixture
async def nest(lasting_database: Database) -> Nest:
    return await open_nest(lasting_database)


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


async def test_news_of_twenty_merchants_take_no_more_statements_than_those_of_one(
    database: Database,
) -> None:
    nests = [await open_nest(database) for _ in range(20)]
    for nest in nests:
        who = await nest.knows("anna@example.com")
        await nest.adjusts(who, 50)
    while await relay.sequence(database):
        pass
    log: list[relay.LoggedEvent] = []
    for nest in nests:
        async with database.tenant(nest.shop.merchant_id) as session:
            log += await relay.events_after(
                session,
                merchant_id=nest.shop.merchant_id,
                position=0,
                types=notices.NOTICES.types,
            )
    counts: list[int] = []
    for some in (nests[:1], nests):
        ids = [it.shop.merchant_id for it in some]
        seen: list[object] = []
        async with database.batch(ids) as session:
            await merchants.zones_of(session, ids)  # asked once a process, and not of interest
            driver: Any = await bulk(session)
            driver.add_query_logger(seen.append)
            news = [it for it in log if it.merchant_id in ids]
            await notices.NOTICES.handle(session, news, NOW)
            driver.remove_query_logger(seen.append)
        counts.append(len(seen))
    for nest in nests:
        assert occasions(await nest.deliveries()) == ["points_adjusted", "welcome"]
    assert 0 < counts[1] <= counts[0]


async def test_settings_are_read_changed_and_not_overwritten_unread(nest: Nest) -> None:
    path = "/v1/api/notifications/settings"
    caller = caller_for(nest.shop.merchant_id)
    async with door(nest.database, notices_router, caller=caller) as client:
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
