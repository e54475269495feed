"""A friend opens a link, sees what they were promised, and takes the code along to the shop."""

from collections.abc import AsyncGenerator
from urllib.parse import urlencode

import pytest

from loyalnest import customers, referrals
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.referrals.values import Days
from tests.conftest import NOW
from tests.contracts.shopify.bodies import order
from tests.integrations.shopify.test_proxy import signed
from tests.shop import ADA
from tests.storefront.readers import SECRET, Reading, Seen, draw_up, promise, reading


@pytest.fixture
async def reader(lasting_database: Database) -> AsyncGenerator[Reading]:
    async with reading(lasting_database) as reader:
        await draw_up(reader.shop)
        yield reader


async def code_of_ada(reader: Reading) -> str:
    await reader.shop.tells(("orders/paid", order(customer={"id": 7, "email": ADA})))
    ada = from_wire("cus", await reader.shop.customer_id(ADA))
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        return (await referrals.code_of(session, ada, now=NOW)).code


async def clicks(reader: Reading) -> dict[str, int]:
    today = NOW.date()
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        return dict((await referrals.analytics(session, Days(today, today))).clicks)


async def test_a_friend_is_told_what_they_get_and_takes_the_code_along(reader: Reading) -> None:
    code = await code_of_ada(reader)
    answer = await reader.lands(code.lower())
    assert answer.status_code == 200, answer.text
    seen = Seen(answer.text)
    for words in ("A friend invites you to Bakery", "70 points", code, "£10 or more"):
        assert words in seen.text, seen.text
    onward = seen.all("a", rel="nofollow")
    assert [it["href"] for it in onward] == [f"https://{reader.domain}/?ref={code}"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "set-cookie" not in answer.headers
    assert ADA not in answer.text
    german = await reader.lands(code, **{"Accept-Language": "de-AT,de;q=0.9"})
    assert german.headers["Content-Language"] == "de"

    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        await promise(reader.shop, session, link="https://bakery.example/hello?from={code}")
    seen = Seen((await reader.lands(code)).text)
    assert f"https://bakery.example/hello?from={code}" in [it["href"] for it in seen.all("a")]


async def test_links_lead_here_until_the_merchant_says_otherwise(reader: Reading) -> None:
    code = await code_of_ada(reader)
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        promised = (await referrals.settings_of(session)).settings
        link = await referrals.link_of(session, promised)
        assert link
        assert link.replace("{code}", code).endswith(f"/r/{reader.domain}/{code}")
        elsewhere = "https://bakery.example/?ref={code}"
        told = promised.model_copy(update={"link": elsewhere})
        assert await referrals.link_of(session, told) == elsewhere
    await reader.shop.tells(("app/uninstalled", {"id": 1}))
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        assert await referrals.link_of(session, promised) is None


async def test_a_visit_counts_once_and_what_looks_for_itself_counts_nothing(
    reader: Reading,
) -> None:
    code = await code_of_ada(reader)
    for _ in range(3):
        await reader.lands(code, via="whatsapp")
    await reader.lands(code, **{"User-Agent": "WhatsApp/2.23"})
    await reader.lands(code, **{"User-Agent": "Chrome", "Sec-Purpose": "prefetch;prerender"})
    await reader.client.head(f"/r/{reader.domain}/{code}", headers={"User-Agent": "Edge"})
    assert await clicks(reader) == {"whatsapp": 1}
    await reader.lands(code, **{"User-Agent": "Safari"})
    assert await clicks(reader) == {"whatsapp": 1, "link": 1}
    for number in range(15):  # one place that pretends to be many is believed only so often
        await reader.lands(code, **{"User-Agent": f"Safari {number}"})
    assert 3 <= (await clicks(reader))["link"] < 16


async def test_a_code_that_brings_nobody_is_answered_kindly(reader: Reading) -> None:
    code = await code_of_ada(reader)

    async def is_gone(code: str) -> bool:
        answer = await reader.lands(code)
        seen = Seen(answer.text)
        assert "You are welcome all the same." in seen.text
        assert code not in answer.text
        assert f"https://{reader.domain}" in [it["href"] for it in seen.all("a")]
        return answer.status_code == 404 and "no longer valid" in seen.text

    assert await is_gone("NOBODYSNOW")
    assert await is_gone("%3Cscript%3Ealert(1)")
    assert await is_gone("x" * 2000)
    await reader.shop.sets(switches={"referrals": "paused"}, now=NOW)
    assert await is_gone(code)
    await reader.shop.sets(switches={"referrals": "on"}, now=NOW)
    assert (await reader.lands(code)).status_code == 200
    ada = from_wire("cus", await reader.shop.customer_id(ADA))
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        await customers.erase_customer(
            session, merchant_id=reader.shop.merchant_id, customer_id=ada, now=NOW
        )
    assert await is_gone(code)
    elsewhere = await reader.client.get(f"/r/nobody.myshopify.com/{code}")
    assert elsewhere.status_code == 404


async def test_a_friend_lands_on_the_shops_own_domain(reader: Reading) -> None:
    code = await code_of_ada(reader)
    asked = [
        ("shop", reader.domain),
        ("path_prefix", "/apps/points"),
        ("timestamp", str(int(NOW.timestamp()))),
        ("logged_in_customer_id", ""),
    ]
    own = f"https://{reader.domain}/apps/points/pages/r/{{code}}"
    async with reader.shop.database.tenant(reader.shop.merchant_id) as session:
        await promise(reader.shop, session, link=own)
    query = urlencode([*asked, ("signature", signed(asked, SECRET))])
    for visitor in ("198.51.100.1", "198.51.100.2", "198.51.100.1"):
        answer = await reader.client.get(
            f"/proxy/shopify/pages/r/{code}?{query}",
            headers={"User-Agent": "Firefox", "X-Forwarded-For": visitor},
        )
        assert answer.status_code == 200, answer.text
    links = [it["href"] for it in Seen(answer.text).all("a")]
    assert f"https://{reader.domain}/?ref={code}" in links  # on, and not here again
    assert await clicks(reader) == {"link": 2}
