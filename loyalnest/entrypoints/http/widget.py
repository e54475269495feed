"""The widget for shops' pages: files that `make run` built, handed out to pages of any origin.

A page names one address, the loader's, which is asked for again every few minutes. What it loads
carries a hash in its name and never changes. Nothing here depends on who asks.

The preview is a page of our own with the widget on it, which the dashboard frames and tells what to
show: it asks nobody for anything.
"""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from loyalnest.entrypoints.http.packed import Packed, read_packed
from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import problem_response

BUILT = Path(__file__).parents[3] / "web" / "widget" / "dist"
LOADER = "/widget/loader.js"
PREVIEW = "/widget/preview"

_NAME = re.compile(r"[\w-]+\.js")
_ANY_PAGE: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept-Encoding",
}
_SHORT = "public, max-age=300"
_FOREVER = "public, max-age=31536000, immutable"
# A page that asks for a script must not stumble over one that isn't there.
_NOT_BUILT = "/* The widget is not built yet: run `make web` where LoyalNest is installed. */\n"

_PREVIEW_PAGE = f"""\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>LoyalNest</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="{LOADER}" defer></script><script src="{PREVIEW}.js" type="module"></script>
</head><body></body></html>
"""
# The dashboard may itself stand in a shop's admin, which then frames the preview as well.
_PREVIEW_POLICY = "; ".join(
    (
        *("default-src 'none'", "script-src 'self'", "img-src 'self' data:"),
        *("base-uri 'none'", "form-action 'none'"),
        "frame-ancestors 'self' https://admin.shopify.com https://*.myshopify.com",
    )
)


def routes(folder: Path = BUILT) -> list[Route]:
    """Where the widget is found. Built while the server runs, it is there at once."""

    async def script(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        found = await run_in_threadpool(read_packed, folder / name, request)
        if found is None:
            headers = {**_ANY_PAGE, "Cache-Control": "no-store"}
            return Response(_NOT_BUILT, headers=headers, media_type="text/javascript")
        tag = f'"{hashlib.sha256(found.body).hexdigest()[:32]}"'
        if tag in request.headers.get("if-none-match", ""):
            headers = {**_ANY_PAGE, "Cache-Control": _SHORT, "ETag": tag}
            return Response(status_code=304, headers=headers)
        return _answer(found, {"Cache-Control": _SHORT, "ETag": tag})

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        path = folder / "assets" / name
        is_one = _NAME.fullmatch(name)
        found = await run_in_threadpool(read_packed, path, request) if is_one else None
        if found is None:
            return problem_response(NotFound("There is no such address here."))
        return _answer(found, {"Cache-Control": _FOREVER})

    return [
        Route(LOADER, script),
        Route(f"{PREVIEW}.js", script),
        Route(PREVIEW, _preview),
        Route("/widget/assets/{name:path}", asset),
    ]


async def _preview(_: Request) -> Response:
    headers = {"Content-Security-Policy": _PREVIEW_POLICY, "Cache-Control": _SHORT}
    return HTMLResponse(_PREVIEW_PAGE, headers=headers)


def _answer(found: Packed, headers: Mapping[str, str]) -> Response:
    coding = {"Content-Encoding": found.coding} if found.coding else {}
    return Response(
        found.body,
        media_type="text/javascript",
        headers={**_ANY_PAGE, **headers, **coding},
    )
