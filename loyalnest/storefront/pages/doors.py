"""Where browsers find the pages: at the installation itself, and behind a shop's own proxy.

A page is the same for everybody who reads it in one language, so it is kept as bytes for a few
seconds and may be kept by any cache for a minute. Where a friend lands a visit is counted, and
nothing is kept by anybody.
"""

from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from loyalnest import merchants
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import problem_response
from loyalnest.kernel.languages import LANGUAGES, chosen, spoken
from loyalnest.storefront.answers import BYTES_AT_MOST, SHARED, Answer
from loyalnest.storefront.keeping import USUAL, Ages, Keeper, Key
from loyalnest.storefront.pages import queries
from loyalnest.storefront.pages.drawing import draw
from loyalnest.storefront.pages.facts import Facts, gather
from loyalnest.storefront.pages.sheet import address_in, sheet_of
from loyalnest.storefront.pages.values import PageName, Place
from loyalnest.storefront.shops import FindShop, enter

PAGES = "/pages/"

_QUERY_AT_MOST = 1000
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


class Pages:
    """The pages of every merchant of an installation."""

    def __init__(
        self,
        database: Database,
        *,
        find_shop: FindShop,
        address: str,
        clock: Clock,
        ages: Ages = USUAL,
    ):
        self.database = database
        self.clock = clock
        self.find_shop = find_shop
        self._drawn = Keeper(
            self._draw, weigh=lambda it: it.weight, at_most=BYTES_AT_MOST, ages=ages
        )
        self.ages = ages
        """How long what was made serves others."""
        self.address = address
        """Of the installation; what a browser names as host is never believed."""

    async def answer(
        self, request: Request, *, domain: str, page: str, behind: str | None = None
    ) -> Response:
        """A page of the store of this domain.

        `behind` is below which path the shop's own proxy stands for us, if it asks.
        """
        if page not in set(PageName):
            return nowhere()
        key = (domain, page, language_of(request) or "", behind or "")
        try:
            # A proxy asks for all its visitors, and signs of which shop.
            asker = None if behind else request.scope["state"]["address"]
            found = await self._drawn.get(key, asker=asker)
        except NotFound:
            return nowhere()
        return found.told(request.headers)

    async def _draw(self, key: Key) -> Answer | None:
        domain, page, language, behind = key
        facts = await self.facts_of(domain, language or None)
        if facts is None:
            return None
        settings = facts.pages[PageName(page)].settings
        if not settings.enabled:
            return None
        at = f"{facts.home}{behind}/pages" if behind else f"{self.address}{PAGES}{domain}"
        place = self.place(settings.address or f"{at}/{page}", behind or None)
        drawn = draw(sheet_of(facts, PageName(page), place))
        return Answer.of(drawn.html, drawn.headers)

    def place(self, address: str, behind: str | None) -> Place:
        """Where something is read that is known by this address."""
        if behind is None:
            return Place(address, self.address)
        return Place(address, self.address, self.address, f"{behind}/session")

    async def facts_of(self, domain: str, language: str | None) -> Facts | None:
        """What everybody may know of a store's program, in this language or the shop's."""
        async with self.database.batch([]) as session:
            shop = await enter(session, self.find_shop, domain)
            if shop is None:
                return None
            return await gather(
                session, store_id=shop.store_id, language=language, now=self.clock()
            )

    async def sitemap(self, domain: str) -> Response:
        """The pages of a store for search engines, in every language."""
        async with self.database.batch([]) as session:
            shop = await enter(session, self.find_shop, domain)
            if shop is None:
                return nowhere()
            found = await queries.all_current(session)
            own = chosen(((await merchants.get(session, shop.merchant_id)).locale,))
        addresses = (
            address_in(it.settings.address or f"{self.address}{PAGES}{domain}/{it.page}", each, own)
            for it in found.values()
            if it.settings.enabled
            for each in LANGUAGES
        )
        listed = "".join(f"<url><loc>{escape(it)}</loc></url>\n" for it in addresses)
        headers = {"Cache-Control": SHARED}
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


def language_of(request: Request) -> str | None:
    """Which of our languages a request names; None for none, and where it asks too much."""
    if len(request.scope["query_string"]) > _QUERY_AT_MOST:
        return None
    return spoken(request.query_params.get("language", ""))


def nowhere() -> Response:
    """What is not there is answered alike, whatever the reason."""
    return problem_response(NotFound("There is no such address here."))
