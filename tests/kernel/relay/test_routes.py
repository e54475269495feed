"""The log of events through the door."""

from loyalnest.kernel import events, relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.relay.routes import router_of as relay_router_of
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.kernel.relay.bell import BellRang, DoorOpened, Listener, open_shops, ring


async def test_a_merchant_pages_through_its_own_events(database: Database):
    shop, other = await open_shops(database, 2)
    anna = new_id()
    async with database.tenant(shop) as session:
        happened = [
            BellRang(merchant_id=shop, occurred_at=NOW, times=1, customer_id=anna),
            DoorOpened(merchant_id=shop, occurred_at=NOW),
            BellRang(merchant_id=shop, occurred_at=NOW, times=2),
        ]
        await events.publish(session, happened, now=NOW)
    await ring(database, other, 9)
    await relay.settle(database, [])

    router = relay_router_of([])
    async with door(database, router, caller=caller_for(shop)) as client:
        every = (await client.get("/v1/api/events")).json()
        bells = (await client.get("/v1/api/events", params={"type": "bell.rang"})).json()
        hers = await client.get("/v1/api/events", params={"customer": to_wire("cus", anna)})
        first = (await client.get("/v1/api/events", params={"limit": "1"})).json()
        rest = await client.get("/v1/api/events", params={"cursor": first["next_cursor"]})
        after = (await client.get("/v1/api/events", params={"after": "2"})).json()
        one = (await client.get("/v1/api/events/2")).json()
        foreign = await client.get("/v1/api/events/4")

    assert [item["type"] for item in every["items"]] == ["bell.rang", "door.opened", "bell.rang"]
    assert [item["data"] for item in bells["items"]] == [{"times": 1}, {"times": 2}]
    assert [item["customer_id"] for item in hers.json()["items"]] == [to_wire("cus", anna)]
    assert [item["position"] for item in rest.json()["items"]] == [2, 3]
    assert [item["position"] for item in after["items"]] == [3]
    assert one["type"] == "door.opened"
    assert foreign.status_code == 404


async def test_the_log_can_be_read_from_now_backwards(database: Database):
    shop, other = await open_shops(database, 2)
    for times in range(5):
        await ring(database, shop, times)
    await ring(database, other, 9)
    await relay.settle(database, [])
    query = {"latest_first": "true", "after": "1", "limit": "2"}

    async with door(database, relay_router_of([]), caller=caller_for(shop)) as client:
        first = (await client.get("/v1/api/events", params=query)).json()
        query["cursor"] = first["next_cursor"]
        rest = (await client.get("/v1/api/events", params=query)).json()

    assert [item["position"] for item in first["items"]] == [5, 4]
    assert [item["position"] for item in rest["items"]] == [3, 2]
    assert rest["next_cursor"] is None


async def test_a_failure_is_listed_and_retried(database: Database):
    (shop,) = await open_shops(database)
    listener = Listener()
    listener.poison = {1}
    await ring(database, shop, 1)
    await relay.settle(database, [listener.subscriber])

    router = relay_router_of([listener.subscriber])
    async with door(database, router, caller=caller_for(shop)) as client:
        listed = (await client.get("/v1/api/events/failures")).json()["items"]
        failed = (await client.post("/v1/api/events/failures/listener/1/retry")).json()
        listener.poison = set()
        worked = (await client.post("/v1/api/events/failures/listener/1/retry")).json()
        gone = await client.post("/v1/api/events/failures/listener/1/retry")

    assert [(row["subscriber"], row["event"]["position"]) for row in listed] == [("listener", 1)]
    assert (failed, worked) == ({"handled": False}, {"handled": True})
    assert gone.status_code == 404


async def test_a_cursor_of_another_list_is_refused(database: Database):
    (shop,) = await open_shops(database)

    async with door(database, relay_router_of([]), caller=caller_for(shop)) as client:
        answer = await client.get("/v1/api/events/failures", params={"cursor": "WyIxIl0"})

    assert answer.json()["code"] == "INVALID_CURSOR"
