"""What it means for everybody when a program, a part of it or a rule is paused or switched off."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from loyalnest import ledger, merchants
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.relay import settle
from loyalnest.ledger import Expiry, ExpiryKind
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order
from tests.doors import Hands, bearing, house, make_key
from tests.shop import Shop, Told, open_shop

DAY = timedelta(days=1)


@dataclass
class Door:
    """A shop's API, asked by a program with every right, at whatever time it is."""

    shop: Shop
    key: str
    clock: Hands = field(default_factory=Hands)

    async def asks(self, method: str, path: str, **body: Any) -> httpx.Response:
        headers = {**bearing(self.key), "Idempotency-Key": new_id().hex}
        async with house(self.shop.database, clock=self.clock) as client:
            return await client.request(
                method, f"/v1/api{path}", json=body or None, headers=headers
            )

    async def switches(self, switch: str, state: str) -> None:
        answer = await self.asks("PUT", f"/program/switches/{switch}", state=state)
        assert answer.json()["state"] == state, answer.text

    async def is_refused(self, path: str, **body: Any) -> str:
        answer = await self.asks("POST", path, **body)
        assert answer.status_code == 409, answer.text
        return answer.json()["code"]

    async def redeems(self) -> httpx.Response:
        terms = {"kind": "free_shipping", "name": "Sent for nothing", "cost": 5}
        made = await self.asks("POST", "/rewards", terms=terms, state="active")
        wanted = {"customer_id": await self.shop.customer_id(), "reward_id": made.json()["id"]}
        return await self.asks("POST", "/rewards/redeem", **wanted)

    async def buys(
        self, number: int, *, at: datetime | None = None, told_at: datetime | None = None
    ) -> None:
        """An order is placed and paid, now or then, and its shop tells us now."""
        at = at or self.clock.at
        await self.shop.tells(bought(number, at, told_at or at), now=self.clock.at)

    async def nights_pass(self, days: int) -> None:
        """Time goes by, and what has come due is written down."""
        self.clock.pass_by(days=days)
        settled = 1
        while settled:
            async with self.shop.database.platform() as session:
                settled = await ledger.settle_due(session, now=self.clock.at)


def bought(number: int, placed_at: datetime, told_at: datetime) -> Told:
    dates = {"created_at": placed_at.isoformat(), "updated_at": told_at.isoformat()}
    return ("orders/paid", order(number, lines=[line(1, "100.00")], **dates))


@pytest.fixture
async def door(lasting_database: Database) -> AsyncGenerator[Door]:
    shop = await open_shop(lasting_database)
    door = Door(shop, await make_key(lasting_database, shop.merchant_id))
    yield door
    assert await shop.books_balance()


async def expire_after(door: Door, days: int) -> None:
    async with door.shop.database.tenant(door.shop.merchant_id) as session:
        await ledger.set_expiry(
            session,
            merchant_id=door.shop.merchant_id,
            code=ledger.POINTS,
            expiry=Expiry(ExpiryKind.DAYS, days=days),
            now=door.clock.at,
        )


async def test_every_switch_is_listed_with_who_set_it_and_when(door: Door) -> None:
    door.clock.pass_by(hours=1)
    await door.switches("rule.review", "paused")
    await door.asks("PUT", "/program/switches/orders", state="on")
    listed = (await door.asks("GET", "/program/switches")).json()["items"]
    switches = {each["switch"]: each for each in listed}
    assert {name for name, each in switches.items() if each["state"] == "on"} == {
        "program", "orders", "campaigns", "referrals", "gamification", "nudges"
    }  # fmt: skip
    assert switches["rule.review"]["state"] == "paused"
    assert datetime.fromisoformat(switches["rule.review"]["since"]) == door.clock.at
    assert switches["rule.review"]["changed_by"].startswith("api_key:")
    assert switches["program"]["changed_by"] == "test"
    unknown = await door.asks("PUT", "/program/switches/rule.juggling", state="on")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "SWITCH_UNKNOWN")


async def test_while_a_program_is_paused_nothing_is_earned_spent_or_lost(door: Door) -> None:
    await expire_after(door, 10)
    await door.buys(1)
    await door.nights_pass(8)
    await door.switches("program", "paused")
    meanwhile = door.clock.at

    await door.buys(2)
    await door.buys(3, at=door.clock.at - DAY)  # heard of late: it was placed before
    who = await door.shop.customer_id()
    assert await door.is_refused("/points/earn", customer_id=who, action_type="review") == (
        "PROGRAM_PAUSED"
    )
    assert (await door.redeems()).json()["code"] == "PROGRAM_PAUSED"
    listed = (await door.asks("GET", "/orders")).json()["items"]
    assert {order["external_id"] for order in listed} == {"1", "2", "3"}
    await door.nights_pass(30)
    assert await door.shop.balance() == (200, 0, 0)
    assert await door.shop.books_balance()

    await door.switches("program", "on")
    await door.buys(
        2, at=meanwhile, told_at=door.clock.at
    )  # told again: it earns nothing, also later
    assert await door.shop.balance() == (200, 0, 0)
    assert (await door.redeems()).status_code == 201
    await door.nights_pass(2)
    assert await door.shop.balance() == (195, 0, 0)
    await door.nights_pass(1)
    assert await door.shop.balance() == (100, 0, 0)
    await door.nights_pass(7)
    assert await door.shop.balance() == (0, 0, 0)


