"""What people do is on record with who did it and from where; no address of anybody is."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from httpx import AsyncClient
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from loyalnest import staff
from loyalnest.entrypoints.http.addresses import Origins
from loyalnest.entrypoints.http.callers import Callers
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from tests.conftest import NOW
from tests.doors import (
    OWNER_EMAIL,
    Hands,
    bearing,
    client_of,
    house,
    make_key,
    open_cafe,
)

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
IPHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"}


async def test_whatever_somebody_does_says_who_did_it_and_from_where(database: Database):
    cafe, password = await open_cafe(database)
    secret = await make_key(database, cafe.id)
    async with house(database) as client, house(database, address="2001:db8:7:1::5") as far:
        owner = await _sign_in(client, password)
        body = {"email": "grace@example.com", "role": "staff"}
        invited = await client.post("/v1/api/staff/invitations", json=body, headers=owner)
        body = {"token": invited.json()["token"], "name": "Grace", "password": "a b c d e f g"}
        assert (await far.post("/v1/api/auth/links/use", json=body, headers=IPHONE)).is_success
        body = {"email": "anna@example.com"}
        anna = await client.post("/v1/api/customers", json=body, headers=bearing(secret))
        her = anna.json()["id"]
        erased = await client.post(
            f"/v1/api/customers/{her}/erase", json={"confirm": her}, headers=bearing(secret)
        )
        assert erased.status_code == 204
        await relay.settle(database, [])
        told = await client.get("/v1/api/events", headers=owner)
    authors = {event["type"]: event["author"] for event in told.json()["items"]}
    assert authors["api_key.created"] is None, "nobody has signed what a test does by itself"
    assert authors["staff.invited"] == {
        "actor": await _actor(database, cafe.id, OWNER_EMAIL),
        "device": "Firefox, Linux",
        "network": "203.0.113.0/24",
    }
    assert authors["staff.joined"] == {
        "actor": await _actor(database, cafe.id, "grace@example.com"),
        "device": "Safari, iPhone",
        "network": "2001:db8:7::/48",
    }
    assert authors["customer.erased"]["actor"].startswith("api_key:key_")
    assert authors["customer.erased"]["network"] == "203.0.113.0/24"


async def test_of_customers_no_place_is_recorded(database: Database):
    cafe, _ = await open_cafe(database)
    secret = await make_key(database, cafe.id)
    known = await staff.Bearers(database).caller_of(secret, now=NOW)
    async with database.tenant(cafe.id) as session:
        customer_id = new_id()
        started = await staff.start_customer_session(
            session, known, customer_id=customer_id, now=NOW
        )
    async with _echo(database) as client:
        told = await client.get("/v1/api/x", headers=FIREFOX | bearing(started.token))
    assert told.json() == {
        "actor": f"customer:{to_wire('cus', customer_id)}",
        "device": None,
        "network": None,
    }


def _echo(database: Database) -> AsyncClient:
    """Answers with how the caller will be recorded."""

    async def author(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse(asdict(scope["state"]["caller"].author))(scope, receive, send)

    callers = Callers(
        author,
        authenticate=staff.Bearers(database).caller_of,
        clock=Hands(),
        settings=database.settings,
    )
    placed = Origins(callers, [], public_https=False)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})
        await placed(scope, receive, send)

    return client_of(app)


async def _sign_in(client: AsyncClient, password: str) -> dict[str, str]:
    body = {"email": OWNER_EMAIL, "password": password}
    answer: dict[str, Any] = (await client.post("/v1/api/auth/login", json=body)).json()
    return FIREFOX | bearing(answer["access_token"])


async def _actor(database: Database, merchant_id: UUID, email: str) -> str:
    async with database.tenant(merchant_id) as session:
        member = await staff.find_member(session, email)
    assert member
    return f"staff:{to_wire('stf', member.id)}"
