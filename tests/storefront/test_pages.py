"""Anybody reads what a program gives, in their language, and nobody reads anything of anybody."""

import gzip
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from loyalnest import merchants
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database
from loyalnest.kernel.languages import LANGUAGES
from tests.branding.drawings import drawing
from tests.conftest import NOW
from tests.contracts.shopify.bodies import order
from tests.doors import bearing
from tests.integrations.shopify.test_proxy import signed
from tests.storefront.readers import ADDRESS, SCRIPT, SECRET, Reading, Seen, draw_up, reading


@pytest.fixture
async def reader(lasting_database: Database) -> AsyncGenerator[Reading]:
    async with reading(lasting_database) as reader:
        await draw_up(reader.shop)
        yield reader


async def test_the_page_tells_what_the_program_gives(reader: Reading) -> None:
    person = {"id": 7, "email": "ada@example.com", "first_name": "Adelheid"}
    await reader.shop.tells(("orders/paid", order(customer=person)))
    answer = await reader.opens()
    assert answer.status_code == 200, answer.text
    seen = Seen(answer.text)
    for words in (
        *("Bakery loyalty program", "For every £20 you spend 1 point", "Joining the program"),
        *("Five pounds off 500 points £5 off On orders from £20", "10% off Only for Gold"),
        *(
            "from £500",
            "1.5 times the points Tea A table by the window",
            "Your friend gets 70 points",
            "You get 50",
        ),
        *("Do points expire? No, they stay yours.",),
    ):
        assert words in seen.text, seen.text
    assert seen.text.count("Five pounds off") == 1  # the draft is nobody's yet
    links = [it["href"] for it in seen.all("a")]
    assert f"https://{reader.domain}/account/register" in links
    assert "Adelheid" not in answer.text
    assert "cus_" not in answer.text
    assert "set-cookie" not in answer.headers
    shop, page = seen.machines["@graph"]
    silver, gold = shop["hasMemberProgram"]["hasTiers"]
    assert (silver["membershipPointsEarned"], gold["membershipPointsEarned"]) == (0.05, 0.075)
    assert gold["hasTierRequirement"]["value"] == 500
    assert page["mainEntity"][0]["name"] == "How do I join?"

    refer = Seen((await reader.opens("refer")).text)
    for words in ("Invite friends to Bakery", "The first order has to come to £10 or more."):
        assert words in refer.text, refer.text


async def test_a_page_is_known_by_one_address_whatever_a_browser_says(reader: Reading) -> None:
    told = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"}
    plain, tricked = await reader.opens(), await reader.opens(headers=told)
    assert tricked.content == plain.content
    assert "evil" not in tricked.text
    seen = Seen(tricked.text)
    address = f"{ADDRESS}/pages/{reader.domain}/loyalty"
    assert seen.one("link", rel="canonical")["href"] == address
    assert seen.one("meta", property="og:url")["content"] == address
    named = Seen((await reader.opens(language="en")).text)
    assert named.one("link", rel="canonical")["href"] == address  # the shop's own language
    others = {it["hreflang"]: it["href"] for it in seen.all("link", rel="alternate")}
    assert others.pop("x-default") == address
    assert others.pop("en") == address
    assert others == {each: f"{address}?language={each}" for each in LANGUAGES[1:]}
    assert [it["lang"] for it in seen.all("a") if it.get("lang")] == list(LANGUAGES)

    settled = "https://www.bakery.example/apps/points/pages/loyalty"
    await reader.says(address=settled)
    seen = Seen((await reader.opens(language="de")).text)
    assert seen.one("link", rel="canonical")["href"] == f"{settled}?language=de"


async def test_a_page_speaks_22_languages_three_of_them_from_right_to_left(
    reader: Reading,
) -> None:
    turned: list[str] = []
    for language in LANGUAGES:
        for page in ("loyalty", "refer"):
            answer = await reader.opens(page, language=language)
            html = Seen(answer.text).one("html")
            assert (html["lang"], answer.headers["Content-Language"]) == (language, language)
            assert "{{" not in answer.text
        if html["dir"] == "rtl":
            turned.append(language)
    assert turned == ["fa", "ar", "he"]
    assert "خصم خمسة جنيهات" in (await reader.opens(language="ar")).text
    for odd in ("xx", "../de", "de" * 5000, "<script>"):
        assert (await reader.opens(language=odd)).headers["Content-Language"] == "en"