async def test_what_is_heard_of_after_a_pause_expires_as_if_it_had_been_heard_before(
    door: Door,
) -> None:
    await expire_after(door, 10)
    before = door.clock.at
    await door.buys(1)
    await door.nights_pass(3)
    await door.switches("program", "paused")
    await door.nights_pass(5)
    await door.switches("program", "on")
    await door.buys(2, at=before)
    async with door.shop.database.tenant(door.shop.merchant_id) as session:
        dates = await session.scalars(
            text("SELECT DISTINCT expires_at FROM lots WHERE merchant_id = :id"),
            {"id": door.shop.merchant_id},
        )
        assert len(list(dates)) == 1
    await door.nights_pass(7)
    assert await door.shop.balance() == (200, 0, 0)
    await door.nights_pass(1)
    assert await door.shop.balance() == (0, 0, 0)


async def test_time_without_activity_is_not_counted_through_a_pause(door: Door) -> None:
    async with door.shop.database.tenant(door.shop.merchant_id) as session:
        idle = Expiry(ExpiryKind.INACTIVITY, days=10)
        merchant_id = door.shop.merchant_id
        await ledger.set_expiry(
            session, merchant_id=merchant_id, code=ledger.POINTS, expiry=idle, now=NOW
        )
    await door.buys(1)
    await door.nights_pass(9)
    await door.switches("program", "paused")
    await door.nights_pass(60)
    await door.switches("program", "on")
    await door.nights_pass(10)
    assert await door.shop.balance() == (100, 0, 0)
    await door.nights_pass(1)
    assert await door.shop.balance() == (0, 0, 0)


async def test_a_program_that_is_off_earns_nothing_and_lets_people_spend(door: Door) -> None:
    await expire_after(door, 10)
    await door.buys(1)
    await door.switches("program", "off")
    await door.buys(2)
    who = await door.shop.customer_id()
    assert await door.is_refused("/points/earn", customer_id=who, action_type="review") == (
        "PROGRAM_OFF"
    )
    assert await door.is_refused("/referrals/create", advocate_customer_id=who) == "PROGRAM_OFF"
    assert (await door.redeems()).status_code == 201
    assert await door.shop.balance() == (95, 0, 0)
    await door.nights_pass(11)
    assert await door.shop.balance() == (0, 0, 0)


async def test_a_rule_or_a_part_is_switched_by_itself(door: Door) -> None:
    who = {"customer_id": await door.shop.customer_id(), "action_type": "review"}
    assert await door.is_refused("/points/earn", **who) == "ACTION_OFF"
    await door.switches("rule.review", "paused")
    assert await door.is_refused("/points/earn", **who) == "ACTION_PAUSED"
    await door.switches("rule.review", "on")
    assert (await door.asks("POST", "/points/earn", **who)).status_code == 201
    await door.switches("orders", "paused")
    await door.buys(1)
    assert await door.shop.balance() == (100, 0, 0)
    purchase = {**who, "action_type": "purchase", "order_id": "till-1", "amount": "5"}
    assert await door.is_refused("/points/earn", **purchase) == "ACTION_PAUSED"


async def test_orders_of_a_day_without_campaigns_get_none_whenever_they_are_told(
    door: Door,
) -> None:
    double = {"kind": "multiplier", "factor": "2"}
    since = (NOW - DAY).isoformat()
    rule = {"name": "Double", "state": "active", "starts_at": since, "effect": double}
    made = await door.asks("POST", "/campaigns", rule=rule)
    assert made.is_success, made.text
    door.clock.pass_by(hours=1)
    await door.switches("campaigns", "paused")
    door.clock.pass_by(hours=1)
    meanwhile = door.clock.at
    door.clock.pass_by(hours=1)
    await door.switches("campaigns", "on")
    await door.buys(1, at=meanwhile)
    assert await door.shop.balance() == (100, 0, 0)
    door.clock.pass_by(hours=1)
    await door.buys(2)
    assert await door.shop.balance() == (300, 0, 0)


async def test_what_was_switched_is_told(door: Door) -> None:
    await door.switches("program", "paused")
    await door.asks("PUT", "/program", switches={"referrals": "off"})
    await settle(door.shop.database, wiring.SUBSCRIBERS)
    events = await door.asks("GET", "/events?type=program.switched")
    told = [each["data"] for each in events.json()["items"]]
    assert {"switch": "program", "state": "paused", "before": "on"} in told
    assert {"switch": "program", "state": "on", "before": "paused"} in told
    assert {"switch": "referrals", "state": "off", "before": "on"} in told
    await door.nights_pass(0)
    unit = await _points(door)
    assert unit.expiry.paused_at is None


async def test_settings_replace_only_the_version_that_was_read(door: Door) -> None:
    read = (await door.asks("GET", "/program")).json()["version"]
    changed = await door.asks("PUT", f"/program?version={read}", default_rate="2")
    assert changed.json()["version"] == read + 1
    stale = await door.asks("PUT", f"/program?version={read}", default_rate="3")
    assert (stale.status_code, stale.json()["code"]) == (409, "PROGRAM_STALE")


async def _points(door: Door) -> ledger.Unit:
    async with door.shop.database.tenant(door.shop.merchant_id) as session:
        return (await ledger.units_of(session, [door.shop.merchant_id]))[door.shop.merchant_id]


async def test_settings_from_before_there_were_switches_are_understood() -> None:
    paused = merchants.ProgramSettings.model_validate({"enabled": False})
    assert paused.switches.program is merchants.Switch.PAUSED
    review = {"review": {"enabled": True, "points": 5}}
    running = merchants.ProgramSettings.model_validate({"enabled": True, "actions": review})
    assert running.running
    assert running.actions["review"].state is merchants.Switch.ON
