"""Two customers merged by mistake: what each bought goes where it belongs."""

from datetime import timedelta

from loyalnest import ledger, orders
from loyalnest.earning.routes import router as earning_router
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.ledger.routes import router_of as ledger_router_of
from tests.conftest import NOW
from tests.contracts.shopify.bodies import Body, line, order
from tests.doors import caller_for, door
from tests.shop import open_shop

BEA = "bea@example.com"


def bought_by_bea(id_: int, price: str) -> Body:
    person = {"id": 8, "email": BEA}
    return order(id_, [line(1, price)], email=BEA, customer=person)


async def test_un_merging_gives_back_what_came_in_through_the_returned_identities(
    database: Database,
) -> None:
    shop = await open_shop(database)
    await shop.tells(("orders/paid", order(1001)), ("orders/paid", bought_by_bea(1002, "20.00")))
    ada, bea = await shop.customer_id(), await shop.customer_id(BEA)
    async with database.tenant(shop.merchant_id) as session:
        merge_id = await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=from_wire("cus", ada),
            merged_id=from_wire("cus", bea),
            actor="test",
            now=NOW,
        )
    await shop.tells(("orders/paid", bought_by_bea(1003, "5.00")))
    await shop.tells(("orders/paid", order(1004, [line(1, "7.00")])))
    assert await shop.balance() == (42, 0, 0)
    routes = ledger_router_of(orders.sources_of)
    async with door(database, routes, caller=caller_for(shop.merchant_id)) as client:
        named = {"merge_id": f"mrg_{merge_id.hex}"}
        shown = await client.get(f"/v1/api/customers/{ada}/unmerge", params=named)
        undone = await client.post(f"/v1/api/customers/{ada}/unmerge", json=named)
    assert shown.json() == {"items": [{"unit": "points", "came_over": 20, "given_back": 25}]}
    assert undone.status_code == 204
    assert await shop.balance() == (17, 0, 0)
    assert await shop.balance(BEA) == (25, 0, 0)
    await shop.tells(("orders/cancelled", bought_by_bea(1003, "5.00") | GONE), now=LATER)
    assert await shop.balance(BEA) == (20, 0, 0)
    assert await shop.books_balance()


async def test_un_merging_gives_back_what_was_earned_under_the_returned_customers_id(
    database: Database,
) -> None:
    shop = await open_shop(database)
    await shop.tells(("orders/paid", order(1001)), ("orders/paid", bought_by_bea(1002, "20.00")))
    ada, bea = await shop.customer_id(), await shop.customer_id(BEA)
    routes = [ledger_router_of(orders.sources_of), earning_router]
    async with door(database, *routes, caller=caller_for(shop.merchant_id)) as client:

        async def buys(who: str, amount: str) -> None:
            answer = await client.post(
                "/v1/api/points/earn",
                json={
                    "customer_id": who,
                    "action_type": "purchase",
                    "order_id": f"till-{amount}",
                    "amount": amount,
                },
                headers={"Idempotency-Key": amount},
            )
            assert answer.status_code == 201

        async def posts(who: str, amount: int) -> None:
            line = {"customer_id": who, "kind": "earn", "amount": amount, "source_id": str(amount)}
            answer = await client.post("/v1/api/ledger/postings", json={"postings": [line]})
            assert answer.status_code == 201

        merged = await client.post(f"/v1/api/customers/{ada}/merge", json={"merged_id": bea})
        await buys(ada, "100")
        await buys(bea, "3")
        await posts(ada, 1000)
        await posts(bea, 4)
        named = {"merge_id": merged.json()["id"]}
        shown = await client.get(f"/v1/api/customers/{ada}/unmerge", params=named)
        undone = await client.post(f"/v1/api/customers/{ada}/unmerge", json=named)
    assert shown.json() == {"items": [{"unit": "points", "came_over": 20, "given_back": 27}]}
    assert undone.status_code == 204
    assert await shop.balance(BEA) == (27, 0, 0)
    assert await shop.balance() == (1110, 0, 0)
    assert await shop.books_balance()


GONE = {"cancelled_at": "2026-11-20T13:00:00Z", "updated_at": "2026-11-20T13:00:00Z"}
LATER = NOW + timedelta(hours=2)
