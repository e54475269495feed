"""What the wiring hands to the door."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fastapi import APIRouter
from starlette.routing import BaseRoute, Route

from loyalnest.kernel.http import Caller
from loyalnest.kernel.networks import Address


class Authenticate(Protocol):
    """Whom a bearer from this address belongs to."""

    def __call__(
        self, bearer: str, *, now: datetime, address: Address | None
    ) -> Awaitable[Caller]: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """The routes of one application, and what must run while it serves."""

    routers: Sequence[APIRouter]
    """Of the REST API: with sign-in, limits and documentation."""
    webhooks: Sequence[BaseRoute] = ()
    """Under `/webhooks/`: plain routes that know their callers by signature."""
    open: Sequence[Route] = ()
    """What every visitor of a shop's pages asks for: plain routes for anybody, that keep what they
    answer. Each has one address."""
    sockets: Sequence[BaseRoute] = ()
    """Live connections; the caller is established, the route decides."""
    pages: Sequence[BaseRoute] = ()
    """What browsers open and their files, and doors that know their callers by other means."""
    running: Sequence[Callable[[], AbstractAsyncContextManager[object]]] = field(default=())
    """Entered before the first request is taken and left after the last one was answered."""
    authenticate: Authenticate | None = None
    """Without it only what staff give out is taken: sign-ins, keys, customers' sessions."""
