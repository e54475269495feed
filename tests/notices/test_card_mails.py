"""What stands in a mail about a stamp card, and where it leads."""

import re

from bench.post import Post
from loyalnest import notices
from loyalnest.entrypoints import doors
from loyalnest.kernel import clock, relay
from loyalnest.kernel.database import Database
from tests.doors import house
from tests.messaging.cast import ADDRESS, a_worker, open_bakery, settled, until
from tests.stamps import cafe
from tests.stamps.cafe import Cafe


async def test_a_mail_about_a_card_leads_its_guest_to_the_card_and_speaks_of_no_points(
    database: Database,
) -> None:
    bakery = await open_bakery(database)
    shop = Cafe(database, bakery.merchant_id)
    (guest,) = await bakery.enrols(1)
    card = await shop.card(await shop.draws_up(cafe.terms(name="House card")), guest)
    async with Post().open() as post:
        await bakery.uses(post)
        await shop.gives(card, 7, at=clock.now())
        await relay.settle(database, [notices.NOTICES], clock=clock.now)
        async with a_worker(database):
            await until(lambda: settled(bakery))
    (mail,) = [it for it in post.taken if "House card" in it["text"]]
    assert "Free coffee" in mail["subject"]
    words = re.sub(r"<[^>]+>", " ", mail["html"])
    assert "House card" in words
    told = re.sub(r"https?://\S+", "", f"{words}{mail['text']}{mail['subject']}")  # any letters
    assert "point" not in told.lower()
    assert card.card.id.hex not in f"{mail['html']}{mail['text']}"
    links = re.findall(rf'href="{ADDRESS}(/m/[^"]+)"', mail["html"])
    place = database.settings.address
    async with house(database, parts=doors.parts(database, database.settings)) as client:
        led = {(await client.get(it)).headers["location"] for it in links}
        (to,) = [it for it in led if it.startswith(f"{place}/card/")]
        page = await client.get(to.removeprefix(place))
    assert page.status_code == 200
    assert "House card" in page.text
