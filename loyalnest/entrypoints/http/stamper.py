"""The stamper for the counter: an installable app, handed out as files that `make run` built.

Three addresses stay the same and are asked for again each time: the page, the service worker that
keeps it, and the manifest by which it is installed. All else carries a hash in its name.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from loyalnest.entrypoints.http.packed import read_packed
from loyalnest.kernel.errors import NotFound
from loyalnest.kernel.http import problem_response

BUILT = Path(__file__).parents[3] / "web" / "stamper" / "dist"
PAGE = "/stamper/"

_NAME = re.compile(r"[\w-]+\.(?:js|css|svg|png)")
_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_FOREVER = "public, max-age=31536000, immutable"
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    # The only page of ours that may look through a camera, and ask where it is.
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}
_NOT_BUILT = """\
<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LoyalNest</title><link rel="stylesheet" href="/docs/style.css"></head><body><main>
<h1>The stamper is not built yet</h1>
<p>It is built once, and that needs the network. In the folder that LoyalNest was installed to,
run</p>
<pre>make web</pre>
<p>and load this page again.</p>
</main></body></html>
"""


def routes(folder: Path = BUILT) -> list[Route]:
    """Where the stamper is found. Built while the server runs, it is there at once."""

    async def page(request: Request) -> Response:
        answer = await _file(folder / "index.html", request, "no-cache", _PAGE_HEADERS)
        return answer or HTMLResponse(_NOT_BUILT, 503, {"Cache-Control": "no-store"})

    async def beside(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        # A worker lives under its own policy: what it fetches for the page to work without us.
        headers = {"Content-Security-Policy": _POLICY}
        return await _file(folder / name, request, "no-cache", headers) or _missing()

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        path = folder / "assets" / name
        found = await _file(path, request, _FOREVER, {}) if _NAME.fullmatch(name) else None
        return found or _missing()

    return [
        Route(PAGE.rstrip("/"), _entrance),
        Route(PAGE, page),
        Route(f"{PAGE}sw.js", beside),
        Route(f"{PAGE}app.webmanifest", beside),
        Route(f"{PAGE}assets/{{name:path}}", asset),
    ]


async def _entrance(_: Request) -> Response:
    """Whoever types the address leaves the slash out, without which nothing is in its scope."""
    return RedirectResponse(PAGE, 307)


async def _file(
    path: Path, request: Request, cached: str, headers: Mapping[str, str]
) -> Response | None:
    found = await run_in_threadpool(read_packed, path, request)
    if found is None:
        return None
    coding = {"Content-Encoding": found.coding} if found.coding else {}
    return Response(
        found.body,
        media_type=_TYPES[path.suffix],
        headers={**headers, **coding, "Cache-Control": cached, "Vary": "Accept-Encoding"},
    )


def _missing() -> Response:
    return problem_response(NotFound("There is no such address here."))
