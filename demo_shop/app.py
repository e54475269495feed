"""The shop as an application: its pages, and the task that tells LoyalNest what has happened."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from demo_shop import accounts, pages
from demo_shop.books import Books, clock
from demo_shop.front import Front
from demo_shop.installation import Installation
from demo_shop.settings import Settings


def build_app(settings: Settings, *, now: Callable[[], datetime] = clock) -> Starlette:
    """The shop, with books of its own below its folder."""
    books = Books(settings.folder / "shop.sqlite3")
    client = httpx.AsyncClient(trust_env=False)
    installation = Installation(settings, books, client, now)
    front = Front(settings, books, installation, now)

    @asynccontextmanager
    async def open_for_business(app: Starlette) -> AsyncGenerator[None]:
        telling = asyncio.create_task(installation.tell_all())
        try:
            yield
        finally:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling
            await client.aclose()
            books.close()

    async def missing(request: Request, error: Exception) -> Response:
        return front.page(request, front.visit(request), "missing.html", status=404)

    app = Starlette(
        routes=[*pages.routes(front), *accounts.routes(front)],
        exception_handlers={404: missing},
        lifespan=open_for_business,
    )
    app.state.front = front
    return app
