"""What a shop's pages are told: everything that everybody may know, and nothing of anybody."""

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from loyalnest import (
    branding,
    experiments,
    gamification,
    merchants,
    referrals,
    rewards,
    storefront,
    texts,
    tiers,
)
from loyalnest.kernel.ids import to_wire
from loyalnest.merchants import ProgramSettings, Switch, Switches
from tests.conftest import NOW
from tests.doors import bearing, make_key
from tests.shop import ADA, Shop, open_shop
from tests.storefront.pages import CONFIG, domain_of, told


async def draw_up(shop: Shop) -> None:
    """A program with something of everything."""
    async with shop.database.tenant(shop.merchant_id) as session:
        terms = rewards.Terms(
            kind=rewards.Kind.AMOUNT_OFF,
            name="Five pounds off",
            names={"de": "Fünf Pfund Rabatt"},
            cost=500,
            amounts={"GBP": Decimal("5.00")},
        )
        gift = await rewards.create(
            session, terms, state=rewards.RewardState.ACTIVE, stock=None, actor="test", now=NOW
        )
        hidden = terms.model_copy(update={"name": "At the till", "where": rewards.Where.COUNTER})
        await rewards.create(
            session, hidden, state=rewards.RewardState.ACTIVE, stock=None, actor="test", now=NOW
        )
        gold = tiers.Tier(
            key="gold",
            name="Gold",
            names={"de": "Goldstufe"},
            threshold=Decimal(1000),
            multiplier=Decimal("1.50"),
            perks=("Early access",),
        )
        ladder = tiers.Ladder(basis=tiers.Basis.POINTS, tiers=(gold,))
        await tiers.save(session, ladder, actor="test", now=NOW)
        promise = referrals.ReferralSettings(
            enabled=True, friend_points=0, friend_reward_id=to_wire(rewards.REWARD, gift.id)
        )
        await referrals.save(session, promise, actor="test", now=NOW)
        badge = gamification.Badge(key="first", name="First", description="An order")
        await gamification.save(session, gamification.Game(badges=(badge,)), actor="test", now=NOW)
        look = branding.BrandSettings(name="The Nest", colour="#ffcc00")
        await branding.save(session, look, actor="test", now=NOW)


