"""The stream behind the whole front door, with a real key."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from loyalnest import platform, staff
from loyalnest.entrypoints import doors, live
from loyalnest.entrypoints.http import build_app
from loyalnest.entrypoints.roles import Role
from loyalnest.kernel import clock, relay
from loyalnest.kernel.database import Database
from loyalnest.staff.service.sessions import start_session
from tests.doors import bearing, house, make_key, open_cafe
from tests.kernel.relay.bell import ring

_PATIENCE_S = 60


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
    header = {"Authorization": f"Bearer {secret}"}

    async with (
        _served(database) as address,
        connect(f"{address}?from=0", additional_headers=header) as ours,
        connect(f"{address}?from=0") as browser,
    ):
        await browser.send(json.dumps({"token": secret}))
        ready = [json.loads(await side.recv())["kind"] for side in (ours, browser)]
        await ring(database, shop, 7)
        await relay.settle(database, [])
        seen = [await _until_bell(side.recv) for side in (ours, browser)]

    assert ready == ["ready", "ready"]
    assert seen == [{"times": 7}, {"times": 7}]


async def test_whoever_is_shut_out_hears_no_more_and_gets_in_no_more(database: Database):
    cafe, _ = await open_cafe(database)
    async with database.tenant(cafe.id) as session:
        (owner,) = await staff.list_members(session)
        started = await start_session(session, staff_id=owner.id, now=clock.now())
    header = {"Authorization": f"Bearer {started.access_token}"}
    elsewhere = {"version": 0, "networks": [{"network": "203.0.113.0/24"}]}
    key = await make_key(database, cafe.id)

    async with _served(database) as address, connect(address, additional_headers=header) as ours:
        assert json.loads(await ours.recv())["kind"] == "ready"
        async with house(database) as client:
            path = "/v1/api/staff/networks"
            said = await client.put(path, json=elsewhere, headers=bearing(key))
        assert said.is_success, said.text
        await relay.settle(database, [])
        with pytest.raises(ConnectionClosed) as shut:
            await _until_closed(ours.recv)
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, additional_headers=header)
        async with connect(address) as browser:
            await browser.send(json.dumps({"token": started.access_token}))
            with pytest.raises(ConnectionClosed) as again:
                await browser.recv()

    assert refused.value.response.status_code == 403
    for closed in (shut, again):
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4403
        assert "203.0" not in closed.value.rcvd.reason


@asynccontextmanager
async def _served(database: Database) -> AsyncGenerator[str]:
    """The address of the stream behind the whole front door."""
    settings = database.settings
    parts = doors.parts(database, settings, frozenset({Role.EVENTS}))
    app = build_app(database, settings, parts)
    config = uvicorn.Config(app, port=0, ws="websockets-sansio", lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}{live.PATH}"
    server.should_exit = True
    await serving


async def _until_closed(receive: Callable[[], Awaitable[str | bytes]]) -> None:
    """Hear what there is. Raises ConnectionClosed, or TimeoutError where it goes on."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            assert "networks_changed" not in str(await receive())


async def _until_bell(receive: Callable[[], Awaitable[str | bytes]]) -> object:
    """What the first bell said, past what opening a merchant announces."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            message = json.loads(await receive())
            if message["event"]["type"] == "bell.rang":
                return message["event"]["data"]
