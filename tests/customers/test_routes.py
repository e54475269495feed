from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants, segments
from loyalnest.customers.routes import Groups, router_of
from loyalnest.customers.service.index import index_many
from loyalnest.kernel import database as db
from loyalnest.kernel import relay
from loyalnest.kernel.events import Author
from loyalnest.kernel.http import CallerKind
from loyalnest.kernel.ids import from_wire, new_id, to_wire
from loyalnest.stamps import visits
from tests.conftest import NOW, make_merchant
from tests.customers.cast import identify, shopper
from tests.doors import caller_for, door


@dataclass(frozen=True)
class Holding:
    unit: str = "points"
    available: int = 320
    pending: int = 0
    debt: int = 0


async def books(
    session: AsyncSession, ids: Sequence[UUID], /, *, now: datetime
) -> Mapping[UUID, Sequence[Holding]]:
    return {id_: [Holding()] for id_ in ids}


GROUPS = Groups(segments.groups_of, segments.members_of)


@pytest.fixture
async def bakery(lasting_database: db.Database) -> UUID:
    async with lasting_database.platform() as session:
        return await make_merchant(session, f"bakery-{new_id().hex}")


@asynccontextmanager
async def at(
    database: db.Database, merchant_id: UUID, *, staff: bool = False
) -> AsyncGenerator[httpx.AsyncClient]:
    caller = caller_for(merchant_id)
    if staff:
        caller = type(caller)(
            merchant_id, "staff:test", caller.scopes, CallerKind.STAFF, caller.subject_id
        )
    async with door(database, router_of(books, GROUPS, visits.rhythms_of), caller=caller) as client:
        yield client


