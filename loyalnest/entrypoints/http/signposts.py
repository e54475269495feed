"""Finds the few of many routes that an address can mean, before they are matched one by one."""

from collections.abc import Sequence
from functools import lru_cache

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_LOOKED_AT = 3
"""So many of an address's first parts; `/v1/api/stamps` has three."""


class Signpost(BaseRoute):
    """Routes behind one, in their order.

    A router asks each of its routes in turn, and hundreds of patterns take as long as a small
    statement. Here those are asked whose fixed beginning is the address's.
    """

    def __init__(self, routes: Sequence[BaseRoute]):
        beginnings = [(_beginning(getattr(it, "path", "")), it) for it in routes]

        @lru_cache(maxsize=1024)
        def candidates(parts: tuple[str | None, ...]) -> list[BaseRoute]:
            return [it for fixed, it in beginnings if parts[: len(fixed)] == fixed]

        self._candidates = candidates
        self._fixed = {part for fixed, _ in beginnings for part in fixed}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first that matches whole, else the first that would by another method."""
        partly: tuple[Match, Scope] | None = None
        if scope["type"] not in {"http", "websocket"}:
            return Match.NONE, {}
        parts = scope["path"].split("/", _LOOKED_AT + 1)[1 : _LOOKED_AT + 1]
        # Anybody may ask for any address, and none of what they make up is to be remembered.
        known = tuple(it if it in self._fixed else None for it in parts)
        for route in self._candidates(known):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, "pointed_at": route}
            if match is Match.PARTIAL and partly is None:
                partly = match, {**found, "pointed_at": route}
        return partly or (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer that was found."""
        await scope["pointed_at"].handle(scope, receive, send)


def _beginning(path: str) -> tuple[str, ...]:
    """The parts of a pattern before the one with its first variable."""
    before, variable, _ = path.partition("{")
    parts = before.split("/")[1:]
    if variable:
        parts.pop()
    return tuple(parts[:_LOOKED_AT])
