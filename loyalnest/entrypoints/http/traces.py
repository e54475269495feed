"""The outermost layer: gives a request its trace id, measures it, logs it, and catches its fall."""

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import structlog
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loyalnest.entrypoints.http.metrics import RequestMetrics
from loyalnest.kernel import logs
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.http import problem_response, unexpected_response

_TRACEPARENT = re.compile(rb"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
# Counted and not told.
_COUNTED = ("/webhooks/", "/v1/api/widget/")
_log = structlog.get_logger("http")


class Traces:
    """Every request has a trace id, one line in the log and a place in the metrics.

    A line names the route by its pattern, and never the query string or what stands in the path.
    """

    def __init__(self, app: ASGIApp, *, metrics: RequestMetrics, routes: Iterable[BaseRoute]):
        self.app = app
        self.metrics = metrics
        self.patterns = patterns_of(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        with logs.traced(_trace_of(scope)):
            if scope["type"] == "websocket":
                await self.app(scope, receive, send)
            else:
                await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        status = 0

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], _traceparent()]}
            await send(message)

        try:
            await self.app(scope, receive, send_traced)
        except DomainError as error:
            if status:
                raise
            await problem_response(error)(scope, receive, send_traced)
        except Exception:
            _log.exception("request.failed", method=scope["method"], route=self._route(scope))
            if status:
                raise
            await unexpected_response()(scope, receive, send_traced)
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _route(self, scope: Scope) -> str:
        return route_of(self.patterns, scope)

    def _record(self, scope: Scope, status: int, took_s: float) -> None:
        route = self._route(scope)
        self.metrics.observe(scope["method"], route, status, took_s)
        if status in (200, 304) and route.startswith(_COUNTED):
            return  # they come by the thousand a second and are counted, not told
        caller = scope["state"].get("caller")
        _log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            took_ms=round(took_s * 1000, 2),
            merchant_id=str(caller.merchant_id) if caller else None,
            actor=caller.actor if caller else None,
        )


def patterns_of(routes: Iterable[BaseRoute]) -> Mapping[int, Sequence[Route]]:
    """Routes by who answers them, which is all that a request says of its route afterwards."""
    found: dict[int, list[Route]] = defaultdict(list)
    for route in routes:
        if isinstance(route, Route):
            found[id(route.endpoint)].append(route)
    return found


def route_of(patterns: Mapping[int, Sequence[Route]], scope: Scope) -> str:
    """The pattern of the route that answered; the same for every address unknown here.

    A path is never told itself: it may hold what only its owner is to know, and there are as many
    as somebody cares to make up.
    """
    for route in patterns.get(id(scope.get("endpoint")), ()):
        if route.path_regex.match(scope["path"]):
            return route.path_format
    return "unmatched"


def _trace_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"traceparent" and (given := _TRACEPARENT.fullmatch(value)):
            return given[1].decode()
    return logs.new_trace_id()


def _traceparent() -> tuple[bytes, bytes]:
    return b"traceparent", f"00-{logs.trace_id()}-{logs.new_span_id()}-01".encode()
