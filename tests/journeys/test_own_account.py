"""A shop shows a customer what they have: every door of theirs, from the order to the code."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from loyalnest import campaigns, gamification, ledger, referrals, rewards, tiers
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from tests.conftest import NOW
from tests.contracts.shopify.bodies import order, refund
from tests.doors import Hands, bearing, house, make_key
from tests.shop import ADA, Shop, open_shop

BEN = "ben@example.com"
EARLIER = NOW - timedelta(days=40)


@dataclass
class Visitor:
    """A customer at the shop's own page."""

    client: httpx.AsyncClient
    token: str

    async def sees(self, path: str) -> dict[str, Any]:
        answer = await self.client.get(f"/v1/api/me{path}", headers=bearing(self.token))
        assert answer.is_success, answer.text
        return answer.json()

    async def wants(
        self, reward: str, key: str, **more: Any
    ) -> tuple[int, dict[str, Any], httpx.Headers]:
        headers = {**bearing(self.token), "Idempotency-Key": key}
        body = {"reward_id": reward, **more}
        answer = await self.client.post("/v1/api/me/rewards/redeem", json=body, headers=headers)
        return answer.status_code, answer.json(), answer.headers

    async def does(self, method: str, path: str, **body: Any) -> httpx.Response:
        return await self.client.request(
            method, f"/v1/api/me{path}", json=body, headers=bearing(self.token)
        )


async def draw_up(shop: Shop) -> None:
    """Tiers, a campaign, a badge with a leaderboard, referrals and an expiry."""
    silver = tiers.Tier(
        key="silver",
        name="Silver",
        names={"de": "Silber"},
        threshold=Decimal(5),
        multiplier=Decimal(2),
        perks=("A cake on your birthday",),
    )
    gold = tiers.Tier(key="gold", name="Gold", threshold=Decimal(500))
    goal = gamification.Goal(measure=gamification.Measure.ORDERS, target=Decimal(1))
    badge = gamification.Badge(key="first", name="First", goal=goal)
    async with shop.database.tenant(shop.merchant_id) as session:
        ladder = tiers.Ladder(tiers=(silver, gold))
        await tiers.save(session, ladder, actor="test", now=EARLIER)
        rule = campaigns.Rule(
            name="Five more",
            state=campaigns.State.ACTIVE,
            starts_at=EARLIER,
            effect=campaigns.Bonus(points=5),
        )
        await campaigns.create(session, rule, actor="test", now=EARLIER)
        game = gamification.Game(badges=(badge,), leaderboard=gamification.Board())
        await gamification.save(session, game, actor="test", now=EARLIER)
        promise = referrals.ReferralSettings(enabled=True, link="https://shop.example/?via={code}")
        await referrals.save(session, promise, actor="test", now=EARLIER)
        await ledger.set_expiry(
            session,
            merchant_id=shop.merchant_id,
            code="points",
            expiry=ledger.Expiry(ledger.ExpiryKind.DAYS, 20),
            existing=False,
            now=EARLIER,
        )


async def catch_up(shop: Shop) -> None:
    subscribers = [tiers.STANDINGS, gamification.BADGES, referrals.REFERRALS, rewards.REFUNDS]
    await relay.settle(shop.database, subscribers, clock=lambda: NOW)


async def visit(client: httpx.AsyncClient, shop: Shop, key: str, email: str) -> Visitor:
    path = f"/v1/api/customers/{await shop.customer_id(email)}/sessions"
    started = await client.post(path, headers=bearing(key))
    return Visitor(client, started.json()["token"])


async def speaks_german(client: httpx.AsyncClient, key: str, customer_id: str) -> None:
    body, path = {"locale": "de-AT"}, f"/v1/api/customers/{customer_id}"
    assert (await client.patch(path, json=body, headers=bearing(key))).is_success


async def make_reward(client: httpx.AsyncClient, key: str, **terms: Any) -> str:
    body = {
        "terms": {"kind": "free_shipping", "name": "Sent for nothing", "cost": 10, **terms},
        "state": "active",
    }
    made = await client.post("/v1/api/rewards", json=body, headers=bearing(key))
    assert made.is_success, made.text
    return made.json()["id"]


