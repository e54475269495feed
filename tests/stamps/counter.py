"""A café with its counter: an owner who asks by a key, a clerk, and devices."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import httpx
from starlette.types import ASGIApp

from loyalnest import stamps
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps import CardProgram, CardState
from tests.conftest import NOW
from tests.doors import Hands, bearing, built, client_of, house, make_key, open_cafe
from tests.shop import Shop
from tests.stamps.cafe import Cafe
from tests.stamps.device import Device

AT_COUNTER = {
    "spr": "SELECT id FROM stampers ORDER BY id LIMIT 1",
    "clk": "SELECT id FROM clerks",
    "int": "SELECT id FROM intents WHERE outcome = 'held' ORDER BY id LIMIT 1",
    "alr": "SELECT id FROM counter_alerts",
    "pst": "SELECT id FROM posters",
    "bat": "SELECT id FROM card_batches",
}
"""What `keep_busy` and a poster leave behind, by how its ids begin."""


def ids_at_counter(wire: Mapping[str, str]) -> dict[str, str]:
    """The same by the names of the paths' parameters."""
    names = {"spr": "stamper_id", "clk": "clerk_id", "int": "intent_id", "alr": "alert_id"}
    names |= {"pst": "poster_id", "bat": "batch_id"}
    return {name: wire[prefix] for prefix, name in names.items()}


@dataclass
class Counter:
    """A café with its counter."""

    cafe: Cafe
    client: httpx.AsyncClient
    hands: Hands
    key: str
    clerk: str

    async def owner(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.client.request(
            method, f"/v1/api/{path}", headers=bearing(self.key), **more
        )

    async def offer(self, name: str = "Till", **more: Any) -> dict[str, Any]:
        answer = await self.owner("POST", "stampers", json={"name": name, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def device(self, name: str = "Till", **more: Any) -> Device:
        device = Device(self.client, clerk=self.clerk)
        await device.pairs((await self.offer(name, **more))["pairing_code"])
        return device

    async def live(self, card: CardState, at: datetime = NOW) -> dict[str, str]:
        """How an intent names a card by what its page shows."""
        async with self.cafe.open() as session:
            return {"code": await stamps.live_code(session, card.card, now=at)}

    async def collected(self, card: CardState) -> int:
        return (await self.cafe.sees(card, at=self.hands.at)).collected

    async def held(self) -> list[dict[str, Any]]:
        return (await self.owner("GET", "counter/held")).json()["items"]

    async def alerts(self, **asked: Any) -> list[dict[str, Any]]:
        answer = await self.owner("GET", "counter/alerts", params=asked)
        return answer.json()["items"]

    async def new_card(self, program: CardProgram) -> tuple[CardState, dict[str, str]]:
        """A card, and how an intent names it that was looked up before."""
        card = await self.cafe.card(program)
        return card, {"id": to_wire("crd", card.card.id)}


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@asynccontextmanager
async def open_counter(database: Database, handle: str = "cafe") -> AsyncGenerator[Counter]:
    """A café whose counter has one clerk, Mia, with the PIN 2468."""
    merchant, _ = await open_cafe(database, handle, email=f"{handle}@example.com")
    key = await make_key(database, merchant.id)
    hands, app = _front(database)
    hands.at = NOW
    async with client_of(app) as client:
        body = {"name": "Mia", "pin": "2468"}
        answer = await client.post("/v1/api/clerks", json=body, headers=bearing(key))
        assert answer.status_code == 201, answer.text
        yield Counter(Cafe(database, merchant.id), client, hands, key, answer.json()["id"])


@lru_cache(maxsize=1)
def _front(database: Database) -> tuple[Hands, ASGIApp]:
    """The door of all counters of a database, and its clock: to build one takes its time."""
    hands = Hands()
    unbounded = {"api_key_burst": 10**6, "anonymous_requests": 10**6}
    return hands, built(database, hands, settings=unbounded)


def said(result: dict[str, Any]) -> tuple[str, str | None]:
    return result["outcome"], result["code"]


async def keep_busy(shop: Shop, key: str, card: str) -> str:
    """A counter with something of everything; what one of its devices asks with.

    There are two devices, a clerk, stamps that wait, rules, and an alert.
    """
    async with house(shop.database) as client:
        asked = partial(_owner_asks, client, key)
        clerk = await asked("POST", "clerks", {"name": "Mia", "pin": "2468"})
        policy = {"offline_hours": 24, "offline_stamps": 5}
        await asked("PUT", "counter/settings/policy", policy)
        place = {"latitude": 52.5, "longitude": 13.4}
        await asked("PUT", f"counter/settings/places/sto_{shop.store_id.hex}", place)
        till, lost = Device(client, clerk=clerk["id"]), Device(client, clerk=clerk["id"])
        for device in (till, lost):
            offer = await asked("POST", "stampers", {"name": "Till"})
            await device.pairs(offer["pairing_code"])
            await device.sends_one(card={"id": card})
            held = await device.sends_one(card={"id": card}, at=ago(days=9), offline=True)
            assert held["outcome"] == "held"
        since = {"lost_at": ago(hours=1).isoformat()}
        await asked("POST", f"stampers/{lost.id}/revoke", since)
    return till.token


async def _owner_asks(
    client: httpx.AsyncClient, key: str, method: str, path: str, body: dict[str, Any]
) -> dict[str, Any]:
    answer = await client.request(method, f"/v1/api/{path}", json=body, headers=bearing(key))
    assert answer.is_success, answer.text
    return answer.json()
