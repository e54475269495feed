"""One connection: who it is, where it goes on from, and what it is told.

The token comes as `Authorization: Bearer`, or, from a browser that can set no header, as the first
message: `{"token": "…"}`. Never in the address, which ends up in logs. Every message we send has a
`kind`: `ready`, `event`, or `heartbeat`; the last two tell a position to go on from.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from loyalnest.entrypoints.live.hub import Hub, Listener
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError, Invalid, RateLimited, Unauthenticated
from loyalnest.kernel.http import Caller, ip_address_of
from loyalnest.kernel.networks import Address

Authenticate = Callable[[str, Address | None], Awaitable[Caller]]
Admit = Callable[[], Awaitable[Caller]]

PATH = "/v1/api/events/stream"
SCOPE = "events:read"
_FIRST_MESSAGE_S = 10.0
_HEARTBEAT_S = 20.0
_LOOK_AGAIN_S = 60.0
_PAGE = 200
# Whoever listens may be whom it is about.
_ABOUT_ACCESS = "staff."

# Application codes of RFC 6455, after the HTTP statuses that say the same.
_INVALID, _UNKNOWN, _FORBIDDEN, _TOO_MANY, _TROUBLE = 4400, 4401, 4403, 4429, 1011


class FirstMessageInvalid(Unauthenticated):
    """Send {"token": "…"} as the first message, or an Authorization header."""


class PositionInvalid(Invalid):
    """`from` must be the position of an event you have seen."""


class _Token(msgspec.Struct):
    token: str


def stream_of(hub: Hub, database: Database, authenticate: Authenticate) -> WebSocketRoute:
    """The route of the stream. `authenticate` says whose a token from an address is, or raises."""

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            admit = partial(_admitted, websocket, authenticate, await _bearer_of(websocket))
            caller = await admit()
            start = _start_of(websocket)
            async with hub.listen(caller.merchant_id) as listener:
                await _talk(websocket, database, listener, start, admit)
        except WebSocketDisconnect:
            pass
        except DomainError as error:
            await _close(websocket, _code_of(error), error.detail)
        except Exception:
            await _close(websocket, _TROUBLE, "Something went wrong here; connect again.")
            raise

    return WebSocketRoute(PATH, stream, name="event_stream")


async def _talk(
    websocket: WebSocket,
    database: Database,
    listener: Listener,
    start: int | None,
    admit: Admit,
) -> None:
    """Send until the other side leaves, the token ends, or sending fails."""
    tasks = [
        asyncio.ensure_future(_send(websocket, database, listener, start, admit)),
        asyncio.ensure_future(_until_left(websocket)),
        asyncio.ensure_future(_recheck(admit)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send(
    websocket: WebSocket,
    database: Database,
    listener: Listener,
    start: int | None,
    admit: Admit,
) -> None:
    """What is in the log since `start`, then what comes, each event once and in order."""
    sent = listener.since if start is None else min(start, listener.since)
    await websocket.send_json({"kind": "ready", "position": sent})
    sent = await _catch_up(websocket, database, listener.merchant_id, sent, admit)
    while True:
        if listener.overrun:
            listener.overrun = False
            while not listener.queue.empty():
                listener.queue.get_nowait()
            sent = await _catch_up(websocket, database, listener.merchant_id, sent, admit)
        try:
            async with asyncio.timeout(_HEARTBEAT_S):
                event = await listener.queue.get()
        except TimeoutError:
            await websocket.send_json({"kind": "heartbeat", "position": sent})
            continue
        if event.position > sent:
            await _still_admitted(admit, [event])
            await _send_event(websocket, event)
            sent = event.position


async def _catch_up(
    websocket: WebSocket, database: Database, merchant_id: UUID, sent: int, admit: Admit
) -> int:
    """Send what the log has after `sent`; returns the last position sent."""
    page_is_full = True
    while page_is_full:
        async with database.tenant(merchant_id) as session:
            events = await relay.events_after(
                session, merchant_id=merchant_id, position=sent, limit=_PAGE
            )
        await _still_admitted(admit, events)
        for event in events:
            await _send_event(websocket, event)
            sent = event.position
        page_is_full = len(events) == _PAGE
    return sent


async def _still_admitted(admit: Admit, events: Sequence[relay.LoggedEvent]) -> None:
    """Look whether they may hear these, where one is about access. Raises when they may not."""
    if any(event.type.startswith(_ABOUT_ACCESS) for event in events):
        await admit()


async def _send_event(websocket: WebSocket, event: relay.LoggedEvent) -> None:
    shown = relay.event_out(event).model_dump(mode="json")
    await websocket.send_json({"kind": "event", "position": event.position, "event": shown})


async def _until_left(websocket: WebSocket) -> None:
    """Whatever is said meanwhile, in text or in bytes, is not for us."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _admitted(websocket: WebSocket, authenticate: Authenticate, bearer: str) -> Caller:
    """Who listens. Raises whatever keeps them out."""
    caller = await authenticate(bearer, ip_address_of(websocket))
    caller.require(SCOPE)
    return caller


async def _recheck(admit: Admit) -> None:
    """Look from time to time whether the token still holds. Raises when it doesn't."""
    while True:
        await asyncio.sleep(_LOOK_AGAIN_S)
        await admit()


async def _bearer_of(websocket: WebSocket) -> str:
    scheme, _, bearer = websocket.headers.get("authorization", "").partition(" ")
    if bearer.strip() and scheme.lower() == "bearer":
        return bearer.strip()
    try:
        async with asyncio.timeout(_FIRST_MESSAGE_S):
            return msgspec.json.decode(await websocket.receive_text(), type=_Token).token
    except (TimeoutError, KeyError, msgspec.DecodeError):
        raise FirstMessageInvalid from None


def _start_of(websocket: WebSocket) -> int | None:
    text = websocket.query_params.get("from")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise PositionInvalid
    return int(text)


def _code_of(error: DomainError) -> int:
    match error:
        case Unauthenticated():
            return _UNKNOWN
        case RateLimited():
            return _TOO_MANY
        case Invalid():
            return _INVALID
        case _:
            return _FORBIDDEN


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    if websocket.application_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(code, reason[:120])