async def test_whoever_has_the_page_is_not_sent_it_again(reader: Reading) -> None:
    first = await reader.opens(headers={"Accept-Encoding": "identity"})
    packed = await reader.opens(headers={"Accept-Encoding": "br, gzip"})
    assert packed.content == first.content
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(gzip.compress(first.content)) < 6000
    assert first.headers["ETag"] != packed.headers["ETag"]
    for answer in (first, packed):
        assert answer.headers["Cache-Control"].startswith("public, max-age=60")
        assert answer.headers["Vary"] == "Accept-Encoding"
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    told = {"If-None-Match": first.headers["ETag"], "Accept-Encoding": "identity"}
    again = await reader.opens(headers=told)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    await reader.says(words={"en": {"title": "Other"}})
    assert (await reader.opens(headers=told)).status_code == 200


async def test_the_merchants_own_words_are_shown_as_words(reader: Reading) -> None:
    words = {
        "title": f"Points {SCRIPT}",
        "introduction": f"One\ntwo {SCRIPT}\n\nthree",
        "questions": [{"question": f"Why? {SCRIPT}", "answer": "So."}],
        "picture_text": '" onerror="alert(1)',
    }
    picture = await reader.uploads(drawing())
    saved = await reader.says(words={"en": words}, picture=picture, version=0)
    assert saved.status_code == 200, saved.text
    assert saved.json()["version"] == 1
    answer = await reader.opens()
    seen = Seen(answer.text)
    assert [it.get("type") for it in seen.all("script")] == ["application/ld+json"]
    assert [it["alt"] for it in seen.all("img")] == ['" onerror="alert(1)']
    assert not [it for _, it in seen.elements if any(name.startswith("on") for name in it)]
    assert answer.text.count("</script>") == 1
    assert seen.machines["@graph"][1]["name"] == f"Points {SCRIPT}"
    assert "How do I join?" not in seen.text  # asked in place of ours
    shown = seen.one("meta", property="og:image")["content"] or ""
    assert shown.startswith(f"{ADDRESS}/media/")
    german = Seen((await reader.opens(language="de")).text)
    assert "Wie mache ich mit?" in german.text  # where the merchant says nothing, we do

    stale = await reader.says(words={}, version=0)
    assert (stale.status_code, stale.json()["code"]) == (409, "PAGE_STALE")
    again = await reader.says(words={"en": words}, picture=picture, version=0)
    assert again.json()["version"] == 1  # what it shows already
    for number in range(51):  # the page holds on to its picture, however many come after it
        await reader.uploads(drawing(size=(8, 8 + number)))
    await relay.settle(reader.shop.database, [])
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        held = await session.scalar(
            text("SELECT count(*) FROM pictures WHERE hash = :hash"), {"hash": picture}
        )
        news = await session.scalar(text("SELECT data FROM events WHERE type = 'page.changed'"))
    assert held == 1
    assert news["page"] == "loyalty"
    assert news["changed"] == ["words", "picture"]


@pytest.mark.parametrize(
    "said",
    [
        {"words": {"xx": {}}},
        {"words": {"en": {"title": "x" * 101}}},
        {"words": {"en": {"title": "\u202eturned"}}},
        {"words": {"en": {"introduction": "a\0b"}}},
        {"words": {"en": {"questions": [{"question": "?", "answer": "!"}] * 21}}},
        {"picture": "not a hash"},
        {"address": "http://www.example.com/"},
        {"address": "https://www.example.com/?a=b"},
        {"address": 'https://www.example.com/"><script>'},
        {"unknown": True},
    ],
)
async def test_what_makes_no_page_is_refused(reader: Reading, said: dict[str, Any]) -> None:
    assert (await reader.says(**said)).status_code == 422


async def test_a_page_is_not_there_once_it_is_switched_off_or_its_shop_has_left(
    reader: Reading,
) -> None:
    await reader.says("refer", enabled=False)
    assert (await reader.opens("refer")).json()["code"] == "NOT_FOUND"
    assert "How inviting friends works" not in (await reader.opens()).text
    sitemap = (await reader.opens("sitemap.xml")).text
    assert sitemap.count("<loc>") == len(LANGUAGES)
    assert (await reader.opens("other")).status_code == 404
    for domain in ("nobody.myshopify.com", "..", "%00", "a" * 300, f"{reader.domain}.evil.example"):
        assert (await reader.client.get(f"/pages/{domain}/loyalty")).status_code == 404
    await reader.shop.tells(("app/uninstalled", {"id": 1}))
    assert (await reader.opens()).status_code == 404
    assert (await reader.opens("sitemap.xml")).status_code == 404
    assert "Disallow: /v1/" in (await reader.client.get("/robots.txt")).text


