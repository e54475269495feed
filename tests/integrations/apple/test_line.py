"""A connection stays of use whatever falls together on it."""

import asyncio
import time
from typing import Any, cast

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection

from loyalnest.integrations.apple.line import Broken, Line

_ASKED = [(b":method", b"POST"), (b":scheme", b"https"), (b":authority", b"x"), (b":path", b"/")]


class Wire:
    """The other side, in this process."""

    def __init__(self) -> None:
        self.h2 = H2Connection(H2Configuration(client_side=False))
        self.h2.initiate_connection()

    def write(self, data: bytes) -> None:
        self.h2.receive_data(data)

    def get_extra_info(self, name: str) -> Any:
        return None

    def is_closing(self) -> bool:
        return False

    def answers(self, line: Line, stream: int) -> None:
        self.h2.send_headers(stream, [(":status", "200")], end_stream=True)
        line.data_received(self.h2.data_to_send())


async def test_an_answer_in_the_turn_in_which_it_is_given_up_is_late_and_no_more() -> None:
    wire, line = Wire(), Line(0.05)
    line.connection_made(cast(asyncio.BaseTransport, wire))
    line.data_received(wire.h2.data_to_send())
    await line.ready()
    loop = asyncio.get_running_loop()
    asking = asyncio.create_task(line.ask(_ASKED, b"{}"))
    await asyncio.sleep(0)
    loop.call_later(0.01, time.sleep, 0.2)  # both are due by then, one after the other
    loop.call_later(0.1, wire.answers, line, 1)
    with pytest.raises(Broken, match="timeout"):
        await asking
    assert line.broken is None
