"""Where the links of messages lead through: a click is counted and goes on to where it said."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.http import problem_response
from loyalnest.messaging.errors import LinkUnknown
from loyalnest.messaging.links import PATH, Tokens
from loyalnest.messaging.service import follow

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def link_route(database: Database, *, clock: Clock) -> Route:
    """`/m/{token}`: a click, counted once, and on to the page. Nothing asked for changes where."""

    async def go_on(request: Request) -> Response:
        token: str = request.path_params["token"]
        try:
            link = Tokens(database.ring).read(token)
            async with database.tenant(link.merchant_id) as session:
                target = await follow(
                    session,
                    link.message_id,
                    link.number,
                    counts=request.method == "GET",
                    now=clock(),
                )
        except LinkUnknown as error:
            return problem_response(error)
        return RedirectResponse(target, status_code=302, headers=_HEADERS)

    return Route(f"{PATH}{{token}}", go_on, methods=["GET"], include_in_schema=False)