@pytest.mark.parametrize(
    ("state", "words"), [("paused", "The program is paused"), ("off", "The program has ended")]
)
async def test_a_program_that_stands_still_says_so(reader: Reading, state: str, words: str) -> None:
    await reader.shop.sets(switches={"program": state}, now=NOW)
    for page in ("loyalty", "refer"):
        seen = Seen((await reader.opens(page)).text)
        assert words in seen.text
        assert "Your friend gets" not in seen.text
        assert seen.one("meta", name="robots")["content"] == "noindex"
    assert "Ways to earn" not in seen.text


async def test_a_shop_shows_the_pages_on_its_own_domain(reader: Reading) -> None:
    picture = await reader.uploads(drawing())
    await reader.says(picture=picture)
    home = "https://www.bakery.example"
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        await merchants.save_web_addresses(session, reader.shop.store_id, [home], now=NOW)
    asked = {
        "shop": reader.domain,
        "path_prefix": "/apps/points",
        "timestamp": str(int(NOW.timestamp())),
        "logged_in_customer_id": "7",
        "language": "de",
    }

    async def passes_on(signature: str | None = None, **changed: str) -> tuple[int, str]:
        told = list((asked | changed).items())
        query = urlencode([*told, ("signature", signature or signed(told, SECRET))])
        answer = await reader.client.get(f"/proxy/shopify/pages/loyalty?{query}")
        return answer.status_code, answer.text

    status, html = await passes_on()
    assert status == 200, html
    seen = Seen(html)
    address = f"{home}/apps/points/pages/loyalty?language=de"
    assert seen.one("link", rel="canonical")["href"] == address
    assert str(seen.one("img")["src"]).startswith(f"{ADDRESS}/media/")
    # It adds what a reader has, after everybody's page is there.
    widget = seen.one("script", src=f"{ADDRESS}/widget/loader.js")
    assert widget["data-session"] == "/apps/points/session"
    assert widget["data-shop"] == reader.domain
    assert (await passes_on("0" * 64))[0] == 401
    assert (await passes_on(signed(list(asked.items()), SECRET), shop="other.myshopify.com"))[
        0
    ] == 401
    assert (await passes_on(shop="nobody.myshopify.com"))[0] == 404
    assert (await passes_on(path_prefix='/apps/"><script>'))[0] == 401
    reader.clock.pass_by(seconds=91)
    assert (await passes_on())[0] == 401


async def test_a_picture_of_another_merchant_is_none_of_ours(
    reader: Reading, lasting_database: Database
) -> None:
    async with reading(lasting_database) as other:
        theirs = await other.uploads(drawing(colour="red"))
        refused = await reader.says(picture=theirs)
        assert (refused.status_code, refused.json()["code"]) == (404, "LOGO_NOT_FOUND")
        await other.says(words={"en": {"title": "Theirs"}})
        assert "Theirs" not in (await reader.opens()).text


async def test_a_page_is_drawn_before_it_is_saved_for_staff_alone(reader: Reading) -> None:
    shown = (await reader.opens()).text
    path = "/v1/api/content/pages/loyalty/preview?language=de"
    own = {"title": "Unser Dank", "questions": [{"question": "Wie?", "answer": SCRIPT}]}
    picture = await reader.uploads(drawing(colour="red"))
    draft: dict[str, Any] = {"enabled": False, "words": {"de": own}, "picture": picture}
    drawn = await reader.client.post(path, json={"settings": draft}, headers=bearing(reader.key))
    assert drawn.status_code == 200, drawn.text
    assert drawn.headers["Content-Type"].startswith("text/html")
    seen = Seen(drawn.text)
    assert "Unser Dank" in seen.text
    assert picture in drawn.text
    assert SCRIPT not in drawn.text
    assert "default-src 'none'" in drawn.headers["Content-Security-Policy"]
    assert (await reader.opens()).text == shown
    assert (await reader.client.post(path, json={"settings": draft})).status_code == 401
    saved = await reader.says(**draft, version=0)
    assert saved.json()["picture"]["url"].endswith(f"{picture}.webp")
