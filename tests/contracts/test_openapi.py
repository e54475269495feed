"""Whatever a program sends, it gets an answer that the API's description has room for.

Requests are made up from the description, good ones and broken ones, and sent through the whole
application to a merchant that has customers, orders and keys; half of the ids in them are real.
"""

import asyncio
from collections.abc import Callable, Generator
from copy import deepcopy
from typing import Any, cast

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis import GenerationMode, checks
from schemathesis.core import SCHEMATHESIS_TEST_CASE_HEADER

from loyalnest.kernel.database import Database, connect
from loyalnest.kernel.settings import Settings
from tests.branding.drawings import drawing
from tests.doors import bearing, description, house
from tests.two_merchants import Tenant, two_merchants

for _kind, _format in (("image/png", "PNG"), ("image/jpeg", "JPEG"), ("image/webp", "WEBP")):
    _sent = strategies.sampled_from([drawing(_format), b"", b"<svg/>"]) | strategies.binary()
    schemathesis.openapi.media_type(_kind, _sent)
SETTINGS = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
SCHEMA = cast(Any, schemathesis.openapi.from_dict(deepcopy(description())))
OPERATIONS: list[Any] = [result.ok() for result in SCHEMA.get_all_operations()]
_known = cast(Any, checks)
CHECKS = [
    _known.not_a_server_error,
    _known.status_code_conformance,
    _known.content_type_conformance,
    _known.response_schema_conformance,
]

SIGNING_IN = {"/v1/api/auth/login", "/v1/api/auth/refresh", "/v1/api/sessions"}
Send = Callable[[dict[str, Any]], httpx.Response]


@pytest.fixture(scope="module")
async def tenant(lasting_database: Database) -> Tenant:
    return (await two_merchants(lasting_database))[0]


@pytest.fixture(scope="module")
def send(lasting_database: Database, tenant: Tenant) -> Generator[Send]:
    """Sends a request and waits for the answer; the examples are made outside of any loop."""
    url = lasting_database.engine.url.render_as_string(hide_password=False)
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        database = connect(url, lasting_database.ring, SETTINGS, pool_size=2)
        client = house(database, api_key_burst=10**6, customer_burst=10**6, sign_in_attempts=10**6)
        yield lambda request: runner.run(client.request(**request))
        runner.run(client.aclose())
        runner.run(database.close())


@pytest.mark.parametrize("operation", OPERATIONS, ids=[each.label for each in OPERATIONS])
def test_every_answer_fits_the_description(operation: Any, send: Send, tenant: Tenant):
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    broken = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    answered: set[int] = set()
    seen: set[str] = set()
    bearer = tenant.session if _is_a_customers_own(operation) else tenant.key

    @given(case=fitting | broken, real=strategies.booleans())
    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    def answers(case: Any, real: bool) -> None:
        if real:
            _put_in(tenant.ids, case.path_parameters)
            _put_in(tenant.ids, case.body)
        arguments = case.as_transport_kwargs(base_url="http://test", headers=bearing(bearer))
        request = _for_httpx(arguments)
        # More than half of what is read is a repeat, and to look again changes nothing.
        looked = _but_its_number(request) if operation.method == "get" else None
        if looked in seen:
            return
        answer = send(request)
        case.validate_response(answer, checks=CHECKS)
        answered.add(answer.status_code)
        if looked:
            seen.add(looked)

    answers()
    assert answered != {401} or operation.path in SIGNING_IN


def _is_a_customers_own(operation: Any) -> bool:
    security: list[dict[str, list[str]]] = operation.definition.raw.get("security", [])
    return any(scope.startswith("self:") for each in security for scope in each.get("bearer", ()))


def _put_in(ids: dict[str, str], place: Any) -> None:
    if isinstance(place, dict):
        named = cast(dict[str, object], place)
        named.update({name: ids[name] for name in set(ids) & set(named)})


def _but_its_number(request: dict[str, Any]) -> str:
    """All of a request but what numbers the requests."""
    headers = {**request["headers"], SCHEMATHESIS_TEST_CASE_HEADER: ""}
    return repr({**request, "headers": headers})


def _for_httpx(arguments: dict[str, Any]) -> dict[str, Any]:
    data = arguments.pop("data", None)
    if isinstance(data, bytes | str):
        arguments["content"] = data
    elif data is not None:
        arguments["data"] = data
    return {name: value for name, value in arguments.items() if name != "cookies"}
