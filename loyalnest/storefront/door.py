"""`GET /v1/api/widget/config`: what a shop shows to everybody, for whoever opens one of its pages.

It stands past the layers of the API: nobody is signed in, any page may ask, and every view of every
page of every shop may. What is refused is refused without a word; a page does as well without us.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import NotFound, RateLimited, Unavailable
from loyalnest.kernel.http import translate
from loyalnest.kernel.languages import chosen
from loyalnest.storefront.answers import BYTES_AT_MOST, Answer
from loyalnest.storefront.gathering import Asked, gather
from loyalnest.storefront.keeping import USUAL, Keeper, Key
from loyalnest.storefront.shops import FindShop, enter
from loyalnest.storefront.shown import ShownConfig

PATH = "/v1/api/widget/config"
_QUERY_AT_MOST, _DOMAIN_AT_MOST = 1000, 253
_ANYBODY = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_ANSWERED = {**_ANYBODY, "Content-Type": "application/json"}


def config_route(database: Database, *, find_shop: FindShop, address: str, clock: Clock) -> Route:
    """The door, for the application to mount past its layers."""

    async def make(key: Key) -> Answer | None:
        domain, language = key
        asked = Asked(domain, language, address, clock())
        config = await config_of(database, find_shop, asked)
        if config is None:
            return None
        return Answer.of(config.model_dump_json(by_alias=True).encode(), _ANSWERED)

    keeper = Keeper(make, weigh=lambda it: it.weight, at_most=BYTES_AT_MOST)
    return Route(PATH, _Door(keeper), methods=["GET"])


async def config_of(database: Database, find_shop: FindShop, asked: Asked) -> ShownConfig | None:
    """What a connected shop shows to everybody; None where there is none."""
    async with database.batch([]) as session:
        if await enter(session, find_shop, asked.shop) is None:
            return None
        return await gather(session, asked)


class _Door:
    def __init__(self, keeper: Keeper[Answer]):
        self.keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(scope)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        key = _asked_for(scope)
        if key is None:
            return _refusal(404)
        try:
            answer = await self.keeper.get(key, asker=scope["state"]["address"])
        except NotFound:
            return _refusal(404)
        except RateLimited as error:
            return _refusal(429, error.retry_after_s)
        except Exception as error:
            if not isinstance(error, Unavailable) and translate(error) is None:
                raise
            return _refusal(503, USUAL.fresh_s)
        return answer.told(Headers(scope=scope))


def _asked_for(scope: Scope) -> Key | None:
    query: bytes = scope["query_string"]
    if len(query) > _QUERY_AT_MOST:
        return None
    asked = parse_qs(query.decode("latin-1"))
    domain = asked.get("shop", [""])[0].strip().rstrip(".").lower()
    if not 0 < len(domain) <= _DOMAIN_AT_MOST or not domain.isascii():
        return None
    return domain, chosen(asked.get("language", ()))


def _refusal(status: int, wait_s: float | None = None) -> Response:
    waiting: Mapping[str, str] = {} if wait_s is None else {"Retry-After": f"{wait_s + 1:.0f}"}
    return Response(
        status_code=status, headers={**_ANYBODY, "Cache-Control": "no-store", **waiting}
    )
