import json

import pytest

from loyalnest import merchants
from loyalnest.kernel import database as db
from tests.contracts.shopify.bodies import line, order, refund
from tests.entrypoints.cli.conftest import Terminal
from tests.shop import ADA, Shop, open_shop


@pytest.fixture
async def shop(database: db.Database) -> Shop:
    """A shop where Ada bought for 62, gave 10 of it back and spent 30 of her points."""
    shop = await open_shop(database)
    await shop.tells_in_turn(
        ("orders/paid", order(lines=[line(1, "52.00"), line(2, "10.00")])),
        ("refunds/create", refund(lines={2: 1})),
    )
    await shop.spends(30)
    return shop


async def test_every_point_is_traced_by_id_and_by_e_mail(terminal: Terminal, shop: Shop) -> None:
    ada = await shop.customer_id()
    by_id = await terminal.runs("ledger", "explain", ada, "--json")
    assert by_id.status == 0, by_id.err
    by_email = await terminal.runs("ledger", "explain", ADA.upper(), "--json")
    assert by_email.out == by_id.out
    told = json.loads(by_id.out)
    available, _, _ = await shop.balance()
    (lot,) = told["lots"]
    assert (told["customer_id"], told["accounts"][0]["available"]) == (ada, available)
    assert {end["kind"]: end["amount"] for end in lot["ends"]}["spend"] == 30
    assert lot["earned"] == lot["left"] + sum(end["amount"] for end in lot["ends"])
    shown = await terminal.runs("ledger", "explain", ada)
    assert shown.status == 0, shown.err
    for words in (lot["source"], "spent: test", "taken back: order", "-30"):
        assert words in shown.out


async def test_where_several_merchants_know_somebody_one_is_named(
    terminal: Terminal, shop: Shop
) -> None:
    other = await open_shop(terminal.database)
    await other.tells(("orders/paid", order()))
    unclear = await terminal.runs("ledger", "explain", ADA)
    assert unclear.status == 1
    assert await shop.customer_id() in unclear.err
    assert await other.customer_id() in unclear.err
    handle = await _handle(other)
    clear = await terminal.runs("ledger", "explain", ADA, "--merchant", handle, "--json")
    assert json.loads(clear.out)["customer_id"] == await other.customer_id()


@pytest.mark.parametrize("asked", ["nobody@example.com", "cus_" + 32 * "0", "cus_?"])
async def test_an_unknown_customer_is_said_to_be_unknown(
    terminal: Terminal, shop: Shop, asked: str
) -> None:
    said = await terminal.runs("ledger", "explain", asked)
    assert (said.status, said.out) == (1, "")
    assert "NOT_FOUND" in said.err


async def _handle(shop: Shop) -> str:
    async with shop.database.platform() as session:
        return (await merchants.get(session, shop.merchant_id)).handle
