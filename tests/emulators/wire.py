"""HTTP/1.1 as a vendor's server speaks it, down to answers that are no HTTP at all."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httptools


@dataclass(frozen=True, slots=True)
class Request:
    """What came, its headers by lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(
        cls, status: int, content: Any, *, media_type: str = "application/json", **headers: str
    ) -> "Answer":
        """An answer that says something in JSON; `retry_after` becomes `retry-after`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, json.dumps(content).encode(), {"content-type": media_type} | named)

    def raw(self) -> bytes:
        """The answer as it goes over the wire."""
        phrase = HTTPStatus(self.status).phrase
        lines = [f"HTTP/1.1 {self.status} {phrase}", f"content-length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


Reply = Callable[[bytes | None], None]
"""Sends these bytes as they are; None hangs up."""
Handler = Callable[[Request, Reply], Awaitable[None]]


class Connection(asyncio.Protocol):
    """One client's connection, kept open for as long as the client likes."""

    def __init__(self, handler: Handler, open_connections: set["Connection"]):
        self._handler = handler
        self._open = open_connections
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None
        self._begin()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.send(Answer(400).raw())
            self.send(None)

    def on_url(self, url: bytes) -> None:
        self._target += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        method = self._parser.get_method().decode()
        request = Request(method, self._target, self._headers, b"".join(self._body))
        self._begin()
        task = asyncio.ensure_future(self._handler(request, self.send))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def send(self, raw: bytes | None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if raw is None:
            self._transport.abort()
        else:
            self._transport.write(raw)

    def _begin(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._target = ""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []


class Listening:
    """A server on a free port of loopback, or on the one that is named."""

    def __init__(self, handler: Handler):
        self._handler = handler
        self._open: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._handler, self._open), "127.0.0.1", port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up on everybody."""
        assert self._server
        self._server.close()
        for connection in list(self._open):
            connection.send(None)
        await self._server.wait_closed()
