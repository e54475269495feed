"""What stands in a mail: the customer's own language, and links that lead where they should."""

import re
from typing import Any
from uuid import UUID

import pytest

from bench.post import Post
from loyalnest import consents, customers, merchants
from loyalnest.entrypoints import doors
from loyalnest.integrations import shopify
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.storefront import pages
from loyalnest.templates import Door, Occasion
from tests.contracts.shopify.bodies import order
from tests.doors import house
from tests.messaging.cast import ADDRESS, Bakery, a_worker, settled, until
from tests.shop import Shop, open_shop

DOORS = pages.doors_of(ADDRESS, provider=shopify.PROVIDED.name)


@pytest.fixture
async def shop(lasting_database: Database) -> Shop:
    return await open_shop(lasting_database)


async def buys(shop: Shop, number: int, email: str, locale: str | None) -> UUID:
    """Somebody of whom no language is known buys in one, and is a member."""
    person = {"id": number, "email": email}
    await shop.tells(("orders/create", order(number, email=email, customer=person)))
    told = order(900 + number, email=email, customer=person, customer_locale=locale)
    await shop.tells(("orders/create", told))
    who = from_wire("cus", await shop.customer_id(email))
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.enrol_many(session, [(shop.merchant_id, who)], now=clock.now())
    return who


async def sent(shop: Shop, post: Post, people: list[UUID], **asked: Any) -> list[Any]:
    bakery = Bakery(shop.database, shop.merchant_id)
    await bakery.asks(people, **asked)
    async with a_worker(shop.database, doors=DOORS):
        await until(lambda: settled(bakery))
    return list(post.taken)


async def test_an_order_s_language_is_that_of_the_mails_also_from_right_to_left(
    shop: Shop, post: Post
) -> None:
    await Bakery(shop.database, shop.merchant_id).uses(post)
    hebrew = await buys(shop, 1, "noa@example.com", "he-IL")
    german = await buys(shop, 2, "jan@example.com", "de")
    silent = await buys(shop, 3, "sam@example.com", None)
    chooser = await buys(shop, 4, "zoe@example.com", "de")
    async with shop.database.tenant(shop.merchant_id) as session:
        chosen = consents.Preferences(language="fr")
        await consents.save_preferences(session, chooser, chosen, actor="test", now=clock.now())
    mails = {it["to"]: it for it in await sent(shop, post, [hebrew, german, silent, chooser])}
    shown = {
        to.partition("@")[0]: re.search(r'<html lang="([^"]+)" dir="([^"]+)"', mail["html"])
        for to, mail in mails.items()
    }
    assert {to: found and found.groups() for to, found in shown.items()} == {
        "noa": ("he", "rtl"),
        "jan": ("de", "ltr"),
        "sam": ("en", "ltr"),
        "zoe": ("fr", "ltr"),
    }


@pytest.mark.parametrize(
    ("occasion", "target"),
    [
        (Occasion.POINTS_EXPIRING, f"{ADDRESS}/pages/DOMAIN/loyalty"),
        (Occasion.REWARD_EXPIRING, "https://DOMAIN"),
    ],
)
async def test_a_mail_leads_to_the_page_or_the_shop_by_a_link_that_tells_nothing(
    shop: Shop, post: Post, occasion: Occasion, target: str
) -> None:
    bakery = Bakery(shop.database, shop.merchant_id)
    await bakery.uses(post)
    (who,) = await bakery.enrols(1)
    (mail,) = await sent(shop, post, [who], occasion=occasion, without="link")
    async with shop.database.tenant(shop.merchant_id) as session:
        (store,) = await merchants.list_stores(session, merchant_id=shop.merchant_id)
    expected = target.replace("DOMAIN", store.domain)
    links = re.findall(rf'href="{ADDRESS}(/m/[^"]+)"', mail["html"])
    parts = doors.parts(shop.database, shop.database.settings)
    async with house(shop.database, parts=parts) as client:
        led = {(await client.get(link)).headers["location"] for link in links}
    assert expected in led
    told = f"{mail['html']}{mail['text']}"
    assert not [it for it in (expected, who.hex, str(who), to_wire("cus", who)) if it in told]


async def test_a_page_that_is_off_or_elsewhere_is_where_the_merchant_says(shop: Shop) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        at_first = await DOORS(session, shop.merchant_id)
        elsewhere = pages.PageSettings(address="https://www.example.com/loyalty")
        loyalty = pages.PageName.LOYALTY
        await pages.save(session, loyalty, elsewhere, actor="test", now=clock.now())
        moved = await DOORS(session, shop.merchant_id)
        off = pages.PageSettings(enabled=False)
        await pages.save(session, loyalty, off, actor="test", now=clock.now())
        gone = await DOORS(session, shop.merchant_id)
        await merchants.mark_uninstalled(session, [shop.store_id], now=clock.now())
        left = await DOORS(session, shop.merchant_id)
    assert at_first[Door.ACCOUNT].startswith(f"{ADDRESS}/pages/")
    assert moved == {**at_first, Door.ACCOUNT: "https://www.example.com/loyalty"}
    assert (list(gone), left) == ([Door.SHOP], {})
