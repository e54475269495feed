"""A customer's own page, without a script: signed in by a link, what they have, whom they invite.

The session is that of all customers, 15 minutes on the store's word, in a cookie that no script
reads and no other site's page makes a browser send. Looking at a link signs nobody in, for mail
scanners look; the button does.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, quote
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from loyalnest import customers, ledger, referrals, staff
from loyalnest.kernel.errors import DomainError, NotFound, RateLimited, TooLarge
from loyalnest.kernel.http import problem_response
from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.referrals import AT_ONCE, InviteBy
from loyalnest.storefront.pages.doors import PAGES, Pages, language_of, nowhere
from loyalnest.storefront.pages.drawing import draw_own
from loyalnest.storefront.pages.facts import Facts, gather
from loyalnest.storefront.pages.sheet import invitation_of
from loyalnest.storefront.shops import enter
from loyalnest.storefront.signing_in import ask_for_link

COOKIE = "ln_customer"
ASKS = Policy("sign-in-links", 10, 600)
"""How often one place may ask for a link in ten minutes, whatever the addresses."""
_BODY_AT_MOST = 8_192
_EMAIL_AT_MOST = 254
_SHOWN = 20

Fields = dict[str, str]
Answering = Callable[[AsyncSession, Request, Facts], Awaitable[Response]]


class Accounts:
    """The customers' own pages of every merchant."""

    def __init__(self, pages: Pages):
        self._pages = pages
        self._bearers = staff.Bearers(pages.database)
        self._asks = Buckets(ASKS)

    async def sign_in(self, session: AsyncSession, request: Request, facts: Facts) -> Response:
        """Where one asks for a link. The answer is the same for every address."""
        if request.method != "POST":
            return self._page("sign-in", request, facts, {"asked": False})
        verdict = self._asks.take(request.scope["state"]["address"])
        if not verdict.allowed:
            raise RateLimited(retry_after_s=verdict.retry_after_s)
        email = (await _fields(request)).get("email", "")[:_EMAIL_AT_MOST]
        language = facts.speech.language
        await ask_for_link(
            session, facts.store.id, email, language=language, now=self._pages.clock()
        )
        return self._page("sign-in", request, facts, {"asked": True})

    async def enter(self, session: AsyncSession, request: Request, facts: Facts) -> Response:
        """Where a link leads: a button, and what it does, once."""
        if request.method != "POST":
            return self._page("enter", request, facts, {"over": False})
        token = request.path_params["token"]
        try:
            async with session.begin_nested():  # what failed uses nothing up
                started = await _let_in(session, token, now=self._pages.clock())
        except DomainError:
            return self._page("enter", request, facts, {"over": True}, status=410)
        response = _onward(facts, "account")
        response.set_cookie(
            COOKIE,
            started.token,
            max_age=int((started.expires_at - self._pages.clock()).total_seconds()),
            path=_at(facts, ""),
            secure=request.state.origin.https,
            httponly=True,
            samesite="lax",
        )
        return response

    async def account(self, session: AsyncSession, request: Request, facts: Facts) -> Response:
        """What they have, and whom they invite."""
        who = await self._who(session, request, facts)
        if who is None:
            return _onward(facts, "sign-in")
        answers: Sequence[tuple[str, str]] = ()
        if request.method == "POST":
            answers = await self._invite(session, request, facts, who)
        more = await self._own(session, facts, who)
        return self._page("account", request, facts, {**more, "answers": answers})

    async def leave(self, session: AsyncSession, request: Request, facts: Facts) -> Response:
        """Sign out here."""
        response = _onward(facts, "sign-in")
        response.delete_cookie(COOKIE, path=_at(facts, ""), httponly=True, samesite="lax")
        return response

    async def answer(self, request: Request, answering: Answering) -> Response:
        """Let somebody answer for the store whose page it is."""
        if request.method == "POST" and request.headers.get("sec-fetch-site") in {
            *("cross-site", "same-site")
        }:
            return nowhere()
        try:
            async with self._pages.database.batch([]) as session:
                shop = await enter(session, self._pages.find_shop, request.path_params["domain"])
                if shop is None:
                    return nowhere()
                facts = await gather(
                    session,
                    store_id=shop.store_id,
                    language=language_of(request),
                    now=self._pages.clock(),
                )
                return await answering(session, request, facts)
        except (NotFound, RateLimited, TooLarge) as error:
            return problem_response(error)

    async def _who(
        self, session: AsyncSession, request: Request, facts: Facts
    ) -> customers.Customer | None:
        """Who is signed in here; nobody where their session is over or another merchant's."""
        token = request.cookies.get(COOKIE, "")
        try:
            caller = await self._bearers.caller_of(token, now=self._pages.clock())
            if caller.merchant_id != facts.merchant.id or not token.startswith("lnc_"):
                return None
            return await customers.get_living(session, caller.subject_id)
        except DomainError:
            return None

    async def _invite(
        self, session: AsyncSession, request: Request, facts: Facts, who: customers.Customer
    ) -> Sequence[tuple[str, str]]:
        """What becomes of each address that was written; theirs to see, on this page alone."""
        told = (await _fields(request)).get("friends", "").replace(",", "\n").replace(";", "\n")
        named = [line.strip()[:320] for line in told.split("\n") if line.strip()][:AT_ONCE]
        if not named:
            return ()
        try:
            answers = await referrals.invite(
                session,
                who.id,
                named,
                by=InviteBy.EMAIL,
                language=facts.speech.language,
                now=self._pages.clock(),
            )
        except DomainError:
            return (("", facts.speech.say("page.referOff")),)
        say = facts.speech.say
        return [
            (address, say(f"page.invite_{answer}"))
            for address, answer in zip(named, answers, strict=True)
        ]

    async def _own(
        self, session: AsyncSession, facts: Facts, who: customers.Customer
    ) -> dict[str, object]:
        now = self._pages.clock()
        held = (await ledger.balances_of(session, [who.id], now=now))[who.id]
        points = next((it.available for it in held if it.unit == ledger.POINTS), 0)
        ways = await referrals.ways_of(session, facts.referral) if facts.refers else []
        invited = await referrals.list_invitations(session, advocate=who.id, limit=_SHOWN)
        say, day, zone = facts.speech.say, facts.speech.day, facts.merchant.zone
        return {
            "points": facts.speech.points(points),
            "invites": InviteBy.EMAIL in ways,
            "most": facts.speech.number(AT_ONCE),
            "shares": await _shares(session, facts, who.id, now),
            "invitation": invitation_of(facts),
            "invited": [
                (day(it.asked_at.astimezone(zone).date()), say(f"page.invite_{it.state}"))
                for it in invited
            ],
        }

    def _page(
        self,
        name: str,
        request: Request,
        facts: Facts,
        more: dict[str, object],
        *,
        status: int = 200,
    ) -> Response:
        place = self._pages.place(f"{self._pages.address}{request.url.path}", None)
        forms = {"here": _here(request, facts), "at": _at(facts, "")}
        drawn = draw_own(name, facts, place, {**more, **forms})
        headers = {**drawn.headers, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        return Response(drawn.html, status_code=status, headers=headers)


async def _let_in(session: AsyncSession, token: str, *, now: datetime) -> staff.CustomerSession:
    """Raises PassInvalid, CredentialsInvalid, CustomerGone."""
    customer_id, started = await staff.enter_by_link(session, token, now=now)
    await customers.get_living(session, customer_id)
    return started


async def _shares(
    session: AsyncSession, facts: Facts, who: UUID, now: datetime
) -> Sequence[tuple[str, str]]:
    """Their own link, to be passed on with what they have themselves; nothing is sent by us."""
    if not facts.refers:
        return ()
    try:
        code = await referrals.code_of(session, who, now=now)
    except DomainError:
        return ()
    link = await referrals.link_of(session, facts.referral)
    if link is None:
        return ()
    link = link.replace("{code}", code.code)
    told = quote(link, safe="")
    return (
        (link, link),
        (facts.speech.say("page.email"), f"mailto:?body={told}"),
        ("WhatsApp", f"https://wa.me/?text={told}"),
        ("SMS", f"sms:?&body={told}"),
    )


def account_routes(accounts: Accounts) -> list[Route]:
    """`/pages/{domain}/sign-in`, `/enter/…`, `/account`, `/sign-out`."""

    def at(path: str, answering: Answering, *methods: str) -> Route:
        async def answer(request: Request) -> Response:
            return await accounts.answer(request, answering)

        return Route(f"{PAGES}{{domain}}/{path}", answer, methods=list(methods))

    return [
        at("sign-in", accounts.sign_in, "GET", "POST"),
        at("enter/{token}", accounts.enter, "GET", "POST"),
        at("account", accounts.account, "GET", "POST"),
        at("sign-out", accounts.leave, "POST"),
    ]


def _at(facts: Facts, page: str) -> str:
    return f"{PAGES}{facts.store.domain}/{page}" if page else f"{PAGES}{facts.store.domain}"


def _onward(facts: Facts, page: str) -> RedirectResponse:
    address = f"{_at(facts, page)}?language={facts.speech.language}"
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def _here(request: Request, facts: Facts) -> str:
    return f"{request.url.path}?language={facts.speech.language}"


async def _fields(request: Request) -> Fields:
    """Raises TooLarge."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _BODY_AT_MOST:
                raise TooLarge
        return dict(parse_qsl(body.decode(), max_num_fields=10, keep_blank_values=True))
    except (ClientDisconnect, ValueError):
        return {}
