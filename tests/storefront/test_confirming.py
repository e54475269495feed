"""An address that was left on a page is asked to confirm it, by a mail to it and to nobody else."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import httpx
import pytest

from loyalnest import consents, customers, storefront
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from tests.doors import bearing, make_key
from tests.mail import Mailroom, mailroom
from tests.storefront.pages import Desk
from tests.storefront.test_captures import AGREED, EVE, ask_for_addresses, leave

ARABIC = "يمكنكم مراسلتي."


@pytest.fixture
async def room(database: Database) -> AsyncGenerator[Mailroom]:
    async with mailroom(database) as room:
        await room.asks_twice()
        yield room


async def left(room: Mailroom, email: str = EVE, language: str = "en") -> httpx.Response:
    desk = Desk(room.client, bearing(await make_key(room.shop.database, room.shop.merchant_id)))
    found = (await desk.gets("GET", "nudges"))["items"]
    arabic = {"title": "خصم", "consent": ARABIC}
    asked = found[0] if found else await ask_for_addresses(desk, translations={"ar": arabic})
    answer = await leave(room.client, room.shop, asked, email, language=language)
    assert answer.status_code == 202, answer.text
    return answer


async def captured(room: Mailroom) -> list[storefront.Capture]:
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        return await storefront.list_captures(session, limit=10)


@pytest.mark.parametrize(("language", "words"), [("en", AGREED), ("ar", ARABIC)])
async def test_a_stranger_confirms_and_has_agreed_once_they_are_a_customer(
    room: Mailroom, language: str, words: str
) -> None:
    await left(room, language=language)
    await room.sends()
    (mail,) = room.mails(EVE)
    assert mail.language == language
    link = await room.clicks(mail)
    page = await room.client.get(link)
    assert words in page.text
    assert f'lang="{language}"' in page.text
    assert (await captured(room))[0].confirmed_at is None
    for _ in range(2):
        assert (await room.client.post(link)).status_code == 200
    (it,) = await captured(room)
    assert it.confirmed_at
    assert it.customer_id is None
    merchant_id = room.shop.merchant_id
    async with room.shop.database.tenant(merchant_id) as session:
        contact = customers.Contact(merchant_id, email=EVE)
        (eve,) = await customers.identify_many(session, [contact], now=clock.now())
    await room.hears(storefront.CAPTURES)
    async with room.shop.database.tenant(merchant_id) as session:
        assert eve
        (said,) = [it.said for it in await consents.history_of(session, eve)]
    assert (said.state, said.proof.words) == (consents.State.GRANTED, words)


async def test_an_address_that_is_left_again_and_again_hears_once(room: Mailroom) -> None:
    for _ in range(4):
        await left(room)
    await room.sends()
    assert len(room.mails(EVE)) == 1


async def test_an_address_that_was_taken_back_is_not_written_to(room: Mailroom) -> None:
    await left(room)
    (it,) = await captured(room)
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        await storefront.forget_email(session, it.id, now=clock.now())
    await room.sends()
    assert room.mails(EVE) == []


async def test_a_link_is_good_for_a_week(room: Mailroom) -> None:
    await left(room)
    (it,) = await captured(room)
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        old = clock.now() - timedelta(days=8)
        link = await consents.address_link(session, it.id, now=old)
    assert (await room.client.post(link)).status_code == 410
    assert (await captured(room))[0].confirmed_at is None
