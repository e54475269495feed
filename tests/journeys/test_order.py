"""One order on its whole way: from the signed webhook over HTTP to a balance by REST."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from bench.installation import Installation, installation
from bench.orders import SECRET, domain_of
from loyalnest import staff
from loyalnest.entrypoints import live, replay
from loyalnest.kernel import clock

PATIENCE_S = 20
SHOP = replay.Shop(domain_of(0), SECRET)


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Installation]:
    async with installation(tmp_path_factory.mktemp("journey")) as place:
        with ExitStack() as stack:
            stack.enter_context(place.program("serve"))
            stack.enter_context(place.program("worker"))
            await place.wait_until_ready()
            yield place


@pytest.fixture(scope="module")
async def api(place: Installation) -> AsyncGenerator[httpx.AsyncClient]:
    (store,) = await place.open_merchants(1)
    key = await _key(place, store.merchant_id)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{place.settings.port}",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
    ) as client:
        yield client


async def test_a_paid_order_becomes_a_balance_that_its_refund_takes_back(
    place: Installation, api: httpx.AsyncClient
) -> None:
    order = replay.Order(
        number="5001",
        at=clock.now() - timedelta(hours=1),
        customer="41",
        country="United Kingdom",
        lines=(
            replay.OrderLine("CUP", "Cup", 2, Decimal("7.75")),
            replay.OrderLine("POT", "Teapot", 1, Decimal("20.00")),
        ),
        shipping=Decimal("4.50"),
    )
    await _send(place, order)
    customer = await _until(api, lambda account: account["available"] == 35)
    returned = replay.Refund("C5002", order, order.at + timedelta(minutes=30), ((1, 1),))
    await _send(place, returned)
    await _until(api, lambda account: account["available"] == 15)

    entries = (await api.get(f"/v1/api/customers/{customer['id']}/orders")).json()
    assert [one["number"] for one in entries["items"]] == ["#5001"]


async def test_an_earning_by_api_counts_at_once(
    place: Installation, api: httpx.AsyncClient
) -> None:
    made = await api.post("/v1/api/customers", json={"email": "counter@example.com"})
    assert made.status_code in {200, 201}, made.text
    earned = await api.post(
        "/v1/api/points/earn",
        json={
            "customer_id": made.json()["id"],
            "action_type": "purchase",
            "order_id": "till-1",
            "amount": "12.50",
        },
        headers={"Idempotency-Key": "counter-1"},
    )
    assert earned.status_code == 201, earned.text
    found = await api.get("/v1/api/customers", params={"email": "counter@example.com"})
    assert found.json()["items"][0]["accounts"][0]["available"] == 12


async def test_who_listens_to_the_stream_hears_what_an_order_earned(
    place: Installation, api: httpx.AsyncClient
) -> None:
    order = replay.Order(
        number="5003",
        at=clock.now() - timedelta(hours=1),
        customer="43",
        country="United Kingdom",
        lines=(replay.OrderLine("POT", "Teapot", 1, Decimal("20.00")),),
        shipping=Decimal("4.50"),
    )
    url = f"ws://127.0.0.1:{place.settings.port}{live.PATH}"
    header = {"Authorization": api.headers["Authorization"]}
    async with connect(url, additional_headers=header) as listener:
        assert json.loads(await listener.recv())["kind"] == "ready"
        await _send(place, order)
        event = await _heard(listener, "points.earned", amount=20)
    found = await api.get("/v1/api/customers", params={"email": replay.email_of("43")})
    assert event["customer_id"] == found.json()["items"][0]["id"]


async def _heard(listener: ClientConnection, type_: str, *, amount: int) -> dict[str, Any]:
    """The next event of a type and amount; what was earned a moment ago may be told before it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            said = json.loads(await listener.recv())
            event = said.get("event", {})
            if event.get("type") == type_ and event["data"]["amount"] == amount:
                return event


async def _send(place: Installation, *records: replay.Record) -> None:
    url = f"http://127.0.0.1:{place.settings.port}"
    await replay.send(replay.deliveries_of(records, SHOP), SHOP, replay.Sending(url))


async def _until(api: httpx.AsyncClient, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask for the customer until the account is as it should be."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await api.get("/v1/api/customers", params={"email": replay.email_of("41")})
            assert answer.status_code == 200, answer.text
            for customer in answer.json()["items"]:
                if any(map(holds, customer["accounts"])):
                    return customer
            await asyncio.sleep(0.1)


async def _key(place: Installation, merchant_id: UUID) -> str:
    async with place.database.tenant(merchant_id) as session:
        _, secret = await staff.create_api_key(
            session,
            name="journey",
            scopes=list(staff.Scope),
            granted_by=[scope.value for scope in staff.Scope],
            actor="test",
            now=clock.now(),
        )
    return secret
