"""What is put together here: the timetable that every installation keeps, and the routes."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from structlog.testing import capture_logs

from loyalnest.entrypoints import doors, wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.settings import Settings
from tests.conftest import NOW


async def test_every_entry_of_the_timetable_runs_on_an_empty_installation(database: Database):
    with capture_logs() as lines:
        for entry in wiring.TIMETABLE:
            await entry.handle(database, NOW)

    assert [line["event"] for line in lines if line["log_level"] == "error"] == []
    assert "ledger.verified" in [line["event"] for line in lines]


def test_entries_of_the_timetable_have_names_of_their_own():
    names = [entry.name for entry in wiring.TIMETABLE]

    assert len(set(names)) == len(names)


def test_no_request_goes_to_a_thread_for_what_a_route_asks_for():
    parts = doors.description(Settings())
    routes = [route for router in parts.routers for route in _routes_of(router.routes)]
    asked = [call for route in routes for call in _calls_of(route.dependant)]

    assert len(routes) > 100
    assert [call.__qualname__ for call in asked if not _is_asynchronous(call)] == []


def _routes_of(routes: Iterable[object]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            included: Any = getattr(route, "original_router", route)
            yield from _routes_of(included.routes)


def _calls_of(dependant: Dependant) -> Iterator[Any]:
    """The route itself, and whatever FastAPI asks before."""
    if dependant.call is not None:
        yield dependant.call
    for other in dependant.dependencies:
        yield from _calls_of(other)


def _is_asynchronous(call: Any) -> bool:
    function = inspect.unwrap(call)
    return (
        inspect.iscoroutinefunction(function)
        or inspect.isasyncgenfunction(function)
        or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004 (an object)
    )
