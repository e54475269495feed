"""Calls by scripts of other origins' pages: who may make them, and what browsers are told of it.

A page of one of the merchant's own stores may call the doors of customers, with the session of one
of that merchant's customers. All else that a browser says comes from another origin is refused
before it has any effect, whether or not the browser would have shown the page the answer. What no
browser sends has no origin and is none of this module's business.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loyalnest import merchants
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import Forbidden
from loyalnest.kernel.http import Caller, problem_response

_API = "/v1/api/"
_DOORS = (
    "/v1/api/me",
    "/v1/api/sessions",
    "/v1/api/referrals/click",
    "/v1/api/usage",
    "/v1/api/widget/captures",
)
_PREFLIGHT_KEPT_S = 600
_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": str(_PREFLIGHT_KEPT_S),
}
# What a script may read of an answer besides its body.
_SHOWN = "Retry-After, RateLimit, RateLimit-Policy"


class OriginRefused(Forbidden):
    """A page of this origin may not call this address. The addresses of a merchant's own stores are
    set with `PUT /v1/api/stores/{store_id}/web-addresses`."""


class Crossing:
    """Refuses what comes from pages of other origins, but for a merchant's own.

    It stands behind `Callers`: whose page it must be is known from the session.
    """

    def __init__(self, app: ASGIApp, *, database: Database, public_url: str | None):
        self.app = app
        self.database = database
        self.own = {public_url.rstrip("/").lower()} if public_url else set[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = None
        if scope["type"] == "http" and scope["path"].startswith(_API):
            origin = self._foreign_origin(scope)
        if origin is None:
            await self.app(scope, receive, send)
        elif not await self._may_cross(scope, origin):
            await problem_response(OriginRefused())(scope, receive, _varying(send))
        elif is_preflight(scope):
            answer = Response(status_code=204, headers=_ALLOWED)
            await answer(scope, receive, _allowing(send, origin))
        else:
            await self.app(scope, receive, _allowing(send, origin))

    def _foreign_origin(self, scope: Scope) -> str | None:
        """The origin of the page that asks, unless it is one of ours or no page at all."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        # Scripts can't write this header, and no proxy in between changes what it is about.
        if origin is None or headers.get("sec-fetch-site") == "same-origin":
            return None
        host = headers.get("host", "").lower()
        own = {f"https://{host}"} | self.own
        if not scope["state"]["origin"].https:
            own.add(f"http://{host}")
        return None if host and origin in own else origin

    async def _may_cross(self, scope: Scope, origin: str) -> bool:
        """Whether the page is one of the merchant's stores; of any, where nobody is known yet."""
        path: str = scope["path"]
        if not merchants.may_be_page(origin) or not _is_door(path):
            return False
        caller: Caller | None = scope["state"].get("caller")
        if caller is None:
            async with self.database.platform() as session:
                return await merchants.is_anybodys_page(session, origin)
        async with self.database.tenant(caller.merchant_id) as session:
            return await merchants.has_page(session, origin)


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks for a page whether it may call one of the customers' doors.

    It never says who would be calling.
    """
    return (
        scope["type"] == "http"
        and scope["method"] == "OPTIONS"
        and "access-control-request-method" in Headers(scope=scope)
        and _is_door(scope["path"])
    )


def _is_door(path: str) -> bool:
    return path in _DOORS or path.startswith(f"{_DOORS[0]}/")


def _allowing(send: Send, origin: str) -> Send:
    async def send_allowed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = _SHOWN
            headers.add_vary_header("Origin")
        await send(message)

    return send_allowed


def _varying(send: Send) -> Send:
    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Origin")
        await send(message)

    return send_varying
