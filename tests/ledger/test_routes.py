from uuid import UUID

import httpx
import pytest

from loyalnest import ledger, merchants, orders
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Author
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.ledger.routes import router_of as ledger_router_of
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.ledger.conftest import add_customer


@pytest.fixture
async def bakery(database: Database) -> UUID:
    async with database.platform() as session:
        merchant = await merchants.create(
            session,
            handle="bakery",
            name="Bakery",
            currency="GBP",
            time_zone="Europe/London",
            now=NOW,
            actor="test",
        )
        await ledger.open_unit(session, merchant_id=merchant.id, now=NOW)
    return merchant.id


async def enrolled(database: Database, merchant_id: UUID) -> str:
    async with database.tenant(merchant_id) as session:
        return to_wire("cus", await add_customer(session, merchant_id))


async def adjust(client: httpx.AsyncClient, who: str, amount: int, key: str) -> httpx.Response:
    return await client.post(
        "/v1/api/points/adjust",
        json={"customer_id": who, "amount": amount, "reason": "a gift"},
        headers={"Idempotency-Key": key},
    )


async def test_points_given_by_hand_are_seen_in_accounts_and_entries(
    database: Database, bakery: UUID
) -> None:
    ada = await enrolled(database, bakery)
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        first = await adjust(client, ada, 50, "k1")
        again = await adjust(client, ada, 50, "k1")
        other = await adjust(client, ada, 60, "k1")
        accounts = await client.get(f"/v1/api/customers/{ada}/accounts")
        entries = await client.get(f"/v1/api/customers/{ada}/entries")
        before = await client.get(
            f"/v1/api/customers/{ada}/accounts", params={"as_of": "2026-01-01T00:00:00Z"}
        )
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert again.json() == first.json()
    assert accounts.json() == {
        "items": [{"unit": "points", "available": 50, "pending": 0, "debt": 0}]
    }
    assert entries.json()["items"][0]["explanation"] == ("50 corrected by api_key:test (a gift)")
    assert before.json()["items"][0]["available"] == 0


async def test_a_batch_of_postings_is_written_as_a_whole_or_not_at_all(
    database: Database, bakery: UUID
) -> None:
    ada = await enrolled(database, bakery)

    def posting(kind: str, amount: int, source: str) -> dict[str, object]:
        return {"customer_id": ada, "kind": kind, "amount": amount, "source_id": source}

    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        refused = await client.post(
            "/v1/api/ledger/postings",
            json={"postings": [posting("earn", 10, "a"), posting("redeem", -20, "b")]},
        )
        nothing = await client.get(f"/v1/api/customers/{ada}/accounts")
        written = await client.post(
            "/v1/api/ledger/postings",
            json={"postings": [posting("earn", 30, "a"), posting("redeem", -20, "b")]},
        )
        accounts = await client.get(f"/v1/api/customers/{ada}/accounts")
    assert (refused.status_code, refused.json()["code"]) == (409, "INSUFFICIENT_POINTS")
    assert nothing.json() == {"items": []}
    assert written.status_code == 201
    assert accounts.json()["items"][0]["available"] == 10


async def test_an_expiry_policy_is_previewed_then_put_in_force(
    database: Database, bakery: UUID
) -> None:
    ada = await enrolled(database, bakery)
    policy = {"kind": "days", "days": 365, "existing": True}
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        await adjust(client, ada, 50, "k1")
        preview = await client.post("/v1/api/units/points/expiry/preview", json=policy)
        changed = await client.put("/v1/api/units/points/expiry", json=policy)
        listed = await client.get("/v1/api/units")
    assert preview.json() == {
        "count": 1,
        "points": 50,
        "first": [{"customer_id": ada, "lapses_at": "2027-11-21T00:00:00Z", "points": 50}],
    }
    assert changed.json()["expiry"] == {"kind": "days", "days": 365, "grace_days": 0}
    assert listed.json()["items"] == [changed.json()]


async def test_customers_are_merged_and_un_merged(database: Database, bakery: UUID) -> None:
    ada, twin = [await enrolled(database, bakery) for _ in range(2)]
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        await adjust(client, twin, 50, "k1")
        merged = await client.post(f"/v1/api/customers/{ada}/merge", json={"merged_id": twin})
        shown = await client.get(
            f"/v1/api/customers/{ada}/unmerge", params={"merge_id": merged.json()["id"]}
        )
        undone = await client.post(
            f"/v1/api/customers/{ada}/unmerge", json={"merge_id": merged.json()["id"]}
        )
        accounts = await client.get(f"/v1/api/customers/{twin}/accounts")
    assert merged.status_code == 201
    assert shown.json() == {"items": [{"unit": "points", "came_over": 50, "given_back": 50}]}
    assert undone.status_code == 204
    assert accounts.json()["items"][0]["available"] == 50


