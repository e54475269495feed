"""The application: every module's routes behind the layers that all of them need."""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from itertools import chain

from fastapi import FastAPI
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from loyalnest.branding.routes import UPLOADS
from loyalnest.entrypoints.http import addresses, health, reference
from loyalnest.entrypoints.http.addresses import Origins
from loyalnest.entrypoints.http.bearers import Bearers
from loyalnest.entrypoints.http.callers import Callers
from loyalnest.entrypoints.http.crossing import Crossing
from loyalnest.entrypoints.http.headers import SecurityHeaders
from loyalnest.entrypoints.http.metrics import RequestMetrics, Standing
from loyalnest.entrypoints.http.parts import Parts
from loyalnest.entrypoints.http.repeats import Repeats
from loyalnest.entrypoints.http.signposts import Signpost
from loyalnest.entrypoints.http.tongues import Tongues
from loyalnest.entrypoints.http.traces import Traces
from loyalnest.kernel import clock as system
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import NotFound, TooLarge
from loyalnest.kernel.http import answer_problems, problem_response
from loyalnest.kernel.settings import Settings

_WEBHOOKS = "/webhooks/"


def build_app(
    database: Database, settings: Settings, parts: Parts, *, clock: Clock = system.now
) -> ASGIApp:
    """The whole HTTP door as one ASGI application."""
    registry = CollectorRegistry()
    standing = Standing(registry, database, clock)
    api = rest_api(parts, settings)
    api.state.database = database
    api.state.clock = clock
    healths = health.routes(
        database=database, token=settings.metrics_token, registry=registry, standing=standing
    )
    references = reference.routes(api, api.routes.copy())
    within = [*api.routes, *healths, *references, *parts.sockets, *parts.pages]
    api.router.routes[:] = [Signpost(within)]
    app: ASGIApp = Callers(
        Crossing(
            _Bounded(Repeats(api), settings.api_max_bytes, unless=UPLOADS),
            database=database,
            public_url=settings.public_url,
        ),
        authenticate=parts.authenticate or Bearers(database).caller_of,
        clock=clock,
        settings=settings,
    )
    app = SecurityHeaders(Tongues(app))
    app = _Past(app, parts.open)
    app = Origins(
        app,
        addresses.networks(settings.trusted_proxies.split(",")),
        public_https=(settings.public_url or "").startswith("https://"),
    )
    app = _Webhooks(app, parts.webhooks)
    routes = (*parts.webhooks, *parts.open, *within)
    return Traces(app, metrics=RequestMetrics(registry), routes=routes)


def rest_api(parts: Parts, settings: Settings) -> FastAPI:
    """The routes of the REST API alone, which is what its description is made from."""

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            for enter in parts.running:
                await stack.enter_async_context(enter())
            yield

    api = FastAPI(
        title="LoyalNest",
        version=version("loyalnest"),
        lifespan=running,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        max_body_size=settings.api_max_bytes,
    )
    for route in chain.from_iterable(router.routes for router in parts.routers):
        # Not `include_router`: it works every route out anew at the first request, a second in all,
        # and matches twice at each. Nothing of the application is to be mixed into these.
        if isinstance(route, APIRoute):
            route.unique_id = route.operation_id or route.name
        api.router.routes.append(route)
    answer_problems(api)
    return api


class _Bounded:
    """Refuses a body that says itself that it is too large, before anybody reads it.

    FastAPI counts what comes without saying so; to what says so it answers in plain text. Some
    addresses take more than the rest, and count by themselves.
    """

    def __init__(self, app: ASGIApp, limit: int, *, unless: Collection[str]):
        self.app = app
        self.limit = limit
        self.unless = unless

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self.unless:
            said = Headers(scope=scope).get("content-length", "")
            if said.isdecimal() and int(said) > self.limit:
                await problem_response(TooLarge())(scope, receive, send)
                return
        await self.app(scope, receive, send)


class _Past:
    """Lets through to routes at once, past everything that only the API needs.

    Every view of every page of every shop may ask there, and nobody is signed in.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[Route]):
        self.app = app
        self.paths = {route.path for route in routes}
        self.router = Router(routes, redirect_slashes=False, default=_not_found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] == "http" and scope["path"] in self.paths
        await (self.router if is_open else self.app)(scope, receive, send)


class _Webhooks:
    """Lets deliveries through to their routes at once, past everything that only the API needs.

    They come by the thousand a second, from machines, and are answered with nothing but a status.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]):
        self.app = app
        self.router = Router(routes, redirect_slashes=False, default=_not_found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_delivery = scope["type"] == "http" and scope["path"].startswith(_WEBHOOKS)
        await (self.router if is_delivery else self.app)(scope, receive, send)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await problem_response(NotFound("There is no such address here."))(scope, receive, send)
