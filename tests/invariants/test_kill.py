"""Server, worker and database are killed at random instants under load, and nothing is lost.

A handful of kills in `make test`; `make soak` sets LOYALNEST_KILLS to a thousand. The history of a
real shop comes in over HTTP all the while, of one merchant after the other; in the end the books
must balance and hold, to the point, what the model expects of what was acknowledged.
"""

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from bench.installation import Installation, installation
from bench.orders import SECRET, domain_of
from loyalnest import customers, ledger
from loyalnest.entrypoints import replay
from loyalnest.kernel import clock

KILLS = int(os.environ.get("LOYALNEST_KILLS", "6"))
LOG = Path(__file__).parents[2] / "data/online-retail/orders.jsonl.gz"
RECORDS = 200
RATE = 60.0
LONGEST_PAUSE_S = 1.5
SETTLE_S = 120.0


@dataclass
class Victims:
    """The processes of an installation, each of which can be killed and comes back."""

    place: Installation
    stack: ExitStack
    programs: dict[str, subprocess.Popen[bytes]] = field(
        default_factory=dict[str, subprocess.Popen[bytes]]
    )
    killed: list[str] = field(default_factory=list[str])

    def start(self, name: str) -> None:
        self.programs[name] = self.stack.enter_context(self.place.program(name))

    def kill(self, name: str) -> None:
        """End a process without a word; one of ours comes back at once."""
        self.killed.append(name)
        if name == "postgres":
            keeper = self.place.server.keeper
            os.kill(self.place.postgres_pid, signal.SIGKILL)
            while keeper is not None and keeper.alive:
                time.sleep(0.05)
            self.place.server.revive()
            return
        process = self.programs[name]
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.start(name)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncGenerator[Installation]:
    async with installation(tmp_path) as place:
        yield place


async def test_whatever_is_killed_whenever_every_point_is_there_once(place: Installation) -> None:
    chance = random.Random(f"{KILLS}")
    records = list(islice(replay.open_log(LOG).records(), RECORDS))
    stores = await place.open_merchants(max(2, KILLS))
    done = asyncio.Event()
    with ExitStack() as stack:
        victims = Victims(place, stack)
        victims.start("serve")
        victims.start("worker")
        await place.wait_until_ready()
        load = asyncio.create_task(_send_histories(place, records, len(stores), done))
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.1, LONGEST_PAUSE_S))
            if load.done():  # it failed: say why below
                break
            name = chance.choice(("serve", "worker", "postgres"))
            await asyncio.to_thread(victims.kill, name)
        done.set()
        shops = await load
        await _until(lambda: _settled(place))
    await place.database.close()  # these connections are to a server that was killed
    assert len(victims.killed) == KILLS
    expected = replay.expected_points(records)
    for store in stores[:shops]:
        assert await _points(place, store.merchant_id, list(expected)) == expected, victims.killed
    async with place.database.platform(snapshot=True) as session:
        report = await ledger.verify(session)
    assert report.clean, (victims.killed, report)


async def _send_histories(
    place: Installation, records: list[replay.Record], shops: int, done: asyncio.Event
) -> int:
    """Send one merchant's history after the other until told that it is enough; how many."""
    for number in range(shops):
        shop = replay.Shop(domain_of(number), SECRET)
        url = f"http://127.0.0.1:{place.settings.port}"
        await replay.send(replay.deliveries_of(records, shop), shop, replay.Sending(url, RATE))
        if done.is_set():
            return number + 1
    return shops


async def _settled(place: Installation) -> bool:
    try:
        owner = await place.as_owner()
        left: int = await owner.fetchval(
            "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM outbox)"
        )
        await owner.close()
    except OSError:
        return False
    return left == 0


async def _points(place: Installation, merchant_id: UUID, people: list[str]) -> dict[str, int]:
    contacts = [
        customers.Contact(merchant_id=merchant_id, email=replay.email_of(person))
        for person in people
    ]
    async with place.database.tenant(merchant_id) as session:
        ids = await customers.identify_many(session, contacts, now=clock.now())
        held = await ledger.balances_of(session, [id_ for id_ in ids if id_], now=clock.now())
    return {
        person: sum(b.available + b.pending - b.debt for b in held.get(id_, ())) if id_ else 0
        for person, id_ in zip(people, ids, strict=True)
    }


async def _until(settled: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SETTLE_S):
        while not await settled():  # noqa: ASYNC110 (it happens in other processes)
            await asyncio.sleep(0.2)
