"""A café with a poster at its counter, and guests in front of it."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from loyalnest import stamps
from loyalnest.entrypoints import doors
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from tests.doors import EVERY_SCOPE, Hands, bearing, house, make_key
from tests.doors import open_cafe as open_merchant
from tests.stamps.cafe import Cafe, terms

PHONE, READ = "0151 23456789", "+4915123456789"
_FORM = re.compile(r'name="form" value="([^"]+)"')
_TARGET = re.compile(r'<form method="post" action="([^"]+)"')


@dataclass
class Counter:
    """The doors of a café, and who goes through them."""

    cafe: Cafe
    client: httpx.AsyncClient
    key: str
    program: stamps.CardProgram
    hands: Hands

    @property
    def program_id(self) -> str:
        return to_wire(stamps.PROGRAM, self.program.id)

    async def asks(
        self, method: str, path: str, *, owner: bool = True, **more: Any
    ) -> httpx.Response:
        """A call of the owner's, or of anybody's."""
        headers = bearing(self.key) if owner else {}
        return await self.client.request(method, f"/v1/api{path}", headers=headers, **more)

    async def puts_up(self, **more: Any) -> dict[str, Any]:
        """A poster."""
        body = {"name": "Counter", "card_program_id": self.program_id, **more}
        made = await self.asks("POST", "/posters", json=body)
        assert made.status_code == 201, made.text
        return made.json()

    async def opens(self, code: str, language: str = "en", **headers: str) -> httpx.Response:
        """The page behind a poster's code, by somebody whose browser knows nothing."""
        self.client.cookies.clear()
        return await self.client.get(f"/j/{code}", params={"language": language}, headers=headers)

    async def fills_in(
        self, poster: str, *, page: httpx.Response | None = None, **fields: str
    ) -> httpx.Response:
        """The form, filled in and sent to where it says."""
        page = page or await self.opens(poster)
        mark, target = _FORM.search(page.text), _TARGET.search(page.text)
        assert mark, page.text
        assert target, page.text
        filled = {"form": mark[1], "name": "Ana", "phone": PHONE, **fields}
        return await self.client.post(target[1], data=filled)


@asynccontextmanager
async def a_counter(database: Database, **changed: Any) -> AsyncGenerator[Counter]:
    """A café that is open, in Berlin."""
    handle = f"cafe-{new_id().hex}"
    merchant, _ = await open_merchant(database, handle, email=f"{handle}@example.com")
    cafe = Cafe(database, merchant.id)
    hands = Hands(clock.now())
    parts = doors.parts(database, database.settings)
    async with house(database, parts=parts, clock=hands) as client:
        yield Counter(
            cafe,
            client,
            await make_key(database, merchant.id, EVERY_SCOPE),
            await cafe.draws_up(terms(**changed)),
            hands,
        )
