"""How the shop speaks to LoyalNest: as Shopify's webhooks and app proxy do, and through the API."""

import asyncio
import base64
import contextlib
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import httpx

from demo_shop.books import Books, Delivery
from demo_shop.checkout import ZERO, Worth
from demo_shop.settings import DOMAIN, Settings

API_VERSION = "2026-10"
PROXY_PREFIX = "/apps/loyalnest"
_SIGNED = frozenset({"shop", "path_prefix", "timestamp", "logged_in_customer_id", "signature"})
_PATIENCE_S = 10.0
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a code takes nothing off."""

    why: str
    """A key of the shop's own words."""
    from_on: Decimal = ZERO
    """What the goods must come to, where that is the reason."""


class Installation:
    """LoyalNest, as the shop knows it."""

    def __init__(
        self,
        settings: Settings,
        books: Books,
        client: httpx.AsyncClient,
        clock: Callable[[], datetime],
    ):
        self._settings = settings
        self._books = books
        self._client = client
        self._clock = clock
        self._news = asyncio.Event()

    def hurry(self) -> None:
        """There is something to tell."""
        self._news.set()

    async def tell_all(self) -> None:
        """Tell what is to be told, for ever; whatever is not taken comes again later."""
        while True:
            await self.tell_due()
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LOOK_EVERY_S)

    async def tell_due(self) -> int:
        """Tell what is due, one by one; how much there was."""
        due = self._books.due(self._clock())
        for delivery in due:
            status, said = await self._tell(delivery)
            self._books.answered(delivery, status, said, now=self._clock())
        return len(due)

    async def worth_of(self, code: str) -> Worth | Refused:
        """What a code that was typed in takes off."""
        try:
            answer = await self._client.post(
                f"{self._settings.installation}/v1/api/redemptions/lookup",
                json={"code": code},
                headers={"Authorization": f"Bearer {self._settings.api_key}"},
                timeout=self._settings.checkout_patience_s,
            )
        except httpx.HTTPError:
            return Refused("code_later")
        if answer.status_code in (404, 422):
            return Refused("code_unknown")
        if not answer.is_success:
            return Refused("code_later")
        found = answer.json()
        lapses_at = found["expires_at"]
        if found["state"] != "issued" or (
            lapses_at and datetime.fromisoformat(lapses_at) <= self._clock()
        ):
            return Refused("code_used" if found["state"] == "used" else "code_lapsed")
        return Worth.of(found["code"], found["value"]) or Refused("code_elsewhere")

    async def pass_on(
        self,
        path: str,
        query: Sequence[tuple[str, str]],
        account_id: int | None,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        """Pass a visitor's request on as Shopify's app proxy does, and say who is signed in.

        `headers` are the visitor's own, who is to be known as a browser by them. What a visitor
        writes into the address in place of what is signed is dropped. Raises httpx.HTTPError.
        """
        given = [(name, value) for name, value in query if name not in _SIGNED]
        given += [
            ("shop", DOMAIN),
            ("path_prefix", PROXY_PREFIX),
            ("timestamp", str(int(time.time()))),
            ("logged_in_customer_id", str(account_id or "")),
        ]
        return await self._client.get(
            f"{self._settings.installation}/proxy/shopify/{path}",
            params=[*given, ("signature", signature(given, self._settings.secret))],
            headers=headers,
            timeout=_PATIENCE_S,
        )

    async def _tell(self, delivery: Delivery) -> tuple[int | None, str]:
        digest = hmac.digest(self._settings.secret.encode(), delivery.body, "sha256")
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": delivery.topic,
            "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": delivery.id,
            "X-Shopify-Event-Id": delivery.id,
            "X-Shopify-Triggered-At": delivery.made_at.isoformat(),
        }
        try:
            answer = await self._client.post(
                f"{self._settings.installation}/webhooks/shopify",
                content=delivery.body,
                headers=headers,
                timeout=_PATIENCE_S,
            )
        except httpx.HTTPError as error:
            return None, type(error).__name__
        return answer.status_code, answer.text[:200]


def signature(given: Sequence[tuple[str, str]], secret: str) -> str:
    """How Shopify signs what it passes on: sorted, joined by nothing, repeated ones by commas."""
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    told = "".join(f"{name}={','.join(its)}" for name, its in sorted(values.items()))
    return hmac.digest(secret.encode(), told.encode(), "sha256").hex()
