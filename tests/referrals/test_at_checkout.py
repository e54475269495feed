"""A friend's first order names who sent them, and their referral begins with it."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from loyalnest import referrals
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.referrals import Referral
from tests.conftest import NOW
from tests.doors import Hands, bearing, house, make_key
from tests.referrals.friends import (
    BEA,
    CLEO,
    DORA,
    bought,
    code_of,
    days_pass,
    open_referring_shop,
    person,
    points,
    stands,
    uses,
)
from tests.shop import ADA, Shop, Told

_ORDERED = text("SELECT id FROM orders WHERE merchant_id = :merchant_id AND external_id = :number")
_WAITING = text("SELECT count(*) FROM jobs.pgqueuer WHERE entrypoint = :name")


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_referring_shop(lasting_database)
    yield shop
    assert await shop.books_balance()


def sent(number: int, code: str, email: str = BEA, **more: Any) -> Told:
    """An order whose cart noted who had sent the buyer, placed when it is told of."""
    topic, body = bought(number, email, days=0, **more)
    return topic, body | {"note_attributes": [{"name": "loyalnest_ref", "value": code}]}


async def noted(shop: Shop) -> int:
    async with shop.database.platform() as session:
        return await session.scalar(_WAITING, {"name": referrals.FROM_ORDERS.name}) or 0


async def begins(shop: Shop, number: int, code: str, now: datetime = NOW) -> None:
    """What the job does that was noted with an order."""
    async with shop.database.tenant(shop.merchant_id) as session:
        about = {"merchant_id": shop.merchant_id, "number": str(number)}
        order_id = (await session.execute(_ORDERED, about)).scalar_one()
    payload = {
        "merchant_id": to_wire("mer", shop.merchant_id),
        "order_id": to_wire("ord", order_id),
        "code": code,
    }
    await referrals.FROM_ORDERS.handle(shop.database, payload, now)


async def brought(shop: Shop, email: str) -> list[Referral]:
    async with shop.database.tenant(shop.merchant_id) as session:
        friend = await person(shop, email)
        return await referrals.list_referrals(session, friend=friend, before=None, limit=10)


async def test_the_friend_and_the_advocate_are_rewarded_for_the_order_that_said_so(
    shop: Shop,
) -> None:
    code, before = await code_of(shop), await noted(shop)
    typed = f" {code.lower()} "
    await shop.tells_in_turn(sent(1, typed), ("orders/updated", sent(1, typed)[1]))
    assert await noted(shop) == before + 1
    for _ in range(2):
        await begins(shop, 1, code)
    (referral,) = await brought(shop, BEA)
    await days_pass(shop)
    assert await stands(shop, referral) == ("completed", None)
    assert await points(shop) == [50, 50]


async def test_a_delivery_that_comes_days_late_makes_nobody_less_new(shop: Shop) -> None:
    code, late = await code_of(shop), NOW + timedelta(days=3)
    await shop.tells(sent(1, code), now=late)
    await begins(shop, 1, code, now=late)
    (referral,) = await brought(shop, BEA)
    assert referral.claimed_at == NOW


async def test_nobody_is_brought_by_an_order_who_could_not_say_so_themselves(shop: Shop) -> None:
    code, cleos = await code_of(shop), await code_of(shop, CLEO)
    await shop.tells(bought(1, days=-30))
    await shop.tells(sent(2, code), sent(3, code, ADA), sent(4, "K7XQ2MNPA4", CLEO))
    for number, told in ((2, code), (3, code), (4, "K7XQ2MNPA4")):
        await begins(shop, number, told)
    assert [await brought(shop, email) for email in (BEA, ADA, CLEO)] == [[], [], []]
    # Somebody else had brought the friend already.
    friend = "dora@example.com"
    first = await uses(shop, friend)
    await shop.tells(sent(5, cleos, friend))
    await begins(shop, 5, cleos)
    assert [it.id for it in await brought(shop, friend)] == [first.id]


HOME = {"address1": "12 Elm Street", "address2": "Flat 3", "zip": "N1 9GU", "country_code": "GB"}


@pytest.mark.parametrize(
    ("shown", "signal"),
    [
        ({"shipping_address": HOME | {"address1": "12 elm street,"}}, "address"),
        ({"browser_ip": "81.2.69.142", "shipping_address": {"zip": "N1 9GU"}}, "ip"),
        ({"browser_ip": "192.168.1.7", "shipping_address": {"address1": "1 Oak Rd"}}, None),
        ({"browser_ip": "nonsense", "shipping_address": None}, None),
    ],
)
async def test_a_friend_whose_order_goes_where_another_friends_went_is_looked_at_first(
    shop: Shop, shown: dict[str, Any], signal: str | None
) -> None:
    code = await code_of(shop)
    topic, first = sent(1, code, CLEO)
    await shop.tells((topic, first | {"shipping_address": HOME, "browser_ip": "81.2.69.142"}))
    await begins(shop, 1, code)
    topic, second = sent(2, code)
    await shop.tells((topic, second | shown))
    await begins(shop, 2, code)
    (referral,) = await brought(shop, BEA)
    assert referral.signals == ((signal,) if signal else ())
    async with shop.database.tenant(shop.merchant_id) as session:
        kept = await session.scalars(text("SELECT m::text FROM referral_marks m"))
        assert "Elm" not in "".join(kept)


async def test_many_orders_note_who_sent_their_buyers_once_each(shop: Shop) -> None:
    code, before = await code_of(shop), await noted(shop)
    told = [sent(number, code, email) for number, email in enumerate((BEA, CLEO, DORA), start=1)]
    await shop.tells(*told, *(("orders/paid", body) for _, body in told))
    assert await noted(shop) == before + 3


async def test_what_cannot_be_a_code_is_not_kept(shop: Shop) -> None:
    before = await noted(shop)
    for number, told in enumerate(("ada@example.com", "x" * 200, "0000000000", "A B"), start=1):
        await shop.tells(sent(number, told))
    assert await noted(shop) == before


async def test_a_member_says_who_sent_them(shop: Shop) -> None:
    code = await code_of(shop)
    key = await make_key(shop.database, shop.merchant_id)
    async with house(shop.database, clock=Hands()) as client:

        async def says(email: str, told: str) -> tuple[int, dict[str, Any]]:
            path = f"/v1/api/customers/{await shop.customer_id(email)}/sessions"
            token = (await client.post(path, headers=bearing(key))).json()["token"]
            answer = await client.post(
                "/v1/api/me/referred-by", json={"referral_code": told}, headers=bearing(token)
            )
            return answer.status_code, answer.json()

        gift = {"points": 50, "reward": None, "reward_at_once": True}
        for told in (code, f" {code[:5].lower()}-{code[5:]} "):
            assert await says(BEA, told) == (200, {"status": "pending", "you_get": gift})
        assert (await says(ADA, code))[1]["code"] == "SELF_REFERRAL"
        assert (await says(CLEO, "K7XQ2MNPA4"))[1]["code"] == "INVALID_REFERRAL_CODE"
        await shop.tells(bought(1, CLEO, days=-30))
        assert (await says(CLEO, code))[1]["code"] == "FRIEND_NOT_NEW"
        assert (await says(BEA, await code_of(shop, CLEO)))[1]["code"] == "DUPLICATE_REFERRAL"


def test_the_worker_begins_what_orders_have_noted() -> None:
    assert referrals.FROM_ORDERS in wiring.JOBS
