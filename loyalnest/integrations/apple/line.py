"""A connection to a service that speaks HTTP/2, for many small requests side by side.

On `h2`, which knows the protocol and does no reading or writing of its own. Nothing is repeated
here: whoever asks is told that a connection broke, and may ask again on a new one.
"""

import asyncio
import json
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    PingAckReceived,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]

_OPEN_S, _PONG_S = 10.0, 3.0

SIDE_BY_SIDE = 200
"""Requests in flight at once: at a tenth of a second there and back, 2,000 a second."""
_ANSWER_BYTES = 10_000
# In OpenSSL's names for what went wrong.
_ABOUT_TRUST = ("CERT", "UNKNOWN_CA", "ACCESS_DENIED", "HANDSHAKE_FAILURE")
# Our own headers are as they should be, and of an answer's two are read. To look at all of them
# costs as much again as all else here.
_CONFIGURATION = H2Configuration(
    header_encoding="utf-8",
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
    validate_inbound_headers=False,
)


class Broken(Exception):
    """The connection ended, or no answer came: what was asked may have been done."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why

    def anew(self) -> Self:
        """The same for somebody else: one that is raised twice grows each time."""
        return type(self)(self.why)


class Goodbye(Broken):
    """The other side winds this connection up; a new one is welcome."""


class Distrusted(Broken):
    """One side doesn't accept the other's certificate; to try again is of no use."""


@dataclass(slots=True)
class Answered:
    """What came back for one request."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytearray = field(default_factory=bytearray)

    def json(self) -> dict[str, Any]:
        """The body as an object; an empty one where it is none."""
        try:
            found: Any = json.loads(bytes(self.body))
        except ValueError:
            return {}
        return cast(dict[str, Any], found) if isinstance(found, dict) else {}


