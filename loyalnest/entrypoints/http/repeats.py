"""Requests that met another one at the database: done again here, before anybody is told."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loyalnest.kernel.http import MET_ANOTHER
from loyalnest.kernel.meeting import make_way

TIMES = 5


class Repeats:
    """Repeats a request whose transaction gave way to another's (a deadlock, a merge in between).

    Nothing of it was written, so doing it again is what its sender would be told to do. The body
    was read by then and is given out again; what the application reads is bounded, and so is this.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        heard: list[Message] = []
        for encounter in range(TIMES - 1):
            if await self._try(scope, _again(heard, receive), send):
                return
            await make_way(encounter)
        await self.app(scope, _again(heard, receive), send)

    async def _try(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Whether the request has been answered; one that gave way has not."""
        scope["state"].pop(MET_ANOTHER, None)

        async def send_unless_it_gave_way(message: Message) -> None:
            if MET_ANOTHER not in scope["state"]:
                await send(message)

        await self.app(scope, receive, send_unless_it_gave_way)
        return MET_ANOTHER not in scope["state"]


def _again(heard: list[Message], receive: Receive) -> Receive:
    """What was received already, from the beginning, then what is still to come."""
    position = 0

    async def receive_again() -> Message:
        nonlocal position
        if position == len(heard):
            heard.append(await receive())
        position += 1
        return heard[position - 1]

    return receive_again
