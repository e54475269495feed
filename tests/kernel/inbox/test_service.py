"""People see what was set aside, and can have it tried again; old bodies are forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from loyalnest.kernel import clock, inbox
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from tests.kernel.inbox.bakery import Till, count, deliver, open_bakeries, sale, sold


async def test_a_dead_letter_is_seen_retried_and_applied(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    till = Till()
    await deliver(database, [sale(merchant, "bread", body=b"{")])
    await inbox.drain(database, [till.provider])

    async with database.tenant(merchant) as session:
        (letter,) = await inbox.list_deliveries(
            session, merchant_id=merchant, standing=inbox.Standing.DEAD
        )
        await inbox.retry(session, merchant_id=merchant, delivery_id=letter.id, now=clock.now())
    assert (letter.code, letter.attempts) == ("UNREADABLE_SALE", 1)

    mended = inbox.Provider("till", frozenset(), frozenset(), lambda _: "bread", till.apply)
    await inbox.drain(database, [mended])
    assert await sold(database) == ["bread"]
    assert await count(database, "dead_letters") == 0


async def test_what_nobody_handled_can_be_queued_later(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(database, [sale(merchant, "bread", topic="gossip")])

    async with database.tenant(merchant) as session:
        (kept,) = await inbox.list_deliveries(
            session, merchant_id=merchant, standing=inbox.Standing.UNHANDLED
        )
        await inbox.retry(session, merchant_id=merchant, delivery_id=kept.id, now=clock.now())
    await inbox.drain(database, [Till().provider])

    assert await sold(database) == ["bread"]


async def test_only_what_was_set_aside_can_be_retried(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(database, [sale(merchant, "bread")])

    async with database.tenant(merchant) as session:
        (waiting,) = await inbox.list_deliveries(
            session, merchant_id=merchant, standing=inbox.Standing.WAITING
        )
        with pytest.raises(inbox.NothingToRetry):
            await inbox.retry(
                session, merchant_id=merchant, delivery_id=waiting.id, now=clock.now()
            )
        with pytest.raises(inbox.DeliveryNotFound):
            await inbox.retry(session, merchant_id=merchant, delivery_id=new_id(), now=clock.now())


async def test_a_delivery_tells_where_it_stands(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(database, [sale(merchant, "bread")])
    async with database.tenant(merchant) as session:
        (waiting,) = await inbox.list_deliveries(
            session, merchant_id=merchant, standing=inbox.Standing.WAITING
        )
    await inbox.drain(database, [Till().provider])

    async with database.tenant(merchant) as session:
        seen, body = await inbox.get_delivery(session, merchant_id=merchant, delivery_id=waiting.id)
    assert waiting.standing is inbox.Standing.WAITING
    assert seen.standing is inbox.Standing.APPLIED
    assert body == b'{"sale": "bread"}'


async def test_retention_forgets_what_was_applied_and_keeps_what_is_open(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(
        database,
        [
            sale(merchant, "applied"),
            sale(merchant, "dead", body=b"{"),
            sale(merchant, "asked", topic="erase"),
        ],
    )
    await inbox.drain(database, [Till().provider])
    await deliver(database, [sale(merchant, "waiting")])

    await inbox.forget_applied(database, clock.now() + timedelta(days=13))
    assert await count(database, "deliveries") == 4

    await inbox.forget_applied(database, clock.now() + timedelta(days=15))
    async with database.platform() as session:
        rows = await session.execute(text("SELECT delivery_key FROM deliveries ORDER BY 1"))
        kept = [row[0] for row in rows]
    assert kept == ["asked", "dead", "waiting"]


async def test_what_was_applied_late_is_kept_as_long_as_the_rest(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(database, [sale(merchant, "bread")])
    late = clock.now() + timedelta(days=20)
    await inbox.drain(database, [Till().provider], clock=lambda: late)

    await inbox.forget_applied(database, late + timedelta(days=13))
    assert await count(database, "deliveries") == 1

    await inbox.forget_applied(database, late + timedelta(days=15))
    assert await count(database, "deliveries") == 0
