"""From the counter to the phone, through the whole house: real passes, a real worker, and a push
service that is not ours."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from loyalnest import wallet
from loyalnest.entrypoints import certificates, doors, wiring, worker
from loyalnest.entrypoints.http import build_app
from loyalnest.integrations import apple
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.stamps import CardState
from tests.doors import client_of
from tests.emulators.apns import Apns, apns
from tests.integrations.apple.cast import opened
from tests.stamps.cafe import Cafe, open_cafe
from tests.wallet.cast import Phone

TOKEN = "0f" * 32
_PATIENCE_S = 60.0
_RESTS = text(
    "SELECT c.position = h.position"
    " AND NOT EXISTS (SELECT FROM outbox)"
    " AND NOT EXISTS (SELECT FROM pass_updates)"
    " FROM event_cursors c"
    " CROSS JOIN event_head h"
    " WHERE c.subscriber = :name"
)


@dataclass
class House:
    """The café, the worker beside it, and a phone."""

    cafe: Cafe
    service: Apns
    phone: Phone

    async def pushes(self) -> int:
        return len((await self.service.seen()).tokens)

    async def comes_when_told(self, before: int) -> None:
        """The phone comes once it has been pushed."""
        await _until(lambda: self._is_past(before))
        await self.phone.comes()

    async def rests(self) -> bool:
        """Whether the worker has heard all that happened, and told whom it had to tell."""
        async with self.cafe.database.platform() as session:
            return bool(await session.scalar(_RESTS, {"name": wallet.CHANGES.name}))

    async def _is_past(self, before: int) -> bool:
        return await self.pushes() > before

    def shows(self, serial: str) -> str:
        return str(self.phone.passes[serial]["stamps"])


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncGenerator[House]:
    settings = database.settings.model_copy(update={"data_dir": tmp_path})
    certificates.make_trial(settings, now=clock.now())
    trusted = apple.trial.authority(certificates.trial_folder(settings))
    async with apns(tmp_path, trusted=trusted, topic=apple.trial.PASS_TYPE, streams=100) as service:
        told = {"apple_push_url": service.url, "apple_push_authorities": service.authorities}
        settings = settings.model_copy(update=told)
        app = build_app(database, settings, doors.parts(database, settings), clock=clock.now)
        work = replace(
            wiring.work(settings),
            providers=(),
            subscribers=(wallet.CHANGES,),
            timetable=(),
            sending=None,
            tools=(),
        )
        stopping = asyncio.Event()
        working = asyncio.create_task(worker.run(database, work, stopping))
        async with client_of(app) as client:
            phone = Phone(client, "a" * 32, TOKEN, read=seen, pass_type=apple.trial.PASS_TYPE)
            yield House(await open_cafe(database), service, phone)
        stopping.set()
        await working


async def test_a_stamp_is_in_the_phones_pass_within_seconds_and_ten_are_few_pushes(
    house: House, database: Database
) -> None:
    card = await house.cafe.card(await house.cafe.draws_up())
    serial = (await house.phone.adds(await link_of(house, card)))["serial"]
    assert house.shows(serial) == "0 / 10"
    await _until(house.rests)  # what opening the card set going is over
    before = await house.pushes()
    await house.cafe.gives(card, at=clock.now())
    await house.comes_when_told(before)
    assert house.shows(serial) == "1 / 10"

    before = await house.pushes()
    for _ in range(8):
        await house.cafe.gives(card, at=clock.now())
    await _until(lambda: comes_and_shows(house, serial, "9 / 10"))
    await _until(house.rests)
    assert 1 <= await house.pushes() - before <= 4


async def comes_and_shows(house: House, serial: str, stamps: str) -> bool:
    await house.phone.comes()
    return house.shows(serial) == stamps


async def link_of(house: House, card: CardState) -> str:
    """Where the card's page leads."""
    settings = house.cafe.database.settings
    found = wallet.buttons_of(address=settings.address, apple=True, google=False)
    async with house.cafe.open() as session:
        links = await found(session, [card.card.id], clock.now())
    link = links[card.card.id].apple
    assert link
    return link.removeprefix(settings.address)


def seen(archive: bytes) -> dict[str, Any]:
    """What a phone reads in a real pass."""
    found = opened(archive)
    form = found.form
    stamps = found.fields()["stamps"]["value"]
    return {
        "serial": form["serialNumber"],
        "token": form["authenticationToken"],
        "stamps": found.shown("en", stamps),
    }


async def _until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.1)
