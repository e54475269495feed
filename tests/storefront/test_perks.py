"""What tiers bring besides points: kept from others where we can, said where we can't."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from loyalnest import tiers
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.doors import bearing
from tests.shop import ADA, Shop, open_shop
from tests.storefront.pages import Desk, nudge, told

BOB = "bob@example.com"
EARLIER, LATER = ((NOW + timedelta(days=days)).isoformat() for days in (-1, 1))


def perk(kind: str = "early_access", **terms: Any) -> dict[str, Any]:
    """Terms that would do."""
    usual = {"products": ["7"]} if kind == "early_access" else {}
    return {"kind": kind, "name": "Before everybody", "tiers": ["gold"], **usual, **terms}


@pytest.fixture
async def ada(shop: Shop) -> str:
    """Somebody on the tier of gold."""
    who = await shop.customer_id(ADA)
    steps = [("basic", 0), ("gold", 1000)]
    ladder = tiers.Ladder(
        tiers=tuple(
            tiers.Tier(key=key, name=key.title(), threshold=Decimal(least), perks=("A card",))
            for key, least in steps
        )
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.save(session, ladder, actor="test", now=NOW)
        await tiers.override(
            session,
            customer_id=from_wire("cus", who),
            tier="gold",
            until=None,
            reason="a friend",
            actor="test",
            now=NOW,
        )
    return who


async def own(client: httpx.AsyncClient, desk: Desk, who: str, query: str = "") -> dict[str, Any]:
    """What somebody is told of their own perks."""
    started = await client.post(f"/v1/api/customers/{who}/sessions", headers=desk.key)
    session = bearing(started.json()["token"])
    answer = await client.get(f"/v1/api/me/perks{query}", headers=session)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def may_see(desk: Desk, product: str, who: str | None = None) -> bool:
    query = f"product={product}" + (f"&customer_id={who}" if who else "")
    return (await desk.gets("GET", f"access?{query}"))["allowed"]


async def test_a_page_is_told_to_those_who_have_it_and_to_nobody_else(
    client: httpx.AsyncClient, shop: Shop, desk: Desk, ada: str
) -> None:
    terms = perk(link="/collections/early", names={"de": "Vor allen anderen"})
    made = await desk.gets("POST", "perks", terms=terms, state="active")
    assert made["held_by"] == "link"
    hers = await own(client, desk, ada, "?language=de")
    assert hers["tier"] == "gold"
    (seen,) = hers["perks"]
    assert (seen["name"], seen["open"]) == ("Vor allen anderen", True)
    assert seen["link"] == "/collections/early"
    (seen,) = (await own(client, desk, await shop.customer_id(BOB)))["perks"]
    assert (seen["open"], seen["link"], seen["tiers"]) == (False, None, ["gold"])
    basic, gold = (await told(client, shop))["tiers"]
    assert (basic["perks"], gold["perks"]) == (["A card"], ["A card", "Before everybody"])
    assert "/collections/early" not in str(await told(client, shop, "fr"))


async def test_a_shop_asks_who_may_see_a_product(
    client: httpx.AsyncClient, shop: Shop, desk: Desk, ada: str
) -> None:
    bob = await shop.customer_id(BOB)
    assert await may_see(desk, "7")
    made = await desk.gets("POST", "perks", terms=perk(everybody_at=LATER), state="active")
    assert await may_see(desk, "7", ada)
    assert not await may_see(desk, "7", bob)
    assert not await may_see(desk, "7")
    assert await may_see(desk, "8")
    path = f"perks/{made['id']}"
    await desk.gets("PUT", path, terms=perk(everybody_at=EARLIER), state="active")
    assert await may_see(desk, "7", bob)
    await desk.gets("PUT", path, terms=perk(starts_at=LATER), state="active")
    assert not await may_see(desk, "7", ada)
    await desk.gets("PUT", path, terms=perk(starts_at=LATER), state="paused")
    assert await may_see(desk, "7", bob)
    theirs = await (await open_shop(shop.database)).customer_id(BOB)
    assert (await desk.asks("GET", f"access?product=7&customer_id={theirs}")).status_code == 404


async def test_a_reward_is_a_perk_while_nobody_else_can_have_it(
    client: httpx.AsyncClient, desk: Desk, ada: str
) -> None:
    terms: dict[str, Any] = {"kind": "free_shipping", "name": "Sent for nothing", "cost": 1}

    async def save_reward(path: str = "", method: str = "POST", **limits: Any) -> dict[str, Any]:
        body = {"terms": {**terms, **limits}, "state": "active"}
        answer = await client.request(method, f"/v1/api/rewards{path}", json=body, headers=desk.key)
        return answer.json()

    reward = await save_reward()
    wanted = perk("reward", reward_id=reward["id"])
    refused = await desk.asks("POST", "perks", terms=wanted, state="active")
    assert (refused.status_code, refused.json()["code"]) == (409, "REWARD_FOR_OTHERS_TOO")
    await save_reward(f"/{reward['id']}", "PUT", tiers=["gold"])
    made = await desk.gets("POST", "perks", terms=wanted, state="active")
    assert made["held_by"] == "reward"
    (seen,) = (await own(client, desk, ada))["perks"]
    assert (seen["open"], seen["reward_id"]) == (True, reward["id"])
    # Whoever opens the reward to all is told what became of the perk.
    await save_reward(f"/{reward['id']}", "PUT")
    assert (await desk.gets("GET", f"perks/{made['id']}"))["held_by"] == "nobody"
    missing = perk("reward", reward_id=f"rwd_{'0' * 32}")
    assert (await desk.asks("POST", "perks", terms=missing)).status_code == 404


async def test_what_is_said_to_a_tier_alone_reaches_it_with_its_code(
    client: httpx.AsyncClient, shop: Shop, desk: Desk, ada: str
) -> None:
    only = {"audience": "member", "tiers": ["gold"], "code": "GOLD-EARLY"}
    terms = nudge("discount_banner", **only, translations={"de": {"title": "Nur für Gold"}})
    await desk.gets("POST", "nudges", terms=terms, state="active")
    (said,) = (await own(client, desk, ada, "?language=de"))["nudges"]
    assert (said["code"], said["words"]) == ("GOLD-EARLY", {"title": "Nur für Gold"})
    assert (await own(client, desk, await shop.customer_id(BOB)))["nudges"] == []


async def test_a_perk_is_read_before_it_is_replaced(desk: Desk) -> None:
    made = await desk.gets("POST", "perks", terms=perk("other"))
    assert (made["state"], made["held_by"]) == ("draft", "nobody")
    path = f"perks/{made['id']}"
    on = {"terms": perk("other", text="As you like it"), "state": "active", "version": 1}
    assert (await desk.gets("PUT", path, **on))["version"] == 2
    assert (await desk.gets("PUT", path, **on))["version"] == 2
    stale = await desk.asks("PUT", path, **{**on, "state": "archived"})
    assert (stale.status_code, stale.json()["code"]) == (409, "CONTENT_STALE")
    assert [it["id"] for it in (await desk.gets("GET", "perks"))["items"]] == [made["id"]]


@pytest.mark.parametrize(
    "terms",
    [
        perk(products=[]),
        perk(tiers=[]),
        perk(tiers=["gold", "gold"]),
        perk(starts_at=LATER, everybody_at=LATER),
        perk("other", products=["7"]),
        perk("other", everybody_at=LATER),
        perk("reward"),
        perk(reward_id=f"rwd_{'0' * 32}"),
        perk(link="javascript:alert(1)"),
        perk(link="https://example.com"),
        perk(name="<b>First</b>"),
        perk(names={"tlh": "wa'DIch"}),
    ],
)
async def test_perks_that_make_no_sense_are_refused(desk: Desk, terms: dict[str, Any]) -> None:
    answer = await desk.asks("POST", "perks", terms=terms)
    assert answer.status_code == 422, answer.text
