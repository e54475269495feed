"""The installation can be watched: health, metrics, traces and logs that tell nothing personal."""

import json
import logging
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
import structlog
from sqlalchemy import text
from starlette.convertors import Convertor, IntegerConvertor
from starlette.routing import Route
from structlog.testing import capture_logs
from structlog.typing import EventDict

from loyalnest.entrypoints import certificates, doors
from loyalnest.entrypoints.http import build_app
from loyalnest.kernel import clock, crypto, logs
from loyalnest.kernel.database import Database
from tests.doors import bearing, house, make_key, open_cafe
from tests.sinks.cast import tells_a_tool

_SECRET = "5ec2e7"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def logged() -> Generator[list[EventDict]]:
    with capture_logs() as lines:
        yield lines


async def test_it_lives_and_is_ready(shared_database: Database):
    async with house(shared_database) as client:
        live, ready = await client.get("/health/live"), await client.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_it_is_not_ready_on_another_schema(database: Database):
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    async with house(database) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, "schema")


async def test_it_is_not_ready_without_a_key_that_the_database_knows(database: Database):
    async with database.platform() as session:
        await session.execute(
            text("INSERT INTO encryption_keys VALUES ('data', 9, '\\x00', now(), NULL)")
        )
    async with house(database) as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, "keys")


async def test_without_its_database_it_lives_but_is_not_ready(database: Database):
    from loyalnest.kernel.database import connect

    nowhere = connect("postgresql://x@127.0.0.1:1/x", crypto.new_ring(), database.settings)
    async with house(nowhere) as client:
        live, ready = await client.get("/health/live"), await client.get("/health/ready")
        asked = await client.get("/v1/api/program", headers=bearing("lnk_x"))
    assert (live.status_code, ready.status_code) == (200, 503)
    assert (asked.status_code, asked.json()["code"]) == (503, "DATABASE_AWAY")
    assert "retry-after" in asked.headers


async def test_metrics_tell_how_requests_and_the_installation_stand(database: Database):
    merchant, _ = await open_cafe(database)
    key = await make_key(database, merchant.id)
    await tells_a_tool(database, merchant.id)
    async with house(database, address="127.0.0.1") as client:
        await client.get(f"/v1/api/program/versions/{7}", headers=bearing(key))
        await client.get("/v1/api/unknown/anna", headers=bearing(key))
        told = (await client.get("/metrics")).text
    route = 'method="GET",route="/v1/api/program/versions/{version}",status="404"'
    assert f"loyalnest_http_requests_total{{{route}}} 1.0" in told
    for name in (
        "database_up 1.0",
        "inbox_deliveries 0.0",
        "inbox_oldest_seconds",
        "relay_unsequenced",
        "ledger_postings",
        'database_connections{state="allowed"}',
        'vendor_lines{kind="sink",provider="klaviyo",state="on"} 1.0',
    ):
        assert f"loyalnest_{name}" in told
    assert "anna" not in told


async def test_no_value_of_any_path_is_logged_or_counted(
    shared_database: Database, logged: list[EventDict], tmp_path: Path
):
    settings = shared_database.settings.model_copy(update={"data_dir": tmp_path})
    certificates.make_trial(settings, now=clock.now())
    parts = doors.parts(shared_database, settings)
    of_api = (route for router in parts.routers for route in router.routes)
    routes = [
        route
        for route in (*parts.webhooks, *parts.open, *parts.pages, *of_api)
        if isinstance(route, Route) and route.param_convertors
    ]
    app = build_app(shared_database, settings, parts)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for route in routes:
            values = {name: _value(it) for name, it in route.param_convertors.items()}
            path = route.path_format.format(**values)
            await client.request(next(iter(route.methods or {"GET"})), path)
            assert logged.pop()["route"] in {it.path_format for it in routes} | {"unmatched"}
        told = (await client.get("/metrics")).text
    assert "/wallet/apple/{token}.pkpass" in told
    assert _SECRET not in told.lower()


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 404),
        ("203.0.113.7", {"Authorization": "Bearer scraper"}, 200),
        ("203.0.113.7", {"Authorization": "Bearer other"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.1"}, 404),
    ],
)
async def test_metrics_are_for_this_machine_or_a_token(
    shared_database: Database, address: str, headers: dict[str, str], status: int
):
    from pydantic import SecretStr

    token = SecretStr("scraper")
    async with house(shared_database, address=address, metrics_token=token) as client:
        assert (await client.get("/metrics", headers=headers)).status_code == status


async def test_a_trace_is_taken_up_and_handed_on(shared_database: Database):
    async with house(shared_database) as client:
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        given = await client.get("/v1/api/program", headers=headers)
        wrong = await client.get("/v1/api/program", headers={"traceparent": "00-" + "0" * 50})
    assert given.headers["traceparent"].split("-")[1] == TRACE
    assert given.json()["trace_id"] == TRACE
    assert len(wrong.json()["trace_id"]) == 32


async def test_a_line_names_the_route_and_nothing_personal(
    shared_database: Database, logged: list[EventDict]
):
    async with house(shared_database) as client:
        await client.get("/v1/api/customers?email=anna@example.com")
    (line,) = [line for line in logged if line["event"] == "request"]
    assert (line["method"], line["status"]) == ("GET", 401)
    assert "anna" not in json.dumps(line, default=str)


def test_lines_are_json_with_their_trace_and_without_secrets(capsys: pytest.CaptureFixture[str]):
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    try:
        logs.configure("INFO")
        with logs.traced(TRACE):
            structlog.get_logger("test").info("said", email="anna@example.com", count=3)
            logging.getLogger("library").warning("plain %s", "words")
    finally:
        root.handlers, root.level = handlers, level
        structlog.configure(**before)
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["count"], ours["trace_id"]) == ("said", 3, TRACE)
    assert ours["email"] == "[not logged]"
    assert (theirs["event"], theirs["level"]) == ("plain words", "warning")


async def test_answers_tell_browsers_what_not_to_do(shared_database: Database):
    async with house(shared_database, public_url="https://loyalty.example") as client:
        answer = await client.get("/v1/api/program")
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


async def test_without_tls_nothing_is_said_of_it(shared_database: Database):
    async with house(shared_database) as client:
        assert "strict-transport-security" not in (await client.get("/health/live")).headers


async def test_the_page_needs_no_script_and_no_other_server(shared_database: Database):
    async with house(shared_database) as client:
        page, style = await client.get("/docs"), await client.get("/docs/style.css")
        document = await client.get("/openapi.json")
    assert (page.status_code, style.status_code) == (200, 200)
    assert "<script" not in page.text
    assert "https://" not in page.text
    assert " style=" not in page.text
    assert "/v1/api/program" in page.text
    assert document.json()["openapi"].startswith("3.1")


async def test_too_large_a_body_is_refused(shared_database: Database):
    async def endless():
        for _ in range(40):
            yield b"x" * 50_000

    async with house(shared_database) as client:
        whole = await client.post("/v1/api/auth/login", content=b"[" * 1_000_001)
        parts = await client.post(
            "/v1/api/auth/login", content=endless(), headers={"content-type": "application/json"}
        )
    assert (whole.status_code, parts.status_code) == (413, 413)
    assert (whole.json()["code"], parts.json()["status"]) == ("TOO_LARGE", 413)


def _value(convertor: Convertor[object]) -> str:
    """Something that a route takes in this place of its path."""
    return "524276" if isinstance(convertor, IntegerConvertor) else _SECRET
