"""What all vendors' servers have in common."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import httpx

from tests.emulators.troubles import Cut, Delay, Garbage, Hang, Say, Trouble
from tests.emulators.wire import Answer, Listening, Reply, Request


@dataclass(frozen=True, slots=True)
class Callback:
    """What a vendor sends us, signed. It is a value, so that a test can change it on the way."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    method: str = "POST"

    def but(
        self,
        headers: Mapping[str, str] | None = None,
        *,
        url: str | None = None,
        body: bytes | None = None,
    ) -> Self:
        """The same with something else in it; an empty header is left out."""
        changed = headers or {}
        kept = {name: value for name, value in {**self.headers, **changed}.items() if value}
        return replace(
            self,
            url=self.url if url is None else url,
            body=self.body if body is None else body,
            headers=kept,
        )

    async def deliver(self, client: httpx.AsyncClient) -> httpx.Response:
        """Send it as the vendor's server would."""
        return await client.request(
            self.method, self.url, content=self.body, headers=dict(self.headers)
        )


class Refused(Exception):
    """The vendor won't do this; carries what it answers."""

    def __init__(self, answer: Answer):
        super().__init__(answer.status, answer.body)
        self.answer = answer


class Vendor:
    """A vendor's server. Use it as an async context manager."""

    def __init__(self, *, per_second: int | None = None):
        self.requests: list[Request] = []
        """Everything that came, in order, also what was refused."""
        self.stopwatch: Callable[[], float] = time.monotonic
        self.arrivals: list[float] = []
        """When each came, by this stopwatch."""
        self.per_second = per_second
        """More than this in a second is answered with 429."""
        self._troubles: deque[Trouble] = deque()
        self._always: Trouble | None = None
        self._listening = Listening(self._respond)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen, on a free port unless one is named."""
        await self._listening.start(port)

    async def stop(self) -> None:
        """Hang up and be gone; whoever calls finds nobody."""
        await self._listening.stop()

    @property
    def url(self) -> str:
        """Where it answers: what goes into a sender's configuration."""
        return f"http://127.0.0.1:{self._listening.port}"

    def then(self, *troubles: Trouble) -> None:
        """The next requests meet these, one each."""
        self._troubles.extend(troubles)

    def always(self, trouble: Trouble | None) -> None:
        """Every request meets this from now on; None ends it."""
        self._always = trouble

    def carry_out(self, request: Request) -> Answer:
        """Do what is asked. Raises Refused."""
        raise NotImplementedError

    def too_many(self) -> Answer:
        """How this vendor says that there is too much at once."""
        return Answer.of(429, {}, retry_after="1")

    async def _respond(self, request: Request, reply: Reply) -> None:
        self.requests.append(request)
        now = self.stopwatch()
        crowded = self._is_crowded(now)
        self.arrivals.append(now)
        trouble = self._troubles.popleft() if self._troubles else self._always
        if crowded:
            reply(self.too_many().raw())
        elif trouble is None:
            reply(self._answer_to(request).raw())
        else:
            await self._meet(trouble, request, reply)

    async def _meet(self, trouble: Trouble, request: Request, reply: Reply) -> None:
        match trouble:
            case Say(status, content, headers):
                reply(Answer.of(status, content, **dict(headers)).raw())
            case Delay(seconds):
                answer = self._answer_to(request)
                await asyncio.sleep(seconds)
                reply(answer.raw())
            case Hang(done):
                if done:
                    self._answer_to(request)
            case Cut(done):
                if done:
                    self._answer_to(request)
                reply(None)
            case Garbage(raw, None):
                reply(raw)
                reply(None)
            case Garbage(raw, status):
                reply(Answer(status or 200, raw, {"content-type": "text/html"}).raw())

    def _answer_to(self, request: Request) -> Answer:
        try:
            return self.carry_out(request)
        except Refused as refusal:
            return refusal.answer

    def _is_crowded(self, now: float) -> bool:
        if self.per_second is None or len(self.arrivals) < self.per_second:
            return False
        return now - self.arrivals[-self.per_second] < 1


def most_in_a_second(arrivals: list[float]) -> int:
    """How many came at most within any second."""
    most, oldest = 0, 0
    for newest, at in enumerate(arrivals):
        while at - arrivals[oldest] >= 1:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most
