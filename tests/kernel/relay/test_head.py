"""Whoever has nothing to hear is left to rest, and nobody rests past what they want to hear."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.relay import delivery, sequencer
from loyalnest.kernel.relay.sequencer import Head, Moved
from tests.kernel.relay.bell import Listener, heard, open_shops, ring

_BELLS = frozenset({"bell.rang"})


async def test_the_head_wakes_those_alone_whose_events_have_come():
    head = Head()
    head.rise(Moved(2, 2, ["bell.rang"]))
    bells = asyncio.create_task(head.wait_beyond(2, types=_BELLS, timeout_s=60))
    anything = asyncio.create_task(head.wait_beyond(2, types=None, timeout_s=60))

    head.rise(Moved(1, 3, ["door.opened"]))
    await anything
    assert not bells.done()

    head.rise(Moved(1, 4, ["bell.rang"]))
    await bells


async def test_what_another_process_moved_may_be_for_anybody():
    head = Head()
    head.rise(Moved(2, 2, ["door.opened"]))
    bells = asyncio.create_task(head.wait_beyond(2, types=_BELLS, timeout_s=60))

    head.rise(Moved(1, 5, ["door.opened"]))

    await bells


async def test_nobody_waits_for_long():
    await Head().wait_beyond(0, types=_BELLS, timeout_s=0)


async def test_nothing_waits_while_more_has_come_than_one_move_takes(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sequencer, "PACKS", 2)
    monkeypatch.setattr(sequencer, "_LOOK_S", 60)
    (shop,) = await open_shops(database)
    for number in range(1, 6):
        await ring(database, shop, number)
    head, stopping = Head(), asyncio.Event()
    running = asyncio.create_task(relay.run_sequencer(database, stopping, head=head))

    await head.wait_beyond(4, types=None, timeout_s=20)

    assert head.position == 5
    running.cancel()
    await asyncio.wait([running])


async def test_whoever_stumbles_goes_on_to_the_end_without_waiting_for_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delivery, "_GATHER_S", 60)
    (shop,) = await open_shops(database)
    listener = Listener(types=_BELLS)
    listener.poison = {3}
    await ring(database, shop, *range(1, 9))
    await relay.sequence(database)
    stopping = asyncio.Event()
    running = asyncio.create_task(
        relay.Delivery(database, listener.subscriber).run(stopping, head=Head())
    )

    async with asyncio.timeout(20):
        while len(await heard(database)) < 7:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    running.cancel()
    await asyncio.wait([running])
    assert await heard(database) == [1, 2, 4, 5, 6, 7, 8]


async def test_what_a_crash_takes_back_is_heard_again_so_nobody_waits_for_the_disk(
    database: Database,
):
    (shop,) = await open_shops(database)
    waits: list[str] = []

    async def hear(session: AsyncSession, _: Sequence[relay.LoggedEvent], __: datetime) -> None:
        waits.append(await session.scalar(text("SHOW synchronous_commit")) or "")

    await ring(database, shop, 1)
    await relay.settle(database, [relay.Subscriber("listener", None, hear)])

    assert waits == ["off"]
    async with database.platform() as session:
        assert await session.scalar(text("SHOW synchronous_commit")) == "on"