async def test_a_merge_that_is_not_theirs_is_not_there(database: Database, bakery: UUID) -> None:
    ada, twin, third = [await enrolled(database, bakery) for _ in range(3)]
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        merged = await client.post(f"/v1/api/customers/{ada}/merge", json={"merged_id": twin})
        merge = {"merge_id": merged.json()["id"]}
        unknown = {"merge_id": to_wire("mrg", new_id())}
        answers = [
            await client.get(f"/v1/api/customers/{ada}/unmerge", params=unknown),
            await client.get(f"/v1/api/customers/{third}/unmerge", params=merge),
            await client.post(f"/v1/api/customers/{third}/unmerge", json=merge),
            await client.post(f"/v1/api/customers/{ada}/unmerge", json=merge),
            await client.get(f"/v1/api/customers/{ada}/unmerge", params=merge),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 204, 404]


async def test_what_has_not_happened_yet_is_not_posted(database: Database, bakery: UUID) -> None:
    ada = await enrolled(database, bakery)
    posting = {"customer_id": ada, "kind": "earn", "amount": 5, "source_id": "a"}
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        answers = [
            await client.post(
                "/v1/api/ledger/postings", json={"postings": [posting | {"occurred_at": at}]}
            )
            for at in ("2026-11-29T12:00:00Z", "0001-01-01T00:00:00Z", "2026-11-01T12:00:00Z")
        ]
        spent = await client.post(
            "/v1/api/ledger/postings",
            json={"postings": [posting | {"kind": "redeem", "amount": -5, "source_id": "b"}]},
        )
    assert [answer.status_code for answer in answers] == [422, 422, 201]
    assert spent.status_code == 201


async def test_another_merchant_s_customer_is_not_there(database: Database, bakery: UUID) -> None:
    ada = await enrolled(database, bakery)
    async with database.platform() as session:
        barber = await merchants.create(
            session,
            handle="barber",
            name="Barber",
            currency="GBP",
            time_zone="Europe/London",
            now=NOW,
            actor="test",
        )
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(barber.id)
    ) as client:
        answers = [
            await client.get(f"/v1/api/customers/{ada}/accounts"),
            await client.get(f"/v1/api/customers/{ada}/entries"),
            await adjust(client, ada, 5, "k1"),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_points_are_called_what_the_merchant_calls_them(
    database: Database, bakery: UUID
) -> None:
    names = {"en": [" star ", "stars"], "de": ["Stern", "Sterne"]}
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        renamed = await client.put("/v1/api/units/points/names", json={"names": names})
        listed = await client.get("/v1/api/units")
        for wrong in ({}, {"en": ["", "stars"]}, {"en": ["<b>", "stars"]}, {"English": ["a", "b"]}):
            refused = await client.put("/v1/api/units/points/names", json={"names": wrong})
            assert refused.status_code == 422, wrong
        unknown = await client.put("/v1/api/units/beans/names", json={"names": names})
    assert renamed.json()["names"] == {"en": ["star", "stars"], "de": ["Stern", "Sterne"]}
    assert listed.json()["items"] == [renamed.json()]
    assert unknown.status_code == 404


async def test_what_is_changed_about_points_is_on_record_with_what_was_before(
    database: Database, bakery: UUID
) -> None:
    names = {"names": {"en": ["star", "stars"]}}
    async with door(
        database, ledger_router_of(orders.sources_of), caller=caller_for(bakery)
    ) as client:
        for _ in range(2):
            assert (await client.put("/v1/api/units/points/names", json=names)).is_success
        await client.put("/v1/api/units/points/expiry", json={"kind": "days", "days": 90})
    await relay.settle(database, [])
    async with database.tenant(bakery) as session:
        renamed, dated = await relay.events_after(
            session,
            merchant_id=bakery,
            position=0,
            types=["unit.renamed", "unit.expiry_changed"],
        )
    assert {renamed.author, dated.author} == {Author("api_key:test")}
    assert renamed.data == {
        "unit": "points",
        "before": {"en": ["point", "points"]},
        "after": {"en": ["star", "stars"]},
    }
    assert dated.data == {
        "unit": "points",
        "before": {"kind": "never", "days": 0, "grace_days": 0},
        "after": {"kind": "days", "days": 90, "grace_days": 0},
        "existing": False,
    }
