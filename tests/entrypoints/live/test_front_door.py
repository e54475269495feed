"""The stream behind the whole front door, with a real key."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import uvicorn
from websockets.asyncio.client import connect

from loyalnest import platform, staff
from loyalnest.entrypoints import live, wiring
from loyalnest.entrypoints.http import build_app
from loyalnest.kernel import clock, relay
from loyalnest.kernel.database import Database
from tests.kernel.relay.bell import ring


async def test_a_key_opens_the_stream_by_header_or_first_message(database: Database):
    now = clock.now()
    async with database.platform() as session:
        opened = await platform.open_merchant(
            session,
            handle="tea-room",
            name="Tea room",
            currency="GBP",
            time_zone="Europe/London",
            now=now,
            actor="test",
        )
    shop = opened.merchant.id
    async with database.tenant(shop) as session:
        _, secret = await staff.create_api_key(
            session,
            name="dashboard",
            scopes=[staff.Scope("events:read")],
            granted_by=frozenset(staff.Scope),
            actor="test",
            now=now,
        )
    settings = database.settings
    app = build_app(
        database, settings, wiring.parts(database, settings, frozenset({wiring.Role.EVENTS}))
    )
    config = uvicorn.Config(app, port=0, ws="websockets-sansio", lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    address = f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{live.PATH}?from=0"
    header = {"Authorization": f"Bearer {secret}"}

    async with connect(address, additional_headers=header) as ours, connect(address) as browser:
        await browser.send(json.dumps({"token": secret}))
        ready = [json.loads(await side.recv())["kind"] for side in (ours, browser)]
        await ring(database, shop, 7)
        await relay.settle(database, [])
        seen = [await _until_bell(side.recv) for side in (ours, browser)]

    server.should_exit = True
    await serving
    assert ready == ["ready", "ready"]
    assert seen == [{"times": 7}, {"times": 7}]


async def _until_bell(receive: Callable[[], Awaitable[str | bytes]]) -> object:
    """What the first bell said, past what opening a merchant announces."""
    async with asyncio.timeout(2):
        while True:
            message = json.loads(await receive())
            if message["event"]["type"] == "bell.rang":
                return message["event"]["data"]