async def test_a_page_is_told_the_whole_program_in_its_language(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    await draw_up(shop)
    said = await told(client, shop, "de-AT")
    assert (said["language"], said["direction"], said["currency"]) == ("de", "ltr", "GBP")
    assert said["brand"]["name"] == "The Nest"
    assert said["brand"]["palette"]["on_colour"] == "#000000"
    assert said["unit"] == {"one": "Punkt", "other": "Punkte"}
    assert said["switches"] == {"program": "on", "referrals": "on", "nudges": "on"}
    assert said["earn"] == [
        {"action": "purchase", "per": {"GBP": "1"}, "otherwise": "1", "rounding": "down"}
        | {"counts": "subtotal"}
    ]
    (reward,) = said["rewards"]
    assert (reward["name"], reward["cost"]) == ("Fünf Pfund Rabatt", 500)
    assert reward["amounts"] == {"GBP": "5.00"}
    (tier,) = said["tiers"]
    assert (tier["name"], tier["threshold"], tier["multiplier"]) == ("Goldstufe", "1000", "1.5")
    assert said["referral"] == {
        "enabled": True,
        "friend_gets": {"points": 0, "reward": "Fünf Pfund Rabatt"},
        "you_get": {"points": 50, "reward": None},
    }
    assert [badge["name"] for badge in said["badges"]] == ["First"]
    assert said["widget"]["enabled"]
    assert said["texts"]["unit_other"] == "Punkte"


async def test_each_shop_is_told_its_own_whoever_asked_before(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    other = await open_shop(shop.database)
    for each, name in ((shop, "The Nest"), (other, "The Burrow")):
        async with each.database.tenant(each.merchant_id) as session:
            look = branding.BrandSettings(name=name)
            await branding.save(session, look, actor="test", now=NOW)
    for language in ("en", "he", "en"):
        for each, name in ((shop, "The Nest"), (other, "The Burrow")):
            said = await told(client, each, language)
            assert (said["brand"]["name"], said["language"]) == (name, language)
            assert said["shop"] == await domain_of(each)
            page = f"https://points.example/pages/{said['shop']}/loyalty"
            assert said["widget"]["pages"]["loyalty"] == page


async def test_a_page_is_told_what_is_tried_on_it(client: httpx.AsyncClient, shop: Shop) -> None:
    said: dict[str, Any] = {"changes": {"launcher": "Gifts"}}
    said["translations"] = {"de": {"launcher": "Geschenke"}}
    design = experiments.Design.model_validate(
        {
            "name": "Gifts or rewards",
            "subject": "launcher",
            "percent": 50,
            "variants": [{"key": "a"}, {"key": "b", "weight": 3, **said}],
            "goal": {"kind": "order"},
            "plan": {"baseline": 0.1, "effect": 0.02},
        }
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        drawn = await experiments.draft(session, design, actor="test", now=NOW)
        await experiments.start(session, drawn.id, is_met=storefront.is_met, actor="test", now=NOW)
    (tried,) = (await told(client, shop, "de"))["experiments"]
    assert (tried["subject"], tried["share"]) == ("launcher", 0.5)
    assert tried["variants"] == [
        {"key": "a", "weight": 1, "changes": {}},
        {"key": "b", "weight": 3, "changes": {"launcher": "Geschenke"}},
    ]


async def test_nothing_of_any_customer_is_told(client: httpx.AsyncClient, shop: Shop) -> None:
    who = await shop.customer_id(ADA)
    said = json.dumps(await told(client, shop))
    assert who not in said
    assert ADA not in said
    assert to_wire("mer", shop.merchant_id) not in said


async def test_a_merchants_own_words_are_the_pages(client: httpx.AsyncClient, shop: Shop) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        forms = {"one": "крошка", "few": "крошки", "many": "крошек", "other": "крошки"}
        await texts.mend(session, "ru", "widget.unit", forms, actor="test", now=NOW)
    assert (await told(client, shop, "ru"))["unit"] == forms
    key = bearing(await make_key(shop.database, shop.merchant_id))
    names = {"names": {"ar": ["حبة", "حبات"]}}
    renamed = await client.put("/v1/api/units/points/names", json=names, headers=key)
    assert renamed.is_success, renamed.text
    arabic = await told(client, shop, "ar")
    assert arabic["direction"] == "rtl"
    assert (arabic["unit"]["one"], arabic["unit"]["few"]) == ("حبة", "حبات")
    assert (await told(client, shop, "tlh"))["language"] == "en"


async def test_what_is_off_is_not_promised(client: httpx.AsyncClient, shop: Shop) -> None:
    await draw_up(shop)
    switches = Switches(referrals=Switch.OFF, gamification=Switch.PAUSED, orders=Switch.PAUSED)
    async with shop.database.tenant(shop.merchant_id) as session:
        settings = ProgramSettings(switches=switches)
        signup = settings.actions["signup"].model_copy(update={"state": Switch.ON})
        settings = settings.model_copy(update={"actions": {"signup": signup}})
        await merchants.save_program(session, settings, actor="test", now=NOW)
    said = await told(client, shop)
    assert said["earn"] == [{"action": "signup", "points": 200}]
    assert (said["referral"]["enabled"], said["badges"]) == (False, [])


async def test_any_page_may_ask_and_keep_what_it_is_told(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    asked = {"shop": (await domain_of(shop)).upper(), "language": "en"}
    origin = {"Origin": "https://anybody.example"}
    first = await client.get(CONFIG, params=asked, headers=origin)
    assert first.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in first.headers
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert first.headers["cache-control"] == "public, max-age=60, stale-while-revalidate=600"
    assert (first.headers["content-encoding"], first.headers["vary"]) == ("gzip", "Accept-Encoding")
    plain = await client.get(CONFIG, params=asked, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == first.json()
    assert plain.headers["etag"] != first.headers["etag"]
    for tag in (first.headers["etag"], f'W/{plain.headers["etag"]}, "other"'):
        again = await client.get(CONFIG, params=asked, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
    assert (await client.head(CONFIG, params=asked)).status_code == 200
    assert (await client.post(CONFIG, params=asked)).status_code == 405


@pytest.mark.parametrize(
    "query",
    [
        *("", "shop=", "shop=nobody.myshopify.com", "shop=%00", "shop=ü.example", "shop=a%0d%0ab"),
        *(f"shop={'a' * 300}", f"shop=a&{'b' * 2000}"),
    ],
)
async def test_a_shop_that_there_is_not_is_not_talked_about(
    client: httpx.AsyncClient, query: str
) -> None:
    answer = await client.get(f"{CONFIG}?{query}")
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_store_that_left_is_not_there(client: httpx.AsyncClient, shop: Shop) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        await merchants.mark_uninstalled(session, [shop.store_id], now=NOW)
    answer = await client.get(CONFIG, params={"shop": await domain_of(shop)})
    assert answer.status_code == 404


async def test_whoever_tries_names_of_shops_has_to_wait(
    client: httpx.AsyncClient, shop: Shop
) -> None:
    known = {"shop": await domain_of(shop)}
    assert (await client.get(CONFIG, params=known)).status_code == 200
    answer, tried = await client.get(CONFIG, params={"shop": "try.example"}), 0
    while answer.status_code == 404:
        tried += 1
        answer = await client.get(CONFIG, params={"shop": f"try-{tried}.example"})
    assert tried >= 60
    assert (answer.status_code, answer.content) == (429, b"")
    assert int(answer.headers["retry-after"]) >= 1
    # What is kept is anybody's all the same.
    assert (await client.get(CONFIG, params=known)).is_success
