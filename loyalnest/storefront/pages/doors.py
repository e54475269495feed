"""Where browsers find the pages: at the installation itself, and behind a shop's own proxy.

A page is the same for everybody who reads it in one language, so it is kept as bytes for a few
seconds and may be kept by any cache for a minute. Where a friend lands a visit is counted, and
nothing is kept by anybody.
"""

import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from loyalnest import merchants
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database, act_for
from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import problem_response
from loyalnest.kernel.languages import LANGUAGES, chosen, spoken
from loyalnest.storefront.pages import queries
from loyalnest.storefront.pages.drawing import Drawn, draw
from loyalnest.storefront.pages.facts import Facts, gather
from loyalnest.storefront.pages.keeping import Kept
from loyalnest.storefront.pages.sheet import address_in, sheet_of
from loyalnest.storefront.pages.values import PageName, Place

PAGES = "/pages/"
FindShop = Callable[[AsyncSession, str], Awaitable[merchants.Shop | None]]
"""Whose store a domain is; in a session that was opened for nobody."""

_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_QUERY_AT_MOST = 1000
_KEPT_S, _KEPT_AT_MOST = 5, 500
_SHARED = "public, max-age=60, stale-while-revalidate=600"
_SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{}</urlset>\n'
)
_ROBOTS = """\
User-agent: *
Disallow: /v1/
Disallow: /dashboard
Disallow: /proxy/
Disallow: /webhooks/
"""


@dataclass(frozen=True, slots=True)
class _Bytes:
    """A page as it is sent, plain and packed."""

    drawn: Drawn
    packed: bytes
    tag: str

    @classmethod
    def of(cls, drawn: Drawn) -> "_Bytes":
        named = hashlib.sha256(drawn.html).hexdigest()[:32]
        return cls(drawn, gzip.compress(drawn.html, 6, mtime=0), named)


class Pages:
    """The pages of every merchant of an installation."""

    def __init__(
        self,
        database: Database,
        *,
        find_shop: FindShop,
        address: str,
        clock: Clock,
        kept_s: float = _KEPT_S,
    ):
        self.database = database
        self.clock = clock
        self._find_shop = find_shop
        self._kept = Kept[_Bytes | None](seconds=kept_s, at_most=_KEPT_AT_MOST)
        self.kept_s = kept_s
        """How long what was made serves others."""
        self.address = address
        """Of the installation; what a browser names as host is never believed."""

    async def answer(
        self, request: Request, *, domain: str, page: str, behind: str | None = None
    ) -> Response:
        """A page of the store of this domain.

        `behind` is below which path the shop's own proxy stands for us, if it asks.
        """
        name = _page(page)
        language = language_of(request)
        if name is None:
            return nowhere()
        key = (domain, name, language, behind)
        try:
            found = await self._kept.get(key, lambda: self._draw(domain, name, language, behind))
        except NotFound:
            return nowhere()
        return nowhere() if found is None else _sent(request, found)

    async def _draw(
        self, domain: str, page: PageName, language: str | None, behind: str | None
    ) -> _Bytes | None:
        facts = await self.facts_of(await self.get_shop(domain), language)
        settings = facts.pages[page].settings
        if not settings.enabled:
            return None
        at = f"{facts.home}{behind}/pages" if behind else f"{self.address}{PAGES}{domain}"
        place = self.place(settings.address or f"{at}/{page}", behind)
        return _Bytes.of(draw(sheet_of(facts, page, place)))

    def place(self, address: str, behind: str | None) -> Place:
        """Where something is read that is known by this address."""
        if behind is None:
            return Place(address, self.address)
        return Place(address, self.address, self.address, f"{behind}/session")

    async def get_shop(self, domain: str) -> merchants.Shop:
        """The connected store of this domain; what can't be one is not looked for.

        Raises NotFound: of what isn't there nothing is kept, so that nobody fills our memory.
        """
        if not _DOMAIN.fullmatch(domain):
            raise NotFound
        async with self.database.batch([]) as session:
            shop = await self._find_shop(session, domain)
            if shop is None:
                raise NotFound
            await act_for(session, [shop.merchant_id])
            if not await merchants.is_connected(session, shop.store_id):
                raise NotFound
        return shop

    async def facts_of(self, shop: merchants.Shop, language: str | None) -> Facts:
        """What everybody may know of a shop's program, in this language or the shop's."""
        async with self.database.tenant(shop.merchant_id) as session:
            return await gather(
                session,
                merchant_id=shop.merchant_id,
                store_id=shop.store_id,
                language=language,
                now=self.clock(),
            )

    async def sitemap(self, domain: str) -> Response:
        """The pages of a store for search engines, in every language."""
        try:
            shop = await self.get_shop(domain)
        except NotFound:
            return nowhere()
        async with self.database.tenant(shop.merchant_id) as session:
            found = await queries.all_current(session)
            own = chosen(((await merchants.get(session, shop.merchant_id)).locale,))
        addresses = (
            address_in(it.settings.address or f"{self.address}{PAGES}{domain}/{it.page}", each, own)
            for it in found.values()
            if it.settings.enabled
            for each in LANGUAGES
        )
        listed = "".join(f"<url><loc>{escape(it)}</loc></url>\n" for it in addresses)
        headers = {"Cache-Control": _SHARED}
        return Response(_SITEMAP.format(listed), media_type="application/xml", headers=headers)


def page_routes(pages: Pages) -> list[Route]:
    """The pages at the installation itself, what lists them, and what crawlers are asked."""

    async def page(request: Request) -> Response:
        asked = request.path_params
        return await pages.answer(request, domain=asked["domain"], page=asked["page"])

    async def sitemap(request: Request) -> Response:
        return await pages.sitemap(request.path_params["domain"])

    async def robots(_: Request) -> Response:
        return PlainTextResponse(_ROBOTS, headers={"Cache-Control": "public, max-age=86400"})

    return [
        Route(f"{PAGES}{{domain}}/sitemap.xml", sitemap),
        Route(f"{PAGES}{{domain}}/{{page}}", page),
        Route("/robots.txt", robots),
    ]


def _sent(request: Request, page: _Bytes) -> Response:
    packs = "gzip" in request.headers.get("accept-encoding", "")
    # Two ways to send the same are two things to a cache.
    tag = f'"{page.tag}{"-gzip" if packs else ""}"'
    headers = {
        "ETag": tag,
        "Cache-Control": _SHARED,
        "Vary": "Accept-Encoding",
        "Content-Language": page.drawn.language,
        "Content-Security-Policy": page.drawn.policy,
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if packs:
        headers["Content-Encoding"] = "gzip"
    body = page.packed if packs else page.drawn.html
    return Response(body, media_type="text/html", headers=headers)


def _page(name: str) -> PageName | None:
    return PageName(name) if name in set(PageName) else None


def language_of(request: Request) -> str | None:
    """Which of our languages a request names; None for none, and where it asks too much."""
    if len(request.scope["query_string"]) > _QUERY_AT_MOST:
        return None
    return spoken(request.query_params.get("language", ""))


def nowhere() -> Response:
    """What is not there is answered alike, whatever the reason."""
    return problem_response(NotFound("There is no such address here."))