async def test_somebody_who_signs_up_is_found_by_email_with_what_they_have(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with at(lasting_database, bakery) as api:
        made = await api.post("/v1/api/customers", json={"email": "Anna@Example.com"})
        assert made.status_code == 201
        found = (await api.get("/v1/api/customers", params={"email": "anna@example.COM"})).json()
        assert found["items"][0]["id"] == made.json()["id"]
        assert found["items"][0]["email"] == "anna@example.com"
        assert found["items"][0]["accounts"] == [
            {"unit": "points", "available": 320, "pending": 0, "debt": 0}
        ]
        nobody = await api.get("/v1/api/customers", params={"email": "ben@example.com"})
        assert nobody.json()["items"] == []


async def test_signing_up_twice_is_one_customer(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with at(lasting_database, bakery) as api:
        first = await api.post("/v1/api/customers", json={"email": "anna@example.com"})
        again = await api.post(
            "/v1/api/customers", json={"email": "anna@example.com", "name": "Anna"}
        )
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json()["id"] == first.json()["id"]
        assert again.json()["name"] == "Anna"


async def test_nobody_is_taken_in_by_what_names_nobody(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with at(lasting_database, bakery) as api:
        for body in ({}, {"email": "nobody"}, {"phone": "+442079460958"}, {"name": "Anna"}):
            answer = await api.post("/v1/api/customers", json=body)
            assert answer.json()["code"] == "NOTHING_TO_IDENTIFY"


async def test_customers_are_found_by_phone_name_and_external_id(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with lasting_database.tenant(bakery) as session:
        store = await merchants.add_store(
            session,
            merchant_id=bakery,
            provider="shopify",
            domain="bakery.myshopify.com",
            name="Bakery",
            now=NOW,
        )
        anna = customers.Contact(
            bakery, store.id, "shopify", "7", phone="+44 20 7946 0958", name="Anna Lee"
        )
        (customer_id,) = await customers.identify_many(session, [anna], now=NOW)
        assert customer_id
        await index_many(session, [(bakery, customer_id)])
    async with at(lasting_database, bakery) as api:
        for asked in (
            {"phone": "+442079460958"},
            {"q": "+44 20 7946 0958"},
            {"q": "ana"},
            {"external_id": "7"},
        ):
            found = (await api.get("/v1/api/customers", params=asked)).json()
            assert [one["name"] for one in found["items"]] == ["Anna Lee"], asked
        both = await api.get("/v1/api/customers", params={"q": "anna", "email": "a@b.co"})
        assert both.status_code == 422 or both.json()["code"] == "ONE_QUESTION"


async def test_all_customers_come_in_pages(lasting_database: db.Database, bakery: UUID) -> None:
    async with at(lasting_database, bakery) as api:
        for number in range(5):
            await api.post("/v1/api/customers", json={"email": f"{number}@example.com"})
        seen: list[str] = []
        asked: dict[str, str | int] = {"limit": 2}
        while True:
            page = (await api.get("/v1/api/customers", params=asked)).json()
            seen += [one["email"] for one in page["items"]]
            if not page["next_cursor"]:
                break
            asked["cursor"] = page["next_cursor"]
        assert seen == [f"{number}@example.com" for number in range(5)]


async def test_a_birthday_is_given_once_and_corrected_by_staff(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with at(lasting_database, bakery) as api:
        made = await api.post("/v1/api/customers", json={"email": "anna@example.com"})
        address = f"/v1/api/customers/{made.json()['id']}"
        given = await api.patch(address, json={"birthday": "1990-05-17", "name": "Anna"})
        assert (given.json()["birthday"], given.json()["name"]) == ("1990-05-17", "Anna")
        assert (await api.patch(address, json={"birthday": "1990-05-17"})).status_code == 200
        moved = await api.patch(address, json={"birthday": "1990-06-17"})
        assert moved.json()["code"] == "BIRTHDAY_GIVEN"
        future = await api.patch(address, json={"birthday": "2990-06-17"})
        assert future.json()["code"] in ("BIRTHDAY_GIVEN", "BIRTHDAY_IMPOSSIBLE")
    async with at(lasting_database, bakery, staff=True) as desk:
        moved = await desk.patch(address, json={"birthday": "1990-06-17"})
        assert (moved.json()["birthday"], moved.json()["name"]) == ("1990-06-17", "Anna")
        assert (await desk.patch(address, json={"birthday": "2990-06-17"})).status_code == 422


async def test_another_merchants_customer_is_no_different_from_none(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with lasting_database.platform() as session:
        barber = await make_merchant(session, "barber")
    async with at(lasting_database, bakery) as api:
        made = (await api.post("/v1/api/customers", json={"email": "anna@example.com"})).json()
    async with at(lasting_database, barber) as api:
        for address in (f"/v1/api/customers/{made['id']}", f"/v1/api/customers/cus_{'0' * 32}"):
            assert (await api.get(address)).status_code == 404
            assert (await api.patch(address, json={"name": "Mine"})).status_code == 404
        for asked in ({"email": "anna@example.com"}, {"q": "anna@example.com"}, {}):
            assert (await api.get("/v1/api/customers", params=asked)).json()["items"] == []


async def test_whoever_asks_gets_all_that_is_known_and_is_forgotten_on_request(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with at(lasting_database, bakery) as api:
        body = {"email": "anna@example.com", "name": "Anna"}
        anna = (await api.post("/v1/api/customers", json=body)).json()["id"]
        told = (await api.get(f"/v1/api/customers/{anna}/export")).json()
        assert [(one["id"], one["name"]) for one in told["customers"]] == [(anna, "Anna")]
        assert [(each["kind"], each["value"]) for each in told["identities"]] == [
            ("email", "anna@example.com")
        ]
        path = f"/v1/api/customers/{anna}/erase"
        unsure = await api.post(path, json={"confirm": "cus_" + "0" * 32})
        assert (unsure.status_code, unsure.json()["code"]) == (422, "ERASURE_UNCONFIRMED")
        for _ in range(2):
            assert (await api.post(path, json={"confirm": anna})).status_code == 204
        left = (await api.get(f"/v1/api/customers/{anna}/export")).json()
        assert (left["customers"][0]["name"], left["identities"]) == (None, [])


async def test_a_merged_customer_is_exported_and_erased_with_the_one_who_was_kept(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with at(lasting_database, bakery) as api:
        anna, ben = [
            (await api.post("/v1/api/customers", json={"email": f"{name}@example.com"})).json()[
                "id"
            ]
            for name in ("anna", "ben")
        ]
        async with lasting_database.tenant(bakery) as session:
            await customers.merge_identities(
                session,
                merchant_id=bakery,
                kept_id=from_wire("cus", anna),
                merged_id=from_wire("cus", ben),
                actor="test",
                now=NOW,
            )
        told = (await api.get(f"/v1/api/customers/{anna}/export")).json()
        assert {one["id"]: one["merged_into"] for one in told["customers"]} == {
            anna: None,
            ben: anna,
        }
        for answer in (
            await api.get(f"/v1/api/customers/{ben}/export"),
            await api.post(f"/v1/api/customers/{ben}/erase", json={"confirm": ben}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "CUSTOMER_MERGED_AWAY")


async def test_two_people_are_not_offered_for_merging_again(
    lasting_database: db.Database, bakery: UUID
) -> None:
    async with lasting_database.tenant(bakery) as session:
        ids = await identify(
            session,
            shopper(session, "7", email="anna@example.com"),
            shopper(session, "8", email="ben@example.com"),
        )
        await identify(session, shopper(session, "7", email="ben@example.com"))
    one, other = (to_wire("cus", id_) for id_ in ids if id_)
    async with at(lasting_database, bakery) as api:
        (offered,) = (await api.get("/v1/api/merge-candidates")).json()["items"]
        assert {*offered.values()} == {one, other}
        path = "/v1/api/merge-candidates/dismiss"
        for pair in ((one, other), (other, one)):
            body = dict(zip(("customer_id", "other_id"), pair, strict=True))
            assert (await api.post(path, json=body)).status_code == 204
        assert (await api.get("/v1/api/merge-candidates")).json()["items"] == []
        never = await api.post(path, json={"customer_id": one, "other_id": one})
        assert (never.status_code, never.json()["code"]) == (404, "CANDIDATE_NOT_FOUND")
    await relay.settle(lasting_database, [])
    async with lasting_database.tenant(bakery) as session:
        told = await relay.events_after(
            session, merchant_id=bakery, position=0, types=["customer.told_apart"]
        )
    assert [event.author for event in told] == [Author("api_key:test")]
