"""The API's description: OpenAPI for programs at `/openapi.json`, a page for people at `/docs`."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from loyalnest.entrypoints.http.page import STYLE, render
from loyalnest.kernel.http import Problem

_DESCRIPTION = """\
Every request carries an API key (`lnk_…`) or an access token as `Authorization: Bearer …` and acts
for one merchant. What a key may do is given by its scopes; each operation names the one it needs.

- **Failures** are problem documents (RFC 9457). Decide by `code`; `detail` is for people.
- **Repeating** a request that moves points is safe with the same `Idempotency-Key`: the answer is
  the first one's, with the header `Idempotency-Replayed: true`.
- **Lists** come in pages: send `next_cursor` back as `cursor`.
- **Limits** are told in `RateLimit-Policy` and `RateLimit`; past one the answer is 429 with
  `Retry-After` in seconds.
- **Instants** are RFC 3339 with a time zone; **ids** carry their kind (`cus_…`); amounts of points
  are integers, amounts of money decimals in strings.
"""


def describe(api: FastAPI, routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an application's routes."""
    document = get_openapi(
        title=api.title,
        version=api.version,
        openapi_version="3.1.0",
        summary="Points, rewards and stamps on one ledger whose books always balance.",
        description=_DESCRIPTION,
        routes=routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document


def openapi_json(api: FastAPI) -> str:
    """The document as text, the same for the same routes: for a file that is kept under version."""
    document = describe(api, api.routes)
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def routes(api: FastAPI, described: Sequence[BaseRoute]) -> list[Route]:
    """`/openapi.json` and the page that shows it; both made once, on the first request."""
    made: dict[str, bytes] = {}

    async def document(request: Request) -> Response:
        if "document" not in made:
            made["document"] = json.dumps(describe(api, described), ensure_ascii=False).encode()
        return Response(made["document"], media_type="application/json")

    async def page(request: Request) -> Response:
        if "page" not in made:
            made["page"] = render(describe(api, described)).encode()
        return HTMLResponse(made["page"])

    async def style(request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    return [
        Route("/openapi.json", document),
        Route("/docs", page),
        Route("/docs/style.css", style),
    ]
