"""What is seen in the catcher on the demo's first day."""

import re
from pathlib import Path

import httpx

from loyalnest.entrypoints import regulars
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from tests.demo_shop.street import Street, eventually, open_street

STAND = 8101000000001


async def mails(street: Street, to: str) -> list[str]:
    """What somebody was sent, the latest first."""
    async with httpx.AsyncClient(base_url=street.mail, trust_env=False) as browser:
        listed = (await browser.get("/", params={"to": to})).text
        found = re.findall(r'href="(/mails/\d+)"', listed)
        return [(await browser.get(f"{it}/html")).text for it in found]


async def everything(street: Street) -> int:
    """How many mails were caught."""
    async with httpx.AsyncClient(base_url=street.mail, trust_env=False) as browser:
        return len(set(re.findall(r'href="(/mails/\d+)"', (await browser.get("/")).text)))


async def test_a_birthday_a_lapse_an_expiry_and_a_friend_are_told_in_each_ones_language(
    database: Database, tmp_path: Path
) -> None:
    async with open_street(database, tmp_path) as street:
        for _ in range(2):  # a second start tells nobody anything again
            await regulars.prepare(database, now=clock.now())
        await eventually(lambda: everything(street), 9)
        for to, language, direction, said in (
            ("grace.holloway", "en", "ltr", ("Happy birthday", "Grace", "Free delivery")),
            ("noor.alhashimi", "ar", "rtl", ("عيد ميلاد سعيد", "نور", "توصيل مجاني")),
            ("tom.ashworth", "en", "ltr", ("We miss you", "Tom")),
            ("salma.nasser", "ar", "rtl", ("اشتقنا إليك", "سلمى")),
            ("priya.nair", "en", "ltr", ("240 points", "expire")),
            ("yousef.khalil", "ar", "rtl", ("يوسف", "تنتهي")),
            ("aoi.sato", "ja", "ltr", ("240",)),
        ):
            (html,) = await mails(street, f"{to}@example.com")
            assert f'lang="{language}"' in html
            assert f'dir="{direction}"' in html
            for words in said:
                assert words in html, (to, words)
        await a_friend_is_brought(street)
        for it in regulars.EVERYBODY:
            assert len(await mails(street, it.email)) == 1, it.email


async def a_friend_is_brought(street: Street) -> None:
    async with street.visitor() as hedy, street.visitor() as layla:
        await hedy.joins("Hedy Lamarr", "hedy@example.com")
        await eventually(hedy.points, 200)
        link: str = (await hedy.asks("POST", "/referral"))["link"]
        await layla.sends("/choose", language="ar", next="/")
        await layla.sees(f"/?ref={link.rpartition('/')[2]}")
        await layla.joins("ليلى حداد", "layla@example.com")
        await eventually(layla.points, 200)
        await layla.asks("PUT", "/preferences", json={"language": "ar"})
        await layla.puts_in_cart(STAND)
        await layla.pays()

        async def hears(to: str, words: str) -> bool:
            return any(words in html for html in await mails(street, to))

        await eventually(lambda: hears("hedy@example.com", "Your friend"), wanted=True)
        await eventually(lambda: hears("layla@example.com", "هدية الترحيب"), wanted=True)