async def test_a_customer_sees_spends_and_understands_what_they_have(database: Database):
    shop = await open_shop(database)
    await draw_up(shop)
    key = await make_key(database, shop.merchant_id)
    await shop.tells_in_turn(("orders/paid", order()))
    await catch_up(shop)
    async with house(database, clock=Hands()) as client:
        shipping = await make_reward(client, key, names={"de": "Gratisversand"})
        golden = await make_reward(client, key, name="For gold", tiers=["gold"], cost=1)
        ada = await visit(client, shop, key, ADA)
        ben = await visit(client, shop, key, BEN)

        mine = await ada.sees("?language=de-AT")
        (points,) = mine["accounts"]
        earned = points["available"]
        assert earned == 15
        (lapse,) = points["lapsing"]
        assert lapse["points"] == earned
        assert mine["tier"]["tier"]["name"] == "Silber"
        assert mine["tier"]["next_tier"]["key"] == "gold"
        assert (await ben.sees(""))["accounts"] == []

        offers = {each["id"]: each for each in (await ada.sees("/rewards?language=de"))["items"]}
        assert offers[shipping]["name"] == "Gratisversand"
        assert offers[shipping]["affordable"]
        assert offers[shipping]["obstacle"] is None
        assert offers[golden]["obstacle"] == "TIER_TOO_LOW"
        assert {each["missing"] for each in (await ben.sees("/rewards"))["items"]} == {10, 1}

        await speaks_german(client, key, await shop.customer_id(ADA))
        for query, name in (("", "Gratisversand"), ("?language=en", "Sent for nothing")):
            offered = (await ada.sees(f"/rewards{query}"))["items"]
            assert next(it["name"] for it in offered if it["id"] == shipping) == name

        status, first, _ = await ada.wants(shipping, "one")
        assert status == 201
        status, again, headers = await ada.wants(shipping, "one")
        assert (status, again["code"]) == (200, first["code"])
        assert headers["Idempotency-Replayed"] == "true"
        refused = [await ada.wants(golden, "two"), await ben.wants(shipping, "one")]
        assert [each[1]["code"] for each in refused] == ["TIER_TOO_LOW", "INSUFFICIENT_POINTS"]

        (redemption,) = (await ada.sees("/redemptions"))["items"]
        assert redemption["code"] == first["code"]
        assert (await ben.sees("/redemptions"))["items"] == []
        told = [each["explanation"] for each in (await ada.sees("/entries"))["items"]]
        assert told[0] == "10 spent on a reward"
        assert told[1].startswith(f"{earned} earned with an order: ")
        assert "5 more by Five more" in told[1]


async def test_a_customer_has_badges_and_a_code_for_friends(database: Database):
    shop = await open_shop(database)
    await draw_up(shop)
    key = await make_key(database, shop.merchant_id)
    await shop.tells_in_turn(("orders/paid", order()))
    await catch_up(shop)
    async with house(database, clock=Hands()) as client:
        ada = await visit(client, shop, key, ADA)
        assert (await ada.sees("/badges"))["badges"][0]["held"]
        nothing = await ada.sees("/referral")
        assert (nothing["enabled"], nothing["referral_code"]) == (True, None)
        code = (await ada.does("POST", "/referral")).json()
        assert code["link"] == f"https://shop.example/?via={code['referral_code']}"
        assert (await ada.sees("/referral")) == code

        shipping = await make_reward(client, key, names={"de": "Gratisversand"})
        promise = {"settings": {"enabled": True, "friend_reward_id": shipping}}
        path = "/v1/api/referrals/settings"
        assert (await client.put(path, json=promise, headers=bearing(key))).is_success
        promised = await ada.sees("/referral?language=de")
        assert promised["you_get"] == {"points": 50, "reward": None, "reward_at_once": False}
        assert promised["friend_gets"] == {
            "points": 50, "reward": "Gratisversand", "reward_at_once": True,
        }  # fmt: skip
        friend = {
            "referral_code": code["referral_code"],
            "friend_customer_id": await shop.customer_id(BEN),
        }
        path = "/v1/api/referrals/complete"
        assert (await client.post(path, json=friend, headers=bearing(key))).is_success
        ben = await visit(client, shop, key, BEN)
        (gift,) = (await ben.sees("/redemptions"))["items"]
        assert (gift["cost"], gift["given_for"], gift["state"]) == (0, "referral", "issued")
        assert gift["code"]
        assert (await ada.sees("/redemptions"))["items"] == []


