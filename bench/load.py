"""The load, in a process of its own: `python -m bench.load`, told by a task on its input.

Open-loop where a rate is given: requests leave when they are due, whether or not earlier ones were
answered, and an answer's latency counts from the instant its request should have left. Without a
rate each connection sends its next request as soon as it has an answer. Everything is built before
the clock starts, because the load shares the processors with what it measures.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from typing import cast

import httptools
import msgspec
import uvloop

from bench.orders import Plan, request_of, signed_orders


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What to send: orders of a plan, or one request of the caller's, over and over."""

    port: int
    host: str = "127.0.0.1"
    seconds: float
    warm_up_s: float = 0
    rate: float | None = None
    connections: int = 64
    merchants: int = 500
    first: int = 0
    count: int = 0
    requests: list[str] = []


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it, after the warm-up."""

    answered: int
    refused: int
    seconds: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float

    @property
    def per_second(self) -> float:
        """Good answers a second."""
        return self.answered / self.seconds


class _Load:
    """Requests on their way."""

    def __init__(self, task: Task, requests: deque[bytes]):
        self.task = task
        self.requests = requests
        self.due: deque[float] = deque()
        self.idle: deque[_Connection] = deque()
        self.latencies: list[float] = []
        self.refused = 0
        self.open = True
        self.counts_from = 0.0

    def next_request(self) -> bytes | None:
        if not self.requests or not self.open:
            return None
        request = self.requests.popleft()
        if self.task.requests:
            self.requests.append(request)
        return request

    def answered(self, connection: "_Connection", status: int, intended: float) -> None:
        now = asyncio.get_running_loop().time()
        if intended >= self.counts_from:
            if status == 200 or status == 201:
                self.latencies.append(now - intended)
            else:
                self.refused += 1
        if self.task.rate is None:
            self.send(connection, now)
        elif self.due:
            self.send(connection, self.due.popleft())
        else:
            self.idle.append(connection)

    def send(self, connection: "_Connection", intended: float) -> None:
        request = self.next_request()
        if request is not None:
            connection.send(request, intended)


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request under way at a time."""

    def __init__(self, load: _Load):
        self._load = load
        self._transport: asyncio.WriteTransport | None = None
        self._intended = 0.0
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not of asyncio's classes, they only behave alike.
        self._transport = cast(asyncio.WriteTransport, transport)

    def send(self, request: bytes, intended: float) -> None:
        assert self._transport is not None
        self._intended = intended
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._load.answered(self, self._parser.get_status_code(), self._intended)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._load.open:
            self._load.refused += 1


async def run(task: Task) -> Outcome:
    """Send the load and wait until its time is over."""
    load = _Load(task, deque(_requests(task)))
    loop = asyncio.get_running_loop()
    connections: list[_Connection] = []
    for _ in range(task.connections):
        _, connection = await loop.create_connection(
            lambda: _Connection(load), task.host, task.port
        )
        connections.append(connection)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    started = loop.time()
    load.counts_from = started + task.warm_up_s
    until = load.counts_from + task.seconds
    if task.rate is None:
        for connection in connections:
            load.send(connection, started)
        await asyncio.sleep(until - loop.time())
    else:
        load.idle.extend(connections)
        await _pace(load, task.rate, started, until)
    load.open = False
    await asyncio.sleep(0.2)
    return _outcome(load, task.seconds)


async def _pace(load: _Load, rate: float, started: float, until: float) -> None:
    clock: Callable[[], float] = asyncio.get_running_loop().time
    sent = 0
    while (now := clock()) < until:
        while started + sent / rate <= now:
            intended = started + sent / rate
            sent += 1
            if load.idle:
                # In turn, so that none idles for so long that the server hangs up.
                load.send(load.idle.popleft(), intended)
            else:
                load.due.append(intended)
        await asyncio.sleep(0.001)


def _requests(task: Task) -> list[bytes]:
    if task.requests:
        return [request.encode() for request in task.requests]
    plan = Plan(task.count, task.merchants, task.first)
    host = f"{task.host}:{task.port}"
    return [request_of(order, host) for order in signed_orders(plan)]


def _outcome(load: _Load, seconds: float) -> Outcome:
    times = sorted(load.latencies) or [0.0]
    return Outcome(
        answered=len(load.latencies),
        refused=load.refused + len(load.due),
        seconds=seconds,
        p50_ms=times[len(times) // 2] * 1000,
        p95_ms=times[int(len(times) * 0.95)] * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        worst_ms=times[-1] * 1000,
    )


if __name__ == "__main__":
    outcome = uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Task)))
    sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")
