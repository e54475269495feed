"""A shop's own pages at an address of their own, with a policy as strict as there is."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from string import Template

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.doors import bearing

POLICY = Template(
    "default-src 'none'; script-src 'nonce-$nonce'; style-src 'nonce-$nonce';"
    " connect-src 'self' $installation; img-src 'self' $installation; base-uri 'none';"
    " form-action 'none'; require-trusted-types-for 'script'"
)
PAGE = Template("""\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The bakery</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="$nonce">
  body { font: 16px Georgia, serif; margin: 2rem; max-width: 60rem }
  [data-loyalnest] { min-height: 1.5em } .tall { min-height: 7em }
  $styles
</style>
<script nonce="$nonce">$script</script>
<script async nonce="$nonce" src="$loader/widget/loader.js" data-shop="$shop"
  data-session="/session" $attributes></script></head>
<body><main><h1>The bakery</h1>$markup<p>Bread and cakes.</p>
<a href="#more">More</a></main></body></html>
""")


@dataclass
class Pages:
    """What a shop's pages say, and who has signed in to the shop."""

    installation: str
    shop: str
    key: str
    address: str = ""
    loader: str | None = None
    """Where the script is fetched from, if not from the installation."""
    member: str | None = None
    attributes: str = 'data-page="product" data-language="en"'
    markup: str = ""
    styles: str = ""
    script: str = ""
    sessions: int = 0
    used: list[str] = field(default_factory=list[str])
    carted: list[str] = field(default_factory=list[str])

    async def page(self, _: Request) -> Response:
        """Any page of the shop."""
        nonce = secrets.token_urlsafe(16)
        said = PAGE.substitute(
            nonce=nonce,
            styles=self.styles,
            script=self.script,
            loader=self.loader or self.installation,
            shop=self.shop,
            attributes=self.attributes,
            markup=self.markup,
        )
        asked = f"{self.installation} {self.loader or ''}"
        policy = POLICY.substitute(nonce=nonce, installation=asked)
        return HTMLResponse(said, headers={"Content-Security-Policy": policy})

    async def session(self, _: Request) -> Response:
        """Who has signed in to the shop, as its server asks us."""
        if self.member is None:
            return JSONResponse({"code": "NOBODY_LOGGED_IN"}, 401)
        self.sessions += 1
        async with httpx.AsyncClient(base_url=self.installation, trust_env=False) as client:
            path = f"/v1/api/customers/{self.member}/sessions"
            answer = await client.post(path, headers=bearing(self.key))
        return JSONResponse(answer.json(), answer.status_code)

    async def discount(self, request: Request) -> Response:
        """Where a shop takes a code and leads on to the cart."""
        self.used.append(request.path_params["code"])
        return await self.page(request)

    async def cart(self, request: Request) -> Response:
        """What scripts of the shop's own pages may say of the cart."""
        self.carted.append((await request.json())["attributes"]["loyalnest_ref"])
        return JSONResponse({"item_count": 0})


@asynccontextmanager
async def opened(pages: Pages) -> AsyncGenerator[Pages]:
    """The pages at a port of the loopback."""
    routes = [
        Route("/session", pages.session),
        Route("/discount/{code}", pages.discount),
        Route("/cart/update.js", pages.cart, methods=["POST"]),
        Route("/{path:path}", pages.page),
    ]
    config = uvicorn.Config(Starlette(routes=routes), port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    pages.address = f"http://127.0.0.1:{port}"
    yield pages
    server.should_exit = True
    await serving
