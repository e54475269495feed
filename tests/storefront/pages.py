"""A shop's pages as tests know them: what visitors ask for, and what the merchant decides."""

from dataclasses import dataclass
from typing import Any

import httpx

from loyalnest import merchants
from tests.doors import bearing, make_key
from tests.shop import Shop

CONFIG = "/v1/api/widget/config"


async def domain_of(shop: Shop) -> str:
    async with shop.database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
    return store.domain


async def told(client: httpx.AsyncClient, shop: Shop, language: str = "en") -> dict[str, Any]:
    """What a page is told that nobody has asked for yet in this language."""
    asked = {"shop": await domain_of(shop), "language": language}
    answer = await client.get(CONFIG, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@dataclass
class Desk:
    """Where somebody decides what is on the pages."""

    client: httpx.AsyncClient
    key: dict[str, str]

    async def asks(self, method: str, path: str, **body: Any) -> httpx.Response:
        address = f"/v1/api/content/{path}"
        sent = body or None
        return await self.client.request(method, address, json=sent, headers=self.key)

    async def gets(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.asks(method, path, **body)
        assert answer.is_success, answer.text
        return answer.json()


async def desk_of(client: httpx.AsyncClient, shop: Shop) -> Desk:
    return Desk(client, bearing(await make_key(shop.database, shop.merchant_id)))


def nudge(kind: str = "sticky_bar", **terms: Any) -> dict[str, Any]:
    """Terms that would do."""
    words = {"title": "Points for every order"}
    return {"kind": kind, "name": "Summer", "words": words, **terms}
