"""The pages about a program behind a shop's app proxy, on the shop's own domain.

A shop fetches them from us and hands them on; what it signs says which shop it is and where its
readers find them. They show the same to everybody, so who is logged in plays no part.
"""

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from loyalnest.integrations.shopify.errors import SignatureInvalid
from loyalnest.integrations.shopify.proxy import Signed, read_signed
from loyalnest.kernel.clock import Clock
from loyalnest.storefront import pages as storefront

PROXIED_PAGES = "/proxy/shopify/pages"

_PREFIX = re.compile(r"(/[A-Za-z0-9_-]{1,63}){1,4}")


def proxied_pages(
    pages: storefront.Pages, landings: storefront.Landings, *, secrets: Sequence[str], clock: Clock
) -> list[Route]:
    """`/proxy/shopify/pages/{page}` and `/proxy/shopify/pages/r/{code}`."""
    keys = [secret.encode() for secret in secrets]

    async def page(request: Request) -> Response:
        said = read_signed(request.query_params, keys, now=clock())
        name: str = request.path_params["page"]
        return await pages.answer(request, domain=said.shop, page=name, behind=_behind(said))

    async def land(request: Request) -> Response:
        said = read_signed(request.query_params, keys, now=clock())
        code: str = request.path_params["code"]
        return await landings.answer(request, domain=said.shop, code=code, behind=_behind(said))

    return [
        Route(f"{PROXIED_PAGES}/r/{{code}}", land),
        Route(f"{PROXIED_PAGES}/{{page}}", page),
    ]


def _behind(said: Signed) -> str:
    """Below which path the shop's readers find us. Raises SignatureInvalid."""
    if not _PREFIX.fullmatch(said.path_prefix):
        raise SignatureInvalid("The signed path_prefix is no path.")
    return said.path_prefix
