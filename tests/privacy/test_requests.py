"""Customers ask about their data, and are answered within three days."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from loyalnest import customers, ledger, privacy
from loyalnest.entrypoints import wiring
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.privacy.queries import overdue
from tests.conftest import NOW
from tests.contracts.shopify.bodies import official, order
from tests.doors import Hands, bearing, house, make_key
from tests.shop import ADA, Shop, open_shop
from tests.waiting import until_somebody_waits

NOTE = "I have moved to 12 Elm Street."


@dataclass
class Office:
    """Where customers ask, and staff answer."""

    client: httpx.AsyncClient
    shop: Shop
    clock: Hands
    key: str
    session: str

    async def asks(self, kind: str, note: str | None = None) -> tuple[int, dict[str, Any]]:
        body = {"kind": kind, "note": note}
        path = "/v1/api/me/privacy-requests"
        answer = await self.client.post(path, json=body, headers=bearing(self.session))
        return answer.status_code, answer.json()

    async def sees(self) -> list[dict[str, Any]]:
        path = "/v1/api/me/privacy-requests"
        return (await self.client.get(path, headers=bearing(self.session))).json()["items"]

    async def does(self, method: str, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
        address = f"/v1/api/privacy-requests{path}"
        sent = body or None
        answer = await self.client.request(method, address, json=sent, headers=bearing(self.key))
        return answer.status_code, answer.json()

    async def lists(self, standing: str) -> list[str]:
        _, page = await self.does("GET", f"?standing={standing}")
        return [it["id"] for it in page["items"]]


@pytest.fixture
async def office(lasting_database: Database) -> AsyncGenerator[Office]:
    shop, clock = await open_shop(lasting_database), Hands()
    await shop.tells(("orders/paid", order(customer={"id": 7, "email": ADA})))
    key = await make_key(lasting_database, shop.merchant_id)
    async with house(lasting_database, clock=clock) as client:
        path = f"/v1/api/customers/{await shop.customer_id()}/sessions"
        started = (await client.post(path, headers=bearing(key))).json()
        yield Office(client, shop, clock, key, started["token"])


async def test_a_request_is_made_answered_and_opened_again(office: Office) -> None:
    status, asked = await office.asks("correction", f"  {NOTE} ")
    assert (status, asked["note"], asked["answered_at"]) == (201, NOTE, None)
    assert asked["due_at"] == "2026-11-23T12:00:00Z"
    assert await office.asks("correction", "Again!") == (200, asked)  # one of a kind waits
    _, other = await office.asks("access")
    assert [it["id"] for it in await office.sees()] == [other["id"], asked["id"]]
    assert await office.lists("open") == [asked["id"], other["id"]]
    assert await office.lists("overdue") == []

    said = "Your address is put right."
    path = f"/{asked['id']}"
    status, answered = await office.does("POST", f"{path}/answer", note=said)
    assert (status, answered["standing"], answered["answer"]) == (200, "answered", said)
    assert (await office.does("POST", f"{path}/answer", note=said))[1] == answered
    status, refused = await office.does("POST", f"{path}/answer", note="Something else")
    assert (status, refused["code"]) == (409, "REQUEST_ANSWERED")
    assert (await office.sees())[1]["answer"] == said
    assert "answered_by" not in (await office.sees())[1]  # who of the staff is their own business
    assert await office.lists("answered") == [asked["id"]]

    status, again = await office.does("POST", f"{path}/reopen")
    assert (status, again["standing"], again["answer"]) == (200, "open", None)
    assert again["due_at"] == asked["due_at"]
    assert (await office.does("POST", f"{path}/reopen"))[1] == again
    await office.does("POST", f"{path}/answer", note=said)
    _, anew = await office.asks("correction")
    assert anew["id"] != asked["id"]
    status, refused = await office.does("POST", f"{path}/reopen")
    assert (status, refused["code"]) == (409, "REQUEST_STILL_OPEN")

    await relay.settle(office.shop.database, [])
    async with office.shop.database.tenant(office.shop.merchant_id) as session:
        news = text(
            "SELECT type, author ->> 'actor' AS actor, data::text AS data FROM events"
            " WHERE merchant_id = :id AND type LIKE 'privacy%'"
        )
        told = list(await session.execute(news, {"id": office.shop.merchant_id}))
    kinds = [row.type.partition(".")[2] for row in told]
    assert sorted(set(kinds)) == ["answered", "opened", "reopened"]
    assert len(kinds) == 6
    assert all(row.actor for row in told)
    assert not [row for row in told if said in row.data or NOTE in row.data]


async def test_a_request_nobody_has_answered_for_three_days_is_overdue(office: Office) -> None:
    _, asked = await office.asks("erasure")
    office.clock.pass_by(hours=72)
    assert await office.lists("overdue") == []
    office.clock.pass_by(seconds=1)
    assert await office.lists("overdue") == [asked["id"]]
    assert await office.lists("open") == [asked["id"]]
    async with office.shop.database.platform() as session:
        found = dict(await overdue(session, now=office.clock.at))
    assert found[office.shop.merchant_id] == 1
    _, answered = await office.does("POST", f"/{asked['id']}/answer", note="Done.")
    assert answered["standing"] == "answered"
    assert await office.lists("overdue") == []


async def test_what_somebody_asked_of_the_shop_waits_here_too(office: Office) -> None:
    told = official("customers_data_request.json") | {"customer": {"id": 7, "email": ADA}}
    asked = ("customers/data_request", told)
    unknown = ("customers/redact", official("customers_redact.json"))
    await office.shop.tells(asked, asked, unknown, ("customers/redact", told))
    await office.shop.tells(asked)
    _, page = await office.does("GET", "")
    assert [it["kind"] for it in page["items"]] == ["access", "erasure"]
    assert {it["customer_id"] for it in page["items"]} == {await office.shop.customer_id()}
    assert len(await office.sees()) == 2


async def test_what_makes_no_request_is_refused(office: Office) -> None:
    for kind, note in (("gossip", None), ("access", " "), ("access", "x" * 2001), ("access", "\0")):
        assert (await office.asks(kind, note))[0] == 422
    assert (await office.does("GET", "/prq_" + "0" * 32))[0] == 404
    path = "/v1/api/me/privacy-requests"
    assert (await office.client.get(path, headers=bearing(office.key))).status_code == 403
    assert (await office.client.get(path)).status_code == 401


async def test_words_are_sealed_follow_a_merge_and_go_with_the_person(office: Office) -> None:
    database, merchant_id = office.shop.database, office.shop.merchant_id
    _, asked = await office.asks("correction", NOTE)
    await office.does("POST", f"/{asked['id']}/answer", note="It is put right.")
    async with database.tenant(merchant_id) as session:
        row = (
            await session.execute(
                text(
                    "SELECT note_sealed, answer_sealed FROM privacy_requests WHERE merchant_id=:m"
                ),
                {"m": merchant_id},
            )
        ).one()
        assert NOTE.encode() not in row.note_sealed
        bea = await customers.enrol(
            session, customers.Contact(merchant_id, email="bea@example.com"), now=NOW
        )
        ada = from_wire("cus", await office.shop.customer_id())
        await ledger.merge(
            session, merchant_id=merchant_id, kept_id=bea[0], merged_id=ada, actor="test", now=NOW
        )
    assert [it["note"] for it in await office.sees()] == [NOTE]  # now as the one who was kept
    async with database.tenant(merchant_id) as session:
        told = await privacy.export_customer(session, bea[0])
        assert NOTE in str(told)
        await customers.erase_customer(
            session, merchant_id=merchant_id, customer_id=bea[0], now=NOW
        )
    await relay.settle(database, wiring.SUBSCRIBERS, clock=lambda: NOW)
    _, left = await office.does("GET", f"/{asked['id']}")
    assert (left["note"], left["answer"], left["standing"]) == (None, None, "answered")


async def test_nothing_is_written_of_somebody_who_was_forgotten_before_they_were_answered(
    office: Office,
) -> None:
    _, asked = await office.asks("erasure", NOTE)
    who = await office.shop.customer_id()
    path = f"/v1/api/customers/{who}/erase"
    erased = await office.client.post(path, json={"confirm": who}, headers=bearing(office.key))
    assert erased.status_code == 204, erased.text
    await relay.settle(office.shop.database, wiring.SUBSCRIBERS, clock=lambda: NOW)
    said = "Dear Ada, nothing of yours is left with us."
    for _ in range(2):
        status, told = await office.does("POST", f"/{asked['id']}/answer", note=said)
        assert (status, told["standing"], told["answer"]) == (200, "answered", None)


async def test_who_asks_while_they_are_being_forgotten_leaves_nothing_behind(
    office: Office,
) -> None:
    shop, who = office.shop, from_wire("cus", await office.shop.customer_id())
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.erase_customer(
            session, merchant_id=shop.merchant_id, customer_id=who, now=NOW
        )
        asking = asyncio.create_task(office.asks("correction", NOTE))
        await until_somebody_waits(shop.database)
    status, refused = await asking
    assert status >= 400, refused
    async with shop.database.tenant(shop.merchant_id) as session:
        asked = text("SELECT count(*) FROM privacy_requests WHERE merchant_id = :id")
        assert await session.scalar(asked, {"id": shop.merchant_id}) == 0
