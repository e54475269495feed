"""Whoever asks fewer routes finds the same one."""

import itertools
import re
from collections.abc import Sequence

import pytest
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route, WebSocketRoute
from starlette.types import Scope

from loyalnest.entrypoints import doors
from loyalnest.entrypoints.http import rest_api
from loyalnest.entrypoints.http.signposts import Signpost
from loyalnest.kernel.settings import Settings


def asked(path: str, method: str = "GET", kind: str = "http") -> Scope:
    return {"type": kind, "path": path, "method": method, "root_path": "", "headers": []}


def one_by_one(routes: Sequence[BaseRoute], scope: Scope) -> tuple[Match, object]:
    """As a router does: the first that matches, else the first that nearly does."""
    partly: tuple[Match, object] = (Match.NONE, None)
    for route in routes:
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return match, route
        if match is Match.PARTIAL and partly[0] is Match.NONE:
            partly = match, route
    return partly


def test_every_address_of_the_api_leads_where_its_routes_lead() -> None:
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    routes = list(rest_api(doors.description(settings), settings).routes)
    signpost = Signpost(routes)
    addresses = {re.sub(r"{[^}]*}", "x", it.path) for it in routes if isinstance(it, Route)}
    assert len(addresses) > 200
    astray = {f"{it}/more" for it in addresses} | {it[:-1] for it in addresses} | {"/", "", "//"}
    for path, method in itertools.product(addresses | astray, ["GET", "POST", "DELETE"]):
        scope = asked(path, method)
        match, found = signpost.matches(scope)
        assert (match, found.get("pointed_at")) == one_by_one(routes, scope), (method, path)


async def nobody(*_: object) -> Response:
    return Response()


@pytest.mark.parametrize(
    ("path", "kind", "meant"),
    [
        ("/", "http", 0),
        ("/files", "http", 6),
        ("/files/a/b/c/d", "http", 1),
        ("/a/b/c/d", "http", 2),
        ("/a/b/c", "http", 3),
        ("/a/bees/c", "http", 4),
        ("/live", "websocket", 5),
        ("/live", "http", 6),
        ("/anything/else", "http", 6),
    ],
)
def test_mounts_sockets_and_variables_anywhere(path: str, kind: str, meant: int) -> None:
    routes = [
        Route("/", nobody),
        Mount("/files", routes=[]),
        Route("/a/b/c/d", nobody),
        Route("/a/b/c", nobody),
        Route("/a/be{rest}/c", nobody),
        WebSocketRoute("/live", nobody),
        Route("/{all:path}", nobody),
    ]
    scope = asked(path, kind=kind)
    match, found = Signpost(routes).matches(scope)
    assert match is Match.FULL
    assert found["pointed_at"] is routes[meant]
    assert one_by_one(routes, scope) == (match, routes[meant])
