"""Where pictures are handed out to anybody: browsers, mail programs, wallets, caches in between.

An address names the merchant and the content, so what is there never changes. An unknown merchant
is answered as an unknown picture is.
"""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loyalnest.branding import queries
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import problem_response
from loyalnest.kernel.ids import from_wire

MEDIA = "/media/"
_NAME = re.compile(r"([0-9a-f]{64})\.webp")
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    # Shops and mails on other origins show them: they are the one thing here that others may embed.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def media_routes(database: Database) -> list[Route]:
    """`/media/{merchant}/{hash}.webp`."""

    async def picture(request: Request) -> Response:
        try:
            return await _answer(database, request)
        except NotFound:
            return problem_response(NotFound("There is no such address here."))

    return [Route(f"{MEDIA}{{merchant}}/{{name}}", picture)]


async def _answer(database: Database, request: Request) -> Response:
    merchant_id = from_wire("mer", request.path_params["merchant"])
    named = _NAME.fullmatch(request.path_params["name"])
    if named is None:
        raise NotFound
    headers = {**_HEADERS, "ETag": f'"{named[1]}"'}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        # They have what is named here, they say. It never changes, so nobody need look for it.
        return Response(status_code=304, headers=headers)
    async with database.tenant(merchant_id) as session:
        body = await queries.find_body(session, merchant_id, named[1])
    if body is None:
        raise NotFound
    return Response(body, media_type="image/webp", headers=headers)
