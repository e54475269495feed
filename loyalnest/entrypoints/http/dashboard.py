"""The merchant's dashboard: files that `make run` built, handed out with the rules they need.

Nothing here knows what is in them. Files below `assets/` carry a hash in their name and never
change; every other address is a screen, and screens are made in the browser out of one page.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import problem_response

BUILT = Path(__file__).parents[3] / "web" / "dashboard" / "dist"
ADMIN = "https://admin.shopify.com"
# Shopify asks for its script from its own server, as the first of the page, and not put off.
APP_BRIDGE = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
FindShop = Callable[[str], Awaitable[bool]]
"""Whether a shop's domain belongs to a merchant of this installation."""

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com")
_NONCE, _BRIDGE_HERE = "{{nonce}}", "<!-- app-bridge -->"
# Its habit of adding an ID token to every request of the page is turned off: our own client does.
_BRIDGE = """\
<meta name="shopify-api-key" content="{client_id}">
<meta name="shopify-disabled-features" content="fetch">
<script src="{script}" data-api-key="{client_id}"></script>"""
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_NOT_BUILT = """\
<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LoyalNest</title><link rel="stylesheet" href="/docs/style.css"></head><body><main>
<h1>The dashboard is not built yet</h1>
<p>Everything else works: <a href="/docs">the API</a> answers, deliveries are taken in.</p>
<p>The dashboard is built once, and that needs the network. In the folder that LoyalNest was
installed to, run</p>
<pre>make web</pre>
<p>and load this page again; nothing has to be restarted. If it fails, it says why.</p>
</main></body></html>
"""


def routes(is_known_shop: FindShop, client_id: str | None, folder: Path = BUILT) -> list[Route]:
    """Where the dashboard is found. Built while the server runs, it is there at once.

    `client_id` is what Shopify knows this installation by; without it the dashboard can be framed
    by a shop's admin but does not speak with it.
    """
    assets = folder / "assets"

    async def asset(request: Request) -> Response:
        return await run_in_threadpool(_asset, assets, request)

    async def page(request: Request) -> Response:
        framed_by = await _framed_by(request)
        bridged = client_id if framed_by else None
        policy = _policy(nonce := secrets.token_urlsafe(16), framed_by, bridged=bool(bridged))
        headers = {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-cache",
            # Where a store is, the device in its owner's hand knows.
            "Permissions-Policy": "camera=(), geolocation=(self), microphone=()",
        }
        try:
            html = await run_in_threadpool((folder / "index.html").read_text, encoding="utf-8")
        except FileNotFoundError:
            return HTMLResponse(_NOT_BUILT, 503, {"Cache-Control": "no-store"})
        html = html.replace(_NONCE, nonce).replace(_BRIDGE_HERE, _bridge(bridged))
        return HTMLResponse(html, headers=headers)

    async def _framed_by(request: Request) -> str | None:
        shop = request.query_params.get("shop", "")
        asked = request.query_params.get("embedded") == "1" and _DOMAIN.fullmatch(shop)
        return shop if asked and await is_known_shop(shop) else None

    return [
        Route("/", _entrance),
        Route("/dashboard", _entrance),
        Route("/dashboard/assets/{name:path}", asset),
        Route("/dashboard/{path:path}", page),
    ]


async def _entrance(request: Request) -> Response:
    """Browsers are led to the dashboard; a program that asks for `/` has lost its way."""
    if "text/html" not in request.headers.get("accept", ""):
        return problem_response(NotFound("There is no such address here."))
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/dashboard/{query}", 307)


def _asset(folder: Path, request: Request) -> Response:
    name = request.path_params["name"]
    path = folder / name
    kind = _TYPES.get(path.suffix)
    if kind is None or path.parent != folder or not path.is_file():
        return problem_response(NotFound("There is no such address here."))
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
    packed = folder / f"{name}.gz"
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        return FileResponse(
            packed, media_type=kind, headers={**headers, "Content-Encoding": "gzip"}
        )
    return FileResponse(path, media_type=kind, headers=headers)


def _bridge(client_id: str | None) -> str:
    """What loads App Bridge, in a frame of Shopify's admin; nothing anywhere else."""
    if client_id is None:
        return ""
    return _BRIDGE.format(client_id=escape(client_id), script=APP_BRIDGE)


def _policy(nonce: str, framed_by: str | None, *, bridged: bool) -> str:
    """Nothing but our own files; styles that a script makes at run time carry the nonce."""
    frames = f"https://{framed_by} {ADMIN}" if framed_by else "'none'"
    scripts = f"'self' {APP_BRIDGE.rpartition('/')[0]}/" if bridged else "'self'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {frames}",
        )
    )
