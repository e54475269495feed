"""The whole loop without a browser: the shop's forms, the real server, a worker."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from demo_shop.catalogue import PRODUCTS
from demo_shop.installation import signature
from loyalnest import ledger, merchants, rewards
from loyalnest.entrypoints import nest
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from tests.demo_shop.street import Street, Visitor, eventually, open_street

STAND, LANTERN, BAG = PRODUCTS[0].id, PRODUCTS[1].id, PRODUCTS[2].id
SIGN_UP, FIRST_ORDER = 200, 50


@pytest.fixture(scope="module")
async def street(
    lasting_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Street]:
    async with open_street(lasting_database, tmp_path_factory.mktemp("shop")) as street:
        yield street


async def told(street: Street) -> int:
    return street.books.untold()


async def test_a_guest_buys_joins_spends_and_gives_back(street: Street) -> None:
    async with street.visitor() as ada:
        assert (await ada.client.get("/apps/loyalnest/session")).status_code == 401
        await ada.puts_in_cart(STAND, 2)
        await ada.pays(name="Ada Lovelace", email="ada@example.com")
        await ada.joins("Ada Lovelace", "ada@example.com")
        # 255 for 25.50, the first order's 50, and 200 for joining.
        await eventually(ada.points, 255 + FIRST_ORDER + SIGN_UP)
        standing = await ada.asks("GET", "")
        assert standing["tier"]["tier"]["key"] == "nestling"

        code = await ada.redeems("£2 off")
        assert await ada.points() == 305
        await ada.puts_in_cart(LANTERN, 4)
        shown = await ada.sends("/checkout/code", code=code.lower())
        assert "is taken off" in shown.text
        page = await ada.pays()
        assert code in page
        # 9.80 were paid for the goods: 98 points, and a fifth more for the tier.
        await eventually(ada.points, 305 + 117)
        assert await states(ada) == ["used"]
        await ada.puts_in_cart(BAG)
        again = await ada.sends("/checkout/code", code=code)
        assert "was used already" in again.text

        own = await ada.sends("/checkout/code", code="hello10")
        assert "Code HELLO10 is taken off" in own.text
        await ada.returns(0, 2)
        # Half of the goods go back, and with them half of what they earned, rounded in the
        # customer's favour; half of what the code had cost comes back.
        await eventually(ada.points, 305 + 117 - 58 + 100)
        await ada.sends(f"{ada.order}/refund", all="yes")
        await eventually(ada.points, 305 + 200)


async def states(visitor: Visitor) -> list[str]:
    return [it["state"] for it in (await visitor.asks("GET", "/redemptions"))["items"]]


async def test_a_friend_is_brought_by_a_link_and_both_are_rewarded(street: Street) -> None:
    async with street.visitor() as hedy, street.visitor() as friend:
        await hedy.joins("Hedy Lamarr", "hedy@example.com")
        await eventually(hedy.points, SIGN_UP)
        link: str = (await hedy.asks("POST", "/referral"))["link"]
        assert link.startswith(f"{street.installation}/r/{nest.SHOP}/")
        onward = f"/?ref={link.rpartition('/')[2]}"
        assert f'href="{street.shop}{onward}"' in await friend.sees(link)

        assert "A friend has sent you" in await friend.sees(onward)
        await friend.puts_in_cart(STAND)
        await friend.pays(name="Grace Hopper", email="grace@example.com")
        await eventually(hedy.points, SIGN_UP + 200)
        # The friend was a guest; what they have is theirs once they join.
        await friend.joins("Grace Hopper", "grace@example.com")
        await eventually(friend.points, 127 + FIRST_ORDER + 100 + SIGN_UP)
        (gift,) = (await friend.asks("GET", "/redemptions"))["items"]
        assert (gift["given_for"], gift["name"], gift["state"]) == ("referral", "£2 off", "issued")

        # Nobody brings themselves, and nobody is brought twice.
        await hedy.sees(onward)
        await hedy.puts_in_cart(BAG)
        await hedy.pays()
        await eventually(hedy.points, SIGN_UP + 200 + 20 + FIRST_ORDER)

        # A cancelled order takes back what it had brought, to both.
        await friend.sends(f"{friend.order}/cancel")
        await eventually(hedy.points, SIGN_UP + 20 + FIRST_ORDER)
        await eventually(friend.points, SIGN_UP)


async def test_customers_read_in_their_language_what_became_of_what_they_did(
    street: Street,
) -> None:
    async with street.visitor() as mary, street.visitor() as layla:
        for visitor, name, email, language in (
            (mary, "Mary Somerville", "mary@example.com", "en"),
            (layla, "ليلى", "layla@example.com", "ar"),
        ):
            await visitor.joins(name, email)
            await eventually(visitor.points, SIGN_UP)
            await visitor.asks("PUT", "/preferences", json={"language": language})
            await visitor.puts_in_cart(STAND, 2)
            await visitor.pays()
            await eventually(visitor.points, 255 + FIRST_ORDER + SIGN_UP)
            code = await visitor.redeems("£2 off")
            await eventually(lambda to=email, said=code: reads(street, to, said), True)
        his = await mails(street, "mary@example.com")
        assert all('lang="en"' in html for html in his)
        hers = await mails(street, "layla@example.com")
        # The greeting may have gone before she had said what she reads.
        arabic = [html for html in hers if 'lang="ar"' in html and 'dir="rtl"' in html]
        assert len(arabic) >= len(hers) - 1
        for said in ("Mary", "Nestling"):
            assert any(said in html for html in his), said
        for said in ("ليلى", "فرخ", "خصم 2 جنيه"):
            assert any(said in html for html in arabic), said


async def reads(street: Street, to: str, said: str) -> bool:
    """Whether somebody was sent what they were to be told last, and all that came before it."""
    sent = await mails(street, to)
    return len(sent) >= 4 and any(said in html for html in sent)


async def mails(street: Street, to: str) -> list[str]:
    """What somebody was sent, as the catcher shows it."""
    async with httpx.AsyncClient(base_url=street.mail, trust_env=False) as browser:
        listed = (await browser.get("/", params={"to": to})).text
        found = re.findall(r'href="(/mails/\d+)"', listed)
        shown = [await browser.get(f"{it}/html") for it in found]
        return [it.text for it in shown]


async def test_the_shop_sells_as_ever_while_the_installation_is_away(
    street: Street, tmp_path: Path
) -> None:
    from demo_shop.app import build_app
    from demo_shop.settings import Settings

    nowhere = Settings(1, tmp_path, "http://127.0.0.1:1", "http://127.0.0.1:1", "s", "k")
    app = build_app(nowhere)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        visitor = Visitor(client, "")
        await visitor.puts_in_cart(STAND)
        shown = await visitor.sends("/checkout/code", code="7KQ2M-BX4D-9RTW")
        assert "can&#39;t be looked up at the moment" in shown.text
        await visitor.sends("/checkout/code", code="")
        await visitor.pays(name="Ada", email="ada@example.com")
        assert (await client.get("/apps/loyalnest/session")).status_code == 502
        front = app.state.front
        assert await front.installation.tell_due() == 3
        assert [it.said for it in front.books.latest()] == ["ConnectError"] * 3
        assert front.books.untold() == 3
        assert await front.installation.tell_due() == 0  # not before a pause is over
        assert "waiting" in await visitor.sees("/backstage")


async def test_every_delivery_was_taken_and_the_books_balance(street: Street) -> None:
    await eventually(lambda: told(street), 0)
    assert all(it.attempts == 1 for it in street.books.latest(100))
    async with street.database.platform() as session:
        assert (await ledger.verify(session, merchant_id=street.merchant_id)).clean


async def test_opening_the_shop_again_changes_nothing_but_its_address(street: Street) -> None:
    database, merchant_id = street.database, street.merchant_id

    async def stands() -> tuple[list[str], list[str]]:
        async with database.tenant(merchant_id) as session:
            catalogue = await rewards.catalogue(session)
            (store,) = await merchants.list_stores(session, merchant_id=merchant_id)
        return [it.terms.name for it in catalogue], list(store.web_addresses)

    names, before = await stands()
    key: str | None = None
    for _ in range(2):
        opened = await nest.prepare(
            database, port=4711, kept_key=key, owner_password="nobody's", now=clock.now()
        )
        assert opened.owner_password is None
        assert key in (None, opened.api_key)
        key = opened.api_key
    assert await stands() == (names, ["http://127.0.0.1:4711", "http://localhost:4711"])
    port = urlsplit(street.shop).port
    assert port
    await nest.prepare(database, port=port, kept_key=key, owner_password=None, now=clock.now())
    assert await stands() == (names, before)


async def test_pages_send_nobody_elsewhere_and_run_nothing_of_others(street: Street) -> None:
    async with street.visitor() as visitor:
        hosts = ("https://evil.example/", "//evil.example", "////evil.example", "/\t/evil.example")
        for elsewhere in (*hosts, "/\\evil.example", "/\\/\\evil.example", "evil"):
            answer = await visitor.client.post(
                "/choose", data={"language": "ar", "next": elsewhere}
            )
            assert answer.headers["location"] == "/"
        script = "<script>alert(1)</script>"
        await visitor.joins(script, "eve@example.com")
        page = await visitor.client.get("/account")
        assert script not in page.text
        assert 'dir="rtl"' in page.text
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        # Whom the shop vouches for is not for visitors to say.
        forged = await visitor.client.get(
            "/apps/loyalnest/session?logged_in_customer_id=1&shop=evil.myshopify.com"
        )
        assert forged.status_code == 200
        assert (await visitor.client.get("/nowhere")).status_code == 404


async def test_the_programs_page_is_shown_on_the_shops_own_address(street: Street) -> None:
    async with street.visitor() as visitor:
        for language, direction in (("en", "ltr"), ("ar", "rtl")):
            told = f"/apps/loyalnest/pages/loyalty?language={language}"
            page = await visitor.client.get(told)
            assert page.status_code == 200, page.text
            assert f'dir="{direction}"' in page.text
            assert nest.NAME in page.text
            assert "unsafe" not in page.headers["content-security-policy"]


async def test_a_friend_who_lands_on_the_shops_own_address_is_counted_as_a_visit(
    street: Street,
) -> None:
    """The proxy says which browser asks; what asks by itself is nobody's visit."""
    async with street.visitor() as host, street.visitor() as friend:
        await host.joins("Joan Clarke", "joan@example.com")
        await eventually(host.points, SIGN_UP)
        link: str = (await host.asks("POST", "/referral"))["link"]
        landing = f"/apps/loyalnest/pages/r/{link.rpartition('/')[2]}"
        for browser in ("Firefox", "Firefox", "Googlebot/2.1"):
            page = await friend.client.get(landing, headers={"User-Agent": browser})
            assert page.status_code == 200, page.text
            assert page.headers["x-robots-tag"] == "noindex"
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    async with street.database.tenant(street.merchant_id) as session:
        clicks = text("SELECT sum(clicks) FROM referral_clicks WHERE code = :code")
        assert await session.scalar(clicks, {"code": link.rpartition("/")[2]}) == 1


def test_the_signature_is_that_of_shopifys_published_example() -> None:
    given = [
        ("extra", "1"),
        ("extra", "2"),
        ("shop", "shop-name.myshopify.com"),
        ("logged_in_customer_id", "1"),
        ("path_prefix", "/apps/awesome_reviews"),
        ("timestamp", "1317327555"),
    ]
    expected = "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"
    assert signature(given, "hush") == expected
