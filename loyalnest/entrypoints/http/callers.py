"""Who asks, and how often they may: established before any route of the API is reached."""

from dataclasses import replace

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loyalnest import branding, consents, referrals, staff
from loyalnest.entrypoints.http.crossing import is_preflight
from loyalnest.entrypoints.http.parts import Authenticate
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.errors import DomainError, Forbidden, RateLimited, Unauthenticated
from loyalnest.kernel.http import (
    CREDENTIALS_MISSING,
    Caller,
    CallerKind,
    problem_response,
    translate,
)
from loyalnest.kernel.limits import Buckets, Policy, Verdict
from loyalnest.kernel.settings import Settings
from loyalnest.storefront import cards, pages

API = "/v1/api/"
# A browser can set no header for the stream and sends its token as the first message. Whoever
# clicks on a referral link, looks at a shop's page or leaves an address there is nobody we know;
# whoever was given a link to join, not yet.
_OPEN = frozenset(
    {
        "/v1/api/auth/login",
        "/v1/api/auth/refresh",
        "/v1/api/auth/links/read",
        "/v1/api/auth/links/use",
        "/v1/api/enrollments",
        "/v1/api/events/stream",
        "/v1/api/referrals/click",
        "/v1/api/sessions",
        "/v1/api/stamper/pair",
        "/v1/api/usage",
        "/v1/api/widget/captures",
        "/v1/api/widget/config",
    }
)

_ANYBODYS = (
    *(branding.MEDIA, pages.PAGES, referrals.LANDINGS),
    *(cards.JOIN, cards.CARD),
    *consents.LETTERS,
)


class Callers:
    """Puts the caller on the request and turns away who is unknown or asks too often.

    Every address of the API needs a caller, also one that doesn't exist, but for the few that are
    there for strangers.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        authenticate: Authenticate,
        clock: Clock,
        settings: Settings,
    ):
        self.app = app
        self.authenticate = authenticate
        self.clock = clock
        burst = settings.api_key_burst
        rate = settings.api_key_requests_per_second
        self.known = Buckets(Policy("caller", burst, burst / rate))
        burst = settings.customer_burst
        rate = settings.customer_requests_per_second
        self.customers = Buckets(Policy("customer", burst, burst / rate))
        window_s = settings.anonymous_window_minutes * 60
        self.unknown = Buckets(Policy("address", settings.anonymous_requests, window_s))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_ANYBODYS):
            await self._hand_out(scope, receive, send)
            return
        if scope["type"] == "lifespan" or not scope["path"].startswith(API):
            await self.app(scope, receive, send)
            return
        try:
            caller = await self._caller_of(scope)
        except (Unauthenticated, Forbidden) as error:
            # Whoever guesses keys, or isn't where they may be, is counted with those who have none.
            verdict = self.unknown.take(scope["state"]["address"])
            refusal = error if verdict.allowed else _over(verdict)
            await problem_response(refusal)(scope, receive, _telling(send, verdict))
            return
        if caller is None:
            verdict = self.unknown.take(scope["state"]["address"])
        else:
            of_customer = caller.kind is CallerKind.CUSTOMER
            buckets = self.customers if of_customer else self.known
            verdict = buckets.take(caller.subject_id)
        send = _telling(send, verdict)
        if not verdict.allowed:
            await problem_response(_over(verdict))(scope, receive, send)
        elif caller is None and scope["path"] not in _OPEN and not is_preflight(scope):
            await problem_response(Unauthenticated(CREDENTIALS_MISSING))(scope, receive, send)
        else:
            scope["state"]["caller"] = caller and _placed(caller, scope)
            await self.app(scope, receive, send)

    async def _hand_out(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pictures and pages are anybody's; only who asks for one that isn't there is counted."""
        address = scope["state"]["address"]
        verdict = self.unknown.take(address)

        async def found(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != 404:
                self.unknown.give_back(address)
            await send(message)

        if verdict.allowed:
            await self.app(scope, receive, found)
        else:
            await problem_response(_over(verdict))(scope, receive, send)

    async def _caller_of(self, scope: Scope) -> Caller | None:
        authorization = Headers(scope=scope).get("authorization")
        if authorization is None:
            return None
        scheme, _, bearer = authorization.partition(" ")
        bearer = bearer.strip()
        if scheme.lower() != "bearer" or not bearer or not bearer.isascii():
            raise staff.CredentialsInvalid
        try:
            return await self.authenticate(
                bearer, now=self.clock(), address=scope["state"]["origin"].address
            )
        except DomainError:
            raise
        except Exception as error:
            meaning = translate(error)
            if meaning is None:
                raise
            raise meaning from error


def _placed(caller: Caller, scope: Scope) -> Caller:
    """The caller with where they ask from. What customers do is recorded without that."""
    if caller.kind is CallerKind.CUSTOMER:
        return caller
    device = staff.device_of(Headers(scope=scope).get("user-agent", ""))
    return replace(caller, device=device, network=scope["state"]["origin"].network)


def _over(verdict: Verdict) -> RateLimited:
    return RateLimited(retry_after_s=verdict.retry_after_s)


def _telling(send: Send, verdict: Verdict) -> Send:
    async def send_with_limits(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            MutableHeaders(scope=message).update(verdict.headers())
        await send(message)

    return send_with_limits
