"""A shop with a program, and people who read about it."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, referrals, rewards, storefront, tiers
from loyalnest.branding.routes import router as branding_router
from loyalnest.entrypoints.http import Parts, build_app
from loyalnest.integrations import shopify
from loyalnest.kernel.database import Database
from loyalnest.storefront import pages
from loyalnest.storefront.pages.routes import router as pages_router
from tests.conftest import NOW
from tests.doors import EVERY_SCOPE, Hands, bearing, client_of, make_key
from tests.shop import Shop, open_shop

ADDRESS = "https://points.example"
SECRET = "hush"
SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


@dataclass
class Reading:
    """Somebody in front of the pages of a shop."""

    client: httpx.AsyncClient
    shop: Shop
    domain: str
    clock: Hands
    key: str

    async def opens(
        self, page: str = "loyalty", *, headers: dict[str, str] | None = None, **query: str
    ) -> httpx.Response:
        return await self.client.get(
            f"/pages/{self.domain}/{page}", params=query, headers=headers or {}
        )

    async def lands(self, code: str, *, via: str = "", **headers: str) -> httpx.Response:
        told = {"User-Agent": "Firefox", **headers}
        path = f"/r/{self.domain}/{code}"
        return await self.client.get(path, params={"via": via} if via else {}, headers=told)

    async def says(
        self, page: str = "loyalty", *, version: int | None = None, **settings: Any
    ) -> httpx.Response:
        """The merchant settles what a page shows."""
        body = {"settings": settings, "version": version}
        path = f"/v1/api/content/pages/{page}"
        return await self.client.put(path, json=body, headers=bearing(self.key))

    async def uploads(self, picture: bytes) -> str:
        path = "/v1/api/branding/logos"
        sent = await self.client.post(path, content=picture, headers=bearing(self.key))
        return sent.json()["hash"]


@asynccontextmanager
async def reading(database: Database) -> AsyncGenerator[Reading]:
    """Readers of a new shop's pages; nothing is kept from one request to the next."""
    shop, clock = await open_shop(database), Hands()
    async with database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
    found = pages.Pages(
        database,
        find_shop=find_shop,
        address=ADDRESS,
        clock=clock,
        ages=storefront.Ages(0, 0, 0),
    )
    landings = pages.Landings(found, visits_a_minute=5)
    routes = [
        *pages.page_routes(found),
        *pages.landing_routes(landings),
        *shopify.proxied_pages(found, landings, secrets=[SECRET], clock=clock),
    ]
    routers = [pages_router, branding_router]
    app = build_app(database, database.settings, Parts(routers, pages=routes), clock=clock)
    key = await make_key(database, shop.merchant_id, EVERY_SCOPE)
    async with client_of(app) as client:
        yield Reading(client, shop, store.domain, clock, key)


async def find_shop(session: AsyncSession, domain: str) -> merchants.Shop | None:
    return await merchants.find_shop(session, provider="shopify", domain=domain)


async def draw_up(shop: Shop) -> None:
    """Orders and a sign-up earn; two rewards, two tiers, friends are welcome."""
    signup = {"state": "on", "points": 200}
    await shop.sets(default_rate=Decimal("0.05"), actions={"signup": signup}, now=NOW)
    five = rewards.Terms(
        kind=rewards.Kind.AMOUNT_OFF,
        name="Five pounds off",
        names={"ar": "خصم خمسة جنيهات"},
        cost=500,
        amounts={"GBP": Decimal(5)},
        minimum_spend={"GBP": Decimal(20)},
    )
    tenth = rewards.Terms(
        kind=rewards.Kind.PERCENT_OFF, name="A tenth", percent=Decimal(10), cost=1, tiers=("gold",)
    )
    gold = tiers.Tier(
        key="gold", name="Gold", threshold=Decimal(500), multiplier=Decimal("1.5"), perks=("Tea",)
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        for terms, state in ((five, "active"), (tenth, "active"), (five, "draft")):
            await rewards.create(
                session,
                terms,
                state=rewards.RewardState(state),
                stock=None,
                actor="test",
                now=NOW,
            )
        ladder = tiers.Ladder(
            tiers=(tiers.Tier(key="silver", name="Silver", threshold=Decimal(0)), gold)
        )
        await tiers.save(session, ladder, actor="test", now=NOW)
        early = storefront.PerkTerms(
            kind=storefront.PerkKind.OTHER, name="A table by the window", tiers=("gold",)
        )
        active = storefront.ContentState.ACTIVE
        await storefront.create_perk(session, early, state=active, actor="test", now=NOW)
        await promise(shop, session)


async def promise(shop: Shop, session: Any, **settings: Any) -> None:
    promised = referrals.ReferralSettings.model_validate(
        {"enabled": True, "friend_points": 70, "minimum_spend": {"GBP": 10}} | settings
    )
    await referrals.save(session, promised, actor="test", now=NOW)


class Seen(HTMLParser):
    """A page as a parser of HTML sees it: elements with their attributes, and what is read."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.machines: dict[str, Any] = {}
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.machines = json.loads(data)
        elif self._inside != "style":
            self.text = re.sub(r"\s+", " ", f"{self.text} {data}")

    def all(self, tag: str, **having: str) -> list[dict[str, str | None]]:
        return [
            found
            for name, found in self.elements
            if name == tag and having.items() <= {k: v or "" for k, v in found.items()}.items()
        ]

    def one(self, tag: str, **having: str) -> dict[str, str | None]:
        (found,) = self.all(tag, **having)
        return found
