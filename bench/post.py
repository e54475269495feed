"""A provider to send by: a real HTTP server on the loopback, and the carrier that speaks to it.

It takes one letter or many a call, remembers keys where it is told to, notes when each call was
made and when it came, and can be slow, down, full or talk nonsense. `python -m bench.post` runs it
as a process of its own; SIGTERM ends it, and what it saw is written to its standard output.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import httptools
import uvloop

from loyalnest.integrations.calls import Line, Said, Unclear, Unreached, Way
from loyalnest.kernel import clock
from loyalnest.messaging import (
    Accepted,
    Account,
    Approved,
    Channel,
    Doubtful,
    Field,
    Found,
    Letter,
    Mail,
    Offer,
    Outcome,
    Provider,
    Reason,
    Refused,
    Unseen,
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came in."""

    sent_at_s: float
    """When the sender says that it sent it, by the machine's steady clock."""
    came_at_s: float
    letters: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says, and how long it takes."""

    status: int = 200
    body: bytes | None = None
    """Instead of what it would say."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay_s: float = 0.0
    takes: bool = True
    """Whether it has taken the letters, whatever it says."""


Mood = Callable[[Sequence[Mapping[str, Any]]], Answer]


def _well(_: Sequence[Mapping[str, Any]]) -> Answer:
    return Answer()


@dataclass(slots=True)
class Post:
    """The provider: what it has taken, and how it answers."""

    mood: Mood = _well
    remembers: bool = True
    """Whether it takes a letter with a known key for the same letter."""
    calls: list[Call] = field(default_factory=list[Call])
    taken: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    """Every letter that went out to somebody, in order."""
    keys: dict[str, str] = field(default_factory=dict[str, str])
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["Post"]:
        """Answer for the duration."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    def answer(self, path: str, body: bytes) -> tuple[Answer, bytes]:
        """What is said to a request, and what it comes to."""
        came_at_s = time.monotonic()
        asked = json.loads(body)
        if path == "/look_up":
            found = {key: self.keys.get(key) for key in asked["keys"]}
            return Answer(), json.dumps(found).encode()
        letters = asked["letters"]
        self.calls.append(Call(asked["sent_at_s"], came_at_s, len(letters)))
        answer = self.mood(letters)
        ids = [self._take(each) for each in letters] if answer.takes else []
        said = answer.body if answer.body is not None else json.dumps({"ids": ids}).encode()
        return answer, said

    def _take(self, letter: Mapping[str, Any]) -> str:
        known = self.keys.get(letter["key"])
        if known is None or not self.remembers:
            self.taken.append(letter)
            known = self.keys[letter["key"]] = f"pv-{len(self.taken)}-{letter['key']}"
        return known


class _Connection(asyncio.Protocol):
    """As much of HTTP/1.1 as it takes."""

    def __init__(self, post: Post):
        self._post = post
        self._parser = httptools.HttpRequestParser(self)
        self._path, self._body = b"", b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._path, self._body = url, b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        answer, body = self._post.answer(self._path.decode(), self._body)
        if answer.delay_s:
            loop = asyncio.get_running_loop()
            loop.call_later(answer.delay_s, self._say, answer, body)
        else:
            self._say(answer, body)

    def _say(self, answer: Answer, body: bytes) -> None:
        if self._transport.is_closing():
            return
        headers = {"Content-Length": str(len(body)), **answer.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {answer.status} Said\r\n{lines}\r\n"
        self._transport.write(head.encode() + body)


class PostCarrier:
    """Speaks to the provider, as an integration does."""

    def __init__(self, url: str):
        self._line = Line(Way(url, clock.now, timeout_s=4), connections=64)

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over."""
        said = {
            "letters": [_said(letter) for letter in letters],
            "sent_at_s": time.monotonic(),
        }
        try:
            answer = await self._line.ask("POST", "/send", content=json.dumps(said).encode())
        except Unreached:
            return [Refused(Reason.UNAVAILABLE)] * len(letters)
        except Unclear:
            return [Doubtful()] * len(letters)
        return _outcomes(answer, len(letters))

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """Ask what became of letters."""
        keys = json.dumps({"keys": [letter.key for letter in letters]}).encode()
        found: dict[str, str | None] = (
            await self._line.ask("POST", "/look_up", content=keys)
        ).json()
        return [Accepted(id_) if (id_ := found[letter.key]) else Unseen() for letter in letters]

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()


def _outcomes(answer: Said, letters: int) -> list[Outcome]:
    if answer.status == 429:
        wait = answer.retry_after(clock.now()) or timedelta(seconds=1)
        return [Refused(Reason.THROTTLED, retry_after=wait)] * letters
    if answer.status >= 500:
        return [Refused(Reason.UNAVAILABLE, code=str(answer.status))] * letters
    if answer.status >= 400:
        return [Refused(Reason(answer.body.decode()), code=str(answer.status))] * letters
    try:
        return [Accepted(id_) for id_ in answer.json()["ids"]]
    except (Unclear, KeyError, TypeError):
        return [Doubtful("NONSENSE")] * letters


def _said(letter: Letter) -> dict[str, Any]:
    content = letter.content
    said: dict[str, Any] = {"id": letter.message_id.hex, "key": letter.key, "to": letter.to}
    said["headers"] = dict(letter.headers)
    if isinstance(content, Mail):
        said |= {"subject": content.subject, "text": content.text, "html": content.html}
    elif isinstance(content, Approved):
        said |= {"template": content.name, "variables": content.variables}
    else:
        said["text"] = content.text
    return said


def offer(
    *,
    provider: Provider = Provider.SES,
    channels: Sequence[Channel] = tuple(Channel),
    at_most: int = 1,
    calls_at_once: int = 32,
    repeats_safely_for: timedelta | None = timedelta(hours=24),
    looks_up: bool = False,
    rate_per_s: float = 10_000,
) -> Offer:
    """The provider's offer: its address is one of the account's options."""

    def open_(account: Account) -> PostCarrier:
        return PostCarrier(account.options["url"])

    return Offer(
        provider,
        frozenset(channels),
        open_,
        {"url": Field("Address", leads=True), "token": Field("Token", secret=True, required=False)},
        at_most=at_most,
        calls_at_once=calls_at_once,
        repeats_safely_for=repeats_safely_for,
        looks_up=looks_up,
        rate_per_s=rate_per_s,
    )


async def _run(port: int) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with Post(port=port).open() as post:
        await ended.wait()
    seen = {
        "calls": [[call.sent_at_s, call.came_at_s, call.letters] for call in post.calls],
        "letters": len(post.taken),
        "different": len({letter["id"] for letter in post.taken}),
    }
    print(json.dumps(seen))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(int(sys.argv[1])))