async def test_friends_on_one_line_are_looked_at_and_a_machines_own_address_is_nobodys(
    database: Database,
):
    shop = await open_shop(database)
    await draw_up(shop)
    key = await make_key(database, shop.merchant_id)
    for address, waiting in (("127.0.0.1", 0), ("198.51.100.4", 0), ("8.8.8.8", 1)):
        async with house(database, clock=Hands(), address=address) as client:
            ada = await visit(client, shop, key, ADA)
            code = (await ada.does("POST", "/referral")).json()["referral_code"]
            friend = await visit(client, shop, key, f"of-{address}@example.com")
            assert (await friend.does("POST", "/referred-by", referral_code=code)).is_success
            path = "/v1/api/referrals/status?review=waiting"
            queue = (await client.get(path, headers=bearing(key))).json()["items"]
            assert len(queue) == waiting


async def test_a_merge_between_a_request_and_its_repetition_makes_no_second_code(
    database: Database,
):
    shop = await open_shop(database)
    key = await make_key(database, shop.merchant_id)
    await shop.tells_in_turn(("orders/paid", order()))
    async with house(database, clock=Hands()) as client:
        reward = await make_reward(client, key, cost=4)
        ada = await visit(client, shop, key, ADA)
        kept, merged = await shop.customer_id(BEN), await shop.customer_id(ADA)
        _, first, _ = await ada.wants(reward, "one")
        path = f"/v1/api/customers/{kept}/merge"
        both = await client.post(path, json={"merged_id": merged}, headers=bearing(key))
        assert both.is_success
        status, again, _ = await ada.wants(reward, "one")
        assert (status, again["code"]) == (200, first["code"])
        assert (await ada.sees(""))["accounts"][0]["available"] == 6
        (redemption,) = (await ada.sees("/redemptions"))["items"]
        assert redemption["code"] == first["code"]


async def test_the_leaderboard_tells_customers_names_that_are_nobodys(database: Database):
    shop = await open_shop(database)
    await draw_up(shop)
    key = await make_key(database, shop.merchant_id)
    async with house(database, clock=Hands()) as client:
        ada = await visit(client, shop, key, ADA)
        assert (await ada.sees("/leaderboard"))["items"] == []
        name = (await ada.does("PUT", "/leaderboard")).json()["pseudonym"]
        await shop.tells_in_turn(("orders/paid", order()))
        await catch_up(shop)
        (line,) = (await ada.sees("/leaderboard"))["items"]
        assert set(line) == {"rank", "pseudonym", "score"}
        assert line["pseudonym"] == name
        assert (await ada.does("DELETE", "/leaderboard")).status_code == 204
        assert (await ada.sees("/leaderboard"))["items"] == []


async def test_what_staff_wrote_about_a_customer_is_not_told_to_them(database: Database):
    shop = await open_shop(database)
    await draw_up(shop)
    key = await make_key(database, shop.merchant_id)
    async with house(database, clock=Hands()) as client:
        ada = await visit(client, shop, key, ADA)
        who = await shop.customer_id(ADA)
        given = {"customer_id": who, "amount": 5, "reason": "keeps complaining"}
        headers = {**bearing(key), "Idempotency-Key": "a"}
        await client.post("/v1/api/points/adjust", json=given, headers=headers)
        override = {"tier": "gold", "reason": "keeps complaining"}
        path = f"/v1/api/customers/{who}/tier/override"
        assert (await client.put(path, json=override, headers=bearing(key))).is_success
        seen = [await ada.sees(path) for path in ("", "/entries", "/badges", "/rewards")]
        assert "complaining" not in str(seen)
        assert "api_key" not in str(seen)
        assert seen[0]["tier"]["tier"]["key"] == "gold"


async def test_a_customer_redeems_for_nobody_else(database: Database):
    shop = await open_shop(database)
    key = await make_key(database, shop.merchant_id)
    async with house(database, clock=Hands()) as client:
        reward = await make_reward(client, key)
        ben = await visit(client, shop, key, BEN)
        for smuggled in ("customer_id", "where", "actor"):
            more = {smuggled: await shop.customer_id(ADA)}
            status, said, _ = await ben.wants(reward, "one", **more)
            assert (status, said["code"]) == (422, "INVALID_REQUEST")


async def test_a_returned_order_is_explained_without_figures_of_others(database: Database):
    shop = await open_shop(database)
    key = await make_key(database, shop.merchant_id)
    await shop.tells_in_turn(
        ("orders/paid", order()), ("refunds/create", refund(lines={1: 1}, amount="10.00"))
    )
    async with house(database, clock=Hands()) as client:
        ada = await visit(client, shop, key, ADA)
        (back, *_) = (await ada.sees("/entries?limit=1"))["items"]
    assert back["cause"] == "order"
    assert back["explanation"].endswith("taken back, because something was returned or cancelled")