class Line(asyncio.Protocol):
    """One connection. Made by `open_line`."""

    def __init__(self, timeout_s: float):
        self._loop = asyncio.get_running_loop()
        self._timeout_s = timeout_s
        self._h2 = H2Connection(_CONFIGURATION)
        self._transport: asyncio.Transport | None = None
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._asked: dict[int, tuple[asyncio.Future[Answered], Answered]] = {}
        self._ready = self._loop.create_future()
        self._pong: asyncio.Future[None] | None = None
        self._flushing = False
        self._heard_at_s = self._loop.time()
        self.broken: Broken | None = None
        """Why nothing more can be asked here."""

    @property
    def idle_s(self) -> float:
        """For how long nothing was heard."""
        return self._loop.time() - self._heard_at_s

    async def ask(self, headers: Headers, body: bytes) -> Answered:
        """Ask once, and wait for the answer. Raises Broken."""
        async with self._room:
            if self.broken:
                raise self.broken.anew()
            stream, answer = self._send(headers, body), self._loop.create_future()
            self._asked[stream] = (answer, Answered())
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await answer
            except TimeoutError:
                self._give_up(stream)
                raise Broken("timeout") from None
            finally:
                self._asked.pop(stream, None)

    async def is_alive(self) -> bool:
        """Whether the other side still answers."""
        if self.broken:
            return False
        if self._pong is None:
            self._pong = self._loop.create_future()
            self._h2.ping(b"loyalnst")
            self._flush()
        try:
            async with asyncio.timeout(_PONG_S):
                await asyncio.shield(self._pong)
        except (TimeoutError, Broken):
            self._break(Broken("no_pong"))
            return False
        return True

    async def ready(self) -> None:
        """Wait until the other side has said what it takes. Raises Broken."""
        await self._ready

    def close(self) -> None:
        """Hang up."""
        self._break(Broken("closed"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done."""
        self._transport = cast(asyncio.Transport, transport)
        tls = cast("ssl.SSLObject | None", transport.get_extra_info("ssl_object"))
        if tls is not None and tls.selected_alpn_protocol() != "h2":
            self._break(Broken("no_http2"))
            return
        self._h2.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._heard_at_s = self._loop.time()
        try:
            for event in self._h2.receive_data(data):
                self._take(event)
        except ProtocolError as error:
            self._break(Broken(type(error).__name__))
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side hung up, or the way there is gone."""
        if isinstance(exc, ssl.SSLError):
            self._break(_tls_trouble(exc))
        else:
            self._break(Broken(type(exc).__name__ if exc else "hung_up"))

    def _send(self, headers: Headers, body: bytes) -> int:
        try:
            stream = self._h2.get_next_available_stream_id()
            self._h2.send_headers(stream, headers)
            self._h2.send_data(stream, body, end_stream=True)
        except ProtocolError as error:
            # Its numbers or its window are used up, or it takes fewer than it said.
            self._break(Broken(type(error).__name__))
            raise Broken(type(error).__name__) from None
        if not self._flushing:
            # Once for all that is asked in this turn of the loop.
            self._flushing = True
            self._loop.call_soon(self._flush)
        return stream

    def _take(self, event: Event) -> None:
        match event:
            case ResponseReceived(stream_id=int(stream), headers=list(headers)):
                if asked := self._asked.get(stream):
                    told = {str(name): str(value) for name, value in headers}
                    asked[1].status, asked[1].headers = int(told.get(":status", 0)), told
            case DataReceived(stream_id=int(stream), data=bytes(data)):
                self._h2.acknowledge_received_data(event.flow_controlled_length or 0, stream)
                if (asked := self._asked.get(stream)) and len(asked[1].body) < _ANSWER_BYTES:
                    asked[1].body.extend(data)
            case StreamEnded(stream_id=int(stream)):
                if (asked := self._asked.get(stream)) and not asked[0].done():
                    asked[0].set_result(asked[1])
            case StreamReset(stream_id=int(stream)):
                if (asked := self._asked.get(stream)) and not asked[0].done():
                    asked[0].set_exception(Broken("reset"))
            case RemoteSettingsChanged():
                self._begin()
            case PingAckReceived():
                if self._pong and not self._pong.done():
                    self._pong.set_result(None)
                self._pong = None
            case ConnectionTerminated():
                # Of what was not answered, some may still be done; to ask twice does no harm.
                self._break(Goodbye("goodbye"))
            case _:
                pass

    def _begin(self) -> None:
        if not self._ready.done():
            at_once = self._h2.remote_settings.max_concurrent_streams
            self._room = asyncio.Semaphore(max(min(at_once, SIDE_BY_SIDE), 1))
            self._ready.set_result(None)

    def _give_up(self, stream: int) -> None:
        """No answer came in time; where nothing came at all, the whole connection is lost."""
        if self.idle_s >= self._timeout_s:
            self._break(Broken("timeout"))
        elif not self.broken:
            # Its answer may have ended in this very turn; then nothing is left to call off.
            with suppress(ProtocolError):
                self._h2.reset_stream(stream, ErrorCodes.CANCEL)
            self._flush()

    def _break(self, broken: Broken) -> None:
        if self.broken:
            return
        self.broken = broken
        if self._transport:
            self._transport.abort()
        for answer, _ in self._asked.values():
            if not answer.done():
                answer.set_exception(broken.anew())
        for each in (self._ready, self._pong):
            if each and not each.done():
                each.set_exception(broken.anew())
                each.exception()  # nobody need be waiting for it

    def _flush(self) -> None:
        self._flushing = False
        if self._transport and not self._transport.is_closing():
            self._transport.write(self._h2.data_to_send())


async def open_line(host: str, port: int, tls: ssl.SSLContext, *, timeout_s: float) -> Line:
    """A connection that is ready to be asked. Raises Broken, Distrusted."""
    loop = asyncio.get_running_loop()
    line: Line | None = None
    try:
        async with asyncio.timeout(_OPEN_S):
            _, line = await loop.create_connection(lambda: Line(timeout_s), host, port, ssl=tls)
            await line.ready()
    except ssl.SSLError as error:
        raise _tls_trouble(error) from None
    except (OSError, TimeoutError) as error:
        if line:
            line.close()
        raise Broken(type(error).__name__) from None
    return line


def _tls_trouble(error: ssl.SSLError) -> Broken:
    """Whether it is about a certificate, or a connection like others that went wrong."""
    reason = error.reason or "tls"
    return (Distrusted if any(it in reason for it in _ABOUT_TRUST) else Broken)(reason)
