"""Dead letters through the door."""

from loyalnest.kernel import inbox
from loyalnest.kernel.database import Database
from loyalnest.kernel.inbox.routes import router as inbox_router
from tests.doors import caller_for, door
from tests.kernel.inbox.bakery import Till, deliver, open_bakeries, sale


async def test_a_dead_letter_is_listed_read_and_retried(database: Database):
    merchant, other = await open_bakeries(database, 2)
    await deliver(database, [sale(merchant, "bread", body=b"{\xff")])
    await inbox.drain(database, [Till().provider])

    async with door(database, inbox_router, caller=caller_for(merchant)) as client:
        listed = (await client.get("/v1/api/inbox/deliveries")).json()["items"]
        address = f"/v1/api/inbox/deliveries/{listed[0]['id']}"
        one = (await client.get(address)).json()
        retried = await client.post(f"{address}/retry")
        again = await client.post(f"{address}/retry")
    async with door(database, inbox_router, caller=caller_for(other)) as client:
        foreign = await client.get(address)
        taken = await client.post(f"{address}/retry")

    assert [(row["state"], row["code"]) for row in listed] == [("dead", "UNREADABLE_SALE")]
    assert "body" not in listed[0]
    assert one["body"] == "{\\xff"
    assert (retried.status_code, retried.json()["state"]) == (202, "waiting")
    assert (again.status_code, again.json()["code"]) == (409, "NOTHING_TO_RETRY")
    assert foreign.status_code == taken.status_code == 404


async def test_deliveries_come_in_pages(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    await deliver(database, [sale(merchant, f"sale {n}") for n in range(5)])

    seen: list[str] = []
    async with door(database, inbox_router, caller=caller_for(merchant)) as client:
        query = {"state": "waiting", "limit": "2"}
        while True:
            page = (await client.get("/v1/api/inbox/deliveries", params=query)).json()
            seen += [row["id"] for row in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]

    assert len(set(seen)) == len(seen) == 5


async def test_reading_needs_a_scope_and_retrying_another(database: Database):
    (merchant,) = await open_bakeries(database, 1)
    nobody = "dlv_" + "0" * 32

    caller = caller_for(merchant, "inbox:read")
    async with door(database, inbox_router, caller=caller) as client:
        read = await client.get(f"/v1/api/inbox/deliveries/{nobody}")
        retry = await client.post(f"/v1/api/inbox/deliveries/{nobody}/retry")

    assert (read.status_code, retry.status_code) == (404, 403)
