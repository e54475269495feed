"""A dashboard sees what happens within a second, misses nothing, and sees nobody else's."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from uuid import UUID

import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from loyalnest.entrypoints import live
from loyalnest.entrypoints.live.hub import QUEUE, Listener
from loyalnest.kernel import events, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Unauthenticated
from loyalnest.kernel.http import Caller
from tests.conftest import NOW
from tests.doors import caller_for
from tests.kernel.relay.bell import open_shops, ring


class GuestAsked(events.Event, frozen=True, kw_only=True):
    """Something about who has access."""

    type: ClassVar[str] = "staff.guest_asked"


async def test_an_event_is_seen_within_a_second_and_only_by_its_merchant(database: Database):
    shop, other = await open_shops(database, 2)
    took_s: list[float] = []

    async with (
        _server(database, {"ours": shop, "theirs": other}) as address,
        _as(address, "ours") as ours,
        _as(address, "theirs") as theirs,
    ):
        assert (await _next(ours))["kind"] == "ready"
        assert (await _next(theirs))["kind"] == "ready"
        for position in (1, 2, 3):
            await ring(database, shop, 7)
            await relay.settle(database, [])
            began_s = time.monotonic()
            message = await _next(ours)
            took_s.append(time.monotonic() - began_s)
            assert message["event"]["data"] == {"times": 7}
            assert message["position"] == position
        await ring(database, other, 8)
        await relay.settle(database, [])
        assert (await _next(theirs))["event"]["data"] == {"times": 8}, "the first that they hear"

    # A machine that is held up is so for one of them, and no dashboard's fault.
    assert min(took_s) < 1


async def test_a_dashboard_goes_on_where_it_left(database: Database):
    (shop,) = await open_shops(database)
    await ring(database, shop, *range(1, 6))
    await relay.settle(database, [])

    async with (
        _server(database, {"ours": shop}) as address,
        _as(address, "ours", "?from=2") as ours,
    ):
        await _next(ours)
        replayed = [(await _next(ours))["position"] for _ in range(3)]
        await ring(database, shop, 6)
        await relay.settle(database, [])
        followed = (await _next(ours))["position"]

    assert replayed == [3, 4, 5]
    assert followed == 6


async def test_a_listener_that_was_overrun_reads_the_rest_from_the_log(database: Database):
    (shop,) = await open_shops(database)

    async with _server(database, {"ours": shop}) as address, _as(address, "ours") as ours:
        await _next(ours)
        await ring(database, shop, *range(3 * QUEUE))
        await relay.settle(database, [])
        seen = [(await _next(ours))["position"] for _ in range(3 * QUEUE)]

    assert seen == list(range(1, 3 * QUEUE + 1))


async def test_who_is_shut_out_meanwhile_does_not_hear_what_is_caught_up_with(database: Database):
    (shop,) = await open_shops(database)
    await ring(database, shop, *range(1, 201))
    async with database.tenant(shop) as session:
        asked = GuestAsked(merchant_id=shop, occurred_at=NOW)
        await events.publish(session, [asked], now=NOW)
    await ring(database, shop, 201)
    await relay.settle(database, [])

    async with (
        _server(database, {"once": shop, "ours": shop}) as address,
        _as(address, "once", "?from=0") as guest,
        _as(address, "ours", "?from=0") as ours,
    ):
        assert (await _next(guest))["kind"] == "ready"
        # A page of the log that holds nothing about access is read to them; the next is not.
        heard = [(await _next(guest))["position"] for _ in range(200)]
        with pytest.raises(ConnectionClosed) as closed:
            await _next(guest)
        await _next(ours)
        theirs = [(await _next(ours))["position"] for _ in range(202)]

    assert heard == list(range(1, 201))
    assert theirs == list(range(1, 203))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_a_full_queue_is_noticed_and_not_grown():
    listener = Listener(UUID(int=1), since=0)
    event: Any = None

    for _ in range(QUEUE + 1):
        listener.offer(event)

    assert listener.overrun
    assert listener.queue.qsize() == QUEUE


async def test_a_browser_sends_its_token_as_the_first_message(database: Database):
    (shop,) = await open_shops(database)

    async with _server(database, {"ours": shop}) as address, connect(address) as browser:
        await browser.send(json.dumps({"token": "ours"}))
        assert (await _next(browser))["kind"] == "ready"


async def test_what_a_listener_says_besides_does_no_harm(database: Database):
    (shop,) = await open_shops(database)

    async with _server(database, {"ours": shop}) as address, _as(address, "ours") as ours:
        await _next(ours)
        await ours.send(b"\x00\xff")
        await ours.send("x" * 100_000)
        await ring(database, shop, 1)
        await relay.settle(database, [])
        assert (await _next(ours))["position"] == 1


@pytest.mark.parametrize(
    ("first", "query", "code"),
    [
        ({"token": "nobody's"}, "", 4401),
        ({"hello": 1}, "", 4401),
        ({"token": "narrow"}, "", 4403),
        ({"token": "ours"}, "?from=yesterday", 4400),
    ],
)
async def test_a_refusal_says_why(database: Database, first: dict[str, str], query: str, code: int):
    (shop,) = await open_shops(database)

    async with (
        _server(database, {"ours": shop, "narrow": shop}) as address,
        connect(address + query) as browser,
    ):
        await browser.send(json.dumps(first))
        with pytest.raises(ConnectionClosed) as closed:
            await _next(browser)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code
    assert closed.value.rcvd.reason


@asynccontextmanager
async def _server(database: Database, tokens: dict[str, UUID]) -> AsyncGenerator[str]:
    """A server of the stream alone, where a token's word names its merchant; "once" ends so."""

    async def authenticate(bearer: str, _: object) -> Caller:
        if bearer not in tokens:
            raise Unauthenticated
        scopes = "orders:read" if bearer == "narrow" else "events:read"
        merchant_id = tokens.pop(bearer) if bearer == "once" else tokens[bearer]
        return caller_for(merchant_id, scopes)

    async with live.Hub(database) as hub:
        app = Starlette(routes=[live.stream_of(hub, database, authenticate)])
        config = uvicorn.Config(
            app, port=0, ws="websockets-sansio", lifespan="off", log_config=None
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}{live.PATH}"
        server.should_exit = True
        await serving


@asynccontextmanager
async def _as(address: str, token: str, query: str = "") -> AsyncGenerator[ClientConnection]:
    headers = {"Authorization": f"Bearer {token}"}
    async with connect(address + query, additional_headers=headers) as connection:
        yield connection


async def _next(connection: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(60):
        return json.loads(await connection.recv())
