"""A customer's own page: in by a link, once, without telling anybody who is a customer."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from loyalnest import storefront
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from tests.mail import Mailroom, mailroom
from tests.referrals.test_inviting import ADA, BEA, EVE, member, promises
from tests.storefront.pages import domain_of
from tests.storefront.readers import Seen


@pytest.fixture
async def room(database: Database) -> AsyncGenerator[Mailroom]:
    async with mailroom(database) as room:
        await promises(room)
        yield room


async def asks(room: Mailroom, email: str, language: str = "en") -> httpx.Response:
    path = f"/pages/{await domain_of(room.shop)}/sign-in?language={language}"
    assert (await room.client.get(path)).status_code == 200
    answer = await room.client.post(path, data={"email": email})
    await sees_to_it(room)
    return answer


async def sees_to_it(room: Mailroom, *, later: timedelta = timedelta()) -> None:
    """A worker sees to whoever asked."""
    async with room.shop.database.platform() as session:
        rows = (await session.execute(text("SELECT merchant_id, id FROM sign_in_requests"))).all()
    for row in rows:
        payload = {"merchant_id": str(row.merchant_id), "request_id": str(row.id)}
        await storefront.SEND_LINK.handle(room.shop.database, payload, clock.now() + later)


async def link(room: Mailroom, email: str = ADA) -> str:
    await room.sends(now=clock.now)
    return await room.clicks(room.mails(email)[0])


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("he", "rtl")])
async def test_from_the_form_by_the_mail_to_ones_own_page(
    room: Mailroom, language: str, direction: str
) -> None:
    await member(room)
    await asks(room, " ADA@Example.com ", language)
    path = await link(room)
    await room.client.get(path)  # whoever scans mail has looked
    looked = await room.client.get(path)
    assert (looked.status_code, "set-cookie" in looked.headers) == (200, False)
    assert f'dir="{direction}"' in looked.text
    entered = await room.client.post(path)
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    own = await room.client.get(entered.headers["location"])
    assert (own.status_code, own.headers["cache-control"]) == (200, "no-store")
    assert f'lang="{language}"' in own.text
    assert (await room.client.post(path)).status_code == 410  # once
    domain = await domain_of(room.shop)
    assert (await room.client.post(f"/pages/{domain}/sign-out")).status_code == 303
    room.client.cookies.clear()
    away = await room.client.get(f"/pages/{domain}/account")
    assert (away.status_code, "/sign-in" in away.headers["location"]) == (303, True)


async def test_the_answer_is_the_same_for_every_address(room: Mailroom) -> None:
    await member(room)
    answers = [await asks(room, it) for it in (ADA, EVE, "no address", "", "x" * 5000)]
    assert {it.status_code for it in answers} == {200}
    assert len({it.text for it in answers}) == 1
    await room.sends(now=clock.now)
    assert [it.to for it in room.mails("")] == [(ADA,)]
    async with room.shop.database.platform() as session:
        assert await session.scalar(text("SELECT count(*) FROM sign_in_requests")) == 0


async def test_a_link_that_waited_too_long_is_not_sent(room: Mailroom) -> None:
    await member(room)
    await asks(room, ADA)
    await room.sends(now=lambda: clock.now() + timedelta(minutes=16))
    assert room.mails(ADA) == []


async def test_one_address_gets_three_links_an_hour_and_one_place_asks_ten_times(
    room: Mailroom,
) -> None:
    await member(room)
    said = [(await asks(room, ADA)).status_code for _ in range(11)]
    assert said == [200] * 10 + [429]
    await room.sends(now=clock.now)
    assert len(room.mails(ADA)) == 3


async def test_a_link_that_is_late_or_changed_lets_nobody_in_and_uses_nothing_up(
    room: Mailroom,
) -> None:
    await member(room)
    await asks(room, ADA)
    path = await link(room)
    address, _, query = path.partition("?")
    wrong = f"{address[:-2]}xx?{query}"
    assert (await room.client.post(wrong)).status_code == 410
    crossed = await room.client.post(path, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 404
    assert (await room.client.post(path)).status_code == 303


async def test_what_nobody_saw_to_in_time_is_thrown_away(room: Mailroom) -> None:
    await member(room)
    path = f"/pages/{await domain_of(room.shop)}/sign-in"
    await room.client.post(path, data={"email": ADA})
    await sees_to_it(room, later=timedelta(minutes=20))
    await room.sends(now=clock.now)
    assert room.mails(ADA) == []
    async with room.shop.database.platform() as session:
        assert await session.scalar(text("SELECT count(*) FROM sign_in_requests")) == 0


async def test_friends_are_invited_without_a_script(room: Mailroom) -> None:
    await member(room)
    await member(room, BEA, "Bea")
    await asks(room, ADA)
    entered = await room.client.post(await link(room))
    page = entered.headers["location"]

    async def invites(**sent: Any) -> Seen:
        answer = await room.client.post(page, data=sent)
        assert answer.status_code == 200
        return Seen(answer.text)

    seen = await invites(friends=f"{EVE}\r\n{BEA}, <b>no</b>\n{ADA}")
    assert seen.text.count("Invited") >= 2
    assert "Not an e-mail address" in seen.text
    assert "Your own address" in seen.text
    assert not seen.all("b")
    assert seen.text.count("· Sent") == 2
    again = await room.client.get(page)
    assert EVE not in again.text
    passed_on = Seen(again.text).all("a", rel="noopener noreferrer nofollow")
    ways = [(it["href"] or "").partition("?")[0] for it in passed_on[1:]]
    assert ways == ["mailto:", "https://wa.me/", "sms:"]
    await room.sends()
    assert (len(room.mails(EVE)), room.mails(BEA)) == (1, [])
    crossed = await room.client.post(
        page, data={"friends": "fay@example.com"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert crossed.status_code == 404
