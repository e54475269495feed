"""Where guests come in: `/j/{code}` from a poster, `/card/{token}` to their own card."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loyalnest.kernel.errors import NotFound, RateLimited, TooLarge
from loyalnest.kernel.http import problem_response
from loyalnest.storefront.cards.guests import Guests
from loyalnest.storefront.cards.joining import Joining
from loyalnest.storefront.cards.showing import Showing

JOIN, CARD = "/j/", "/card/"
_ELSEWHERE = frozenset({"cross-site", "same-site"})

Answering = Callable[[Request], Awaitable[Response]]


def card_routes(guests: Guests) -> list[Route]:
    """The pages of every merchant's guests."""
    joining, showing = Joining(guests), Showing(guests)
    return [
        _at(f"{JOIN}{{code}}", joining.answer, "GET", "POST"),
        _at(f"{CARD}{{token}}", showing.card),
        _at(f"{CARD}{{token}}/face", showing.face),
        _at(f"{CARD}{{token}}/wallet/{{wallet}}", showing.wallet),
    ]


def _at(path: str, answering: Answering, *methods: str) -> Route:
    async def answer(request: Request) -> Response:
        # A form of ours is sent from its own page.
        if request.method == "POST" and request.headers.get("sec-fetch-site") in _ELSEWHERE:
            return problem_response(NotFound("There is no such address here."))
        try:
            return await answering(request)
        except (NotFound, RateLimited, TooLarge) as error:
            return problem_response(error)

    return Route(path, answer, methods=list(methods or ("GET",)))
