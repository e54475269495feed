"""Where a friend lands: what they were promised, and the way on to the shop with the code.

A click is counted once a visit. Nothing is kept by any cache, and no search engine lists it.
"""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loyalnest import referrals
from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.languages import accepted, spoken
from loyalnest.kernel.limits import Buckets, Policy
from loyalnest.storefront.keeping import Keeper, Key
from loyalnest.storefront.pages.doors import Pages, language_of, nowhere
from loyalnest.storefront.pages.drawing import draw_landing
from loyalnest.storefront.pages.facts import Facts
from loyalnest.storefront.pages.sheet import invitation_of
from loyalnest.storefront.pages.values import Place
from loyalnest.storefront.pages.visits import Visits, is_somebody

_KEPT_AT_MOST = 500
_CODE_AT_MOST = 40


class Landings:
    """Where the friends of every merchant's customers land."""

    def __init__(self, pages: Pages, *, visits_a_minute: int = 60):
        self._pages = pages
        self._facts = Keeper(
            self._gather, weigh=lambda _: 1, at_most=_KEPT_AT_MOST, ages=pages.ages
        )
        self._visits = Visits()
        # More than that from one place, or tenfold by one shop's proxy, are not believed.
        self._of_addresses = Buckets(Policy("visits", visits_a_minute, 60))
        self._of_shops = Buckets(Policy("visits-behind-proxy", 10 * visits_a_minute, 60))

    async def answer(
        self, request: Request, *, domain: str, code: str, behind: str | None = None
    ) -> Response:
        """What a friend sees who was sent a code of this store's.

        `behind` is below which path the shop's own proxy stands for us, if it asks.
        """
        # No cache has it, so the browser's own wishes may count as well.
        wishes = map(spoken, accepted(request.headers.get("accept-language")))
        language = language_of(request) or next(filter(None, wishes), None)
        try:
            # A proxy asks for all its visitors, and signs of which shop.
            asker = None if behind else request.scope["state"]["address"]
            facts = await self._facts.get((domain, language or ""), asker=asker)
        except NotFound:
            return nowhere()
        told = referrals.normal_code(code[:_CODE_AT_MOST])
        good = await self._welcome(request, facts, told, behind is not None)
        address = referrals.landing_of(self._pages.address, domain, told)
        if behind:
            address = f"{facts.home}{behind}/pages{referrals.LANDINGS}{told}"
        place = self._pages.place(address, behind)
        drawn = draw_landing(facts, place, _said(facts, place, told if good else None))
        return Response(
            drawn.html,
            status_code=200 if good else 404,
            headers={**drawn.headers, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"},
        )

    async def _gather(self, key: Key) -> Facts | None:
        domain, language = key
        return await self._pages.facts_of(domain, language or None)

    async def _welcome(self, request: Request, facts: Facts, code: str, behind: bool) -> bool:
        """Whether the code can bring somebody; if so, a visit that begins is counted."""
        now = self._pages.clock()
        async with self._pages.database.tenant(facts.merchant.id) as session:
            good = await referrals.invites(session, code, now=now)
            if good and self._begins(request, facts.store.id, code, behind):
                await referrals.count_click(session, code, _channel(request), now=now)
        return good

    def _begins(self, request: Request, store_id: UUID, code: str, behind: bool) -> bool:
        headers = request.headers
        if not is_somebody(request.method, headers):
            return False
        address: str = request.scope["state"]["address"]
        # A shop's proxy asks for all its visitors, and says for whom where it is to be believed.
        visitor = headers.get("x-forwarded-for", "") if behind else address
        told = (str(store_id), code, visitor, headers.get("user-agent", ""))
        if not self._visits.begins(*told):
            return False
        limit = self._of_shops if behind else self._of_addresses
        return limit.take(store_id if behind else address).allowed


def landing_routes(landings: Landings) -> list[Route]:
    """`/r/{domain}/{code}`."""

    async def land(request: Request) -> Response:
        asked = request.path_params
        return await landings.answer(request, domain=asked["domain"], code=asked["code"])

    return [Route(f"{referrals.LANDINGS}{{domain}}/{{code}}", land)]


def _said(facts: Facts, place: Place, code: str | None) -> dict[str, object]:
    speech = facts.speech
    return {
        "title": speech.say("page.invited", brand=facts.brand.name)
        if code
        else speech.say("page.gone"),
        "code": code,
        "invitation": invitation_of(facts) if code else None,
        "onward": _onward(facts, place, code) if code else facts.home,
    }


def _onward(facts: Facts, place: Place, code: str) -> str:
    """Where the merchant wants friends to be, unless that is here: then the shop's first page.

    The code goes along; the shop's pages keep it from there.
    """
    link = facts.referral.link and facts.referral.link.replace("{code}", code)
    return link if link and link != place.address else f"{facts.home}/?ref={code}"


def _channel(request: Request) -> referrals.Channel:
    told = request.query_params.get("via", "")
    return referrals.Channel(told) if told in set(referrals.Channel) else referrals.Channel.LINK
