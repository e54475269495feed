"""Who is said to have agreed says so once more, by a link that reaches nobody but them."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from loyalnest import consents, customers, notices
from loyalnest.consents import Channel, Proof, Purpose, State, Way
from loyalnest.customers import Contact
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from tests.doors import bearing, make_key
from tests.mail import Mailroom, mailroom

WORDS = {"de": "Ja, schreibt mir.", "ar": "نعم، راسلوني."}


@pytest.fixture
async def room(database: Database) -> AsyncGenerator[Mailroom]:
    async with mailroom(database) as room:
        await room.asks_twice()
        yield room


async def member(room: Mailroom, email: str, language: str = "de") -> UUID:
    merchant_id = room.shop.merchant_id
    contact = Contact(merchant_id, email=email, name="Anna", locale=language)
    async with room.shop.database.tenant(merchant_id) as session:
        (id_,) = await customers.identify_many(session, [contact], now=clock.now())
    assert id_
    return id_


async def fills_in(room: Mailroom, who: UUID, language: str = "de") -> httpx.Response:
    """A form on the shop's pages tells that somebody agreed."""
    key = bearing(await make_key(room.shop.database, room.shop.merchant_id))
    said = {
        "purpose": "outreach",
        "channel": "email",
        "granted": True,
        "way": "form",
        "words": WORDS[language],
        "language": language,
    }
    path = f"/v1/api/customers/{to_wire(customers.WIRE_PREFIX, who)}/consents"
    answer = await room.client.post(path, json=said, headers=key)
    assert answer.status_code == 201, answer.text
    await room.hears(notices.CONFIRMATIONS)
    return answer


async def stands(room: Mailroom, who: UUID) -> State | None:
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        found = await consents.standings_of(session, who)
    wanted = (Purpose.OUTREACH, Channel.EMAIL)
    return next(it.state for it in found if (it.purpose, it.channel) == wanted)


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("ar", "rtl")])
async def test_from_the_form_by_the_mail_to_a_consent_with_its_proof(
    room: Mailroom, language: str, direction: str
) -> None:
    anna = await member(room, "anna@example.com", language)
    await fills_in(room, anna, language)
    assert await stands(room, anna) is State.PENDING
    await room.sends()
    (mail,) = room.mails("anna@example.com")
    assert mail.language == language
    assert f'dir="{direction}"' in (mail.html or "")
    link = await room.clicks(mail)
    asked = await room.client.get(link)
    assert (asked.status_code, WORDS[language] in asked.text) == (200, True)
    assert f'lang="{language}" dir="{direction}"' in asked.text
    assert await stands(room, anna) is State.PENDING  # a scanner has looked, and no more
    assert (await room.client.post(link)).status_code == 200
    assert await stands(room, anna) is State.GRANTED
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        proof = (await consents.history_of(session, anna))[0].said.proof
    assert (proof.way, proof.words, proof.language) == (Way.LINK, WORDS[language], language)


async def test_a_form_used_against_somebody_sends_them_three_mails_a_day_at_the_most(
    room: Mailroom,
) -> None:
    anna = await member(room, "anna@example.com")
    for _ in range(5):
        await fills_in(room, anna)
    await room.sends()
    assert len(room.mails("anna@example.com")) == 1  # no two within two minutes


async def test_who_wishes_for_it_is_sent_the_link_again_as_often_as_is_sensible(
    room: Mailroom,
) -> None:
    anna = await member(room, "anna@example.com")
    database, merchant_id = room.shop.database, room.shop.merchant_id
    now = clock.now()
    async with database.tenant(merchant_id) as session:
        with pytest.raises(notices.NothingToConfirm):
            await notices.ask_again(session, anna, now=now)
    await fills_in(room, anna)
    with pytest.raises(notices.ConfirmationTooOften):
        async with database.tenant(merchant_id) as session:
            await notices.ask_again(session, anna, now=clock.now())
    for minutes in (5, 10):
        async with database.tenant(merchant_id) as session:
            await notices.ask_again(session, anna, now=now + timedelta(minutes=minutes))
    with pytest.raises(notices.ConfirmationTooOften):
        async with database.tenant(merchant_id) as session:
            await notices.ask_again(session, anna, now=now + timedelta(hours=9))
    await room.sends()
    mails = room.mails("anna@example.com")
    assert len(mails) == 3
    link = await room.clicks(mails[0])
    assert (await room.client.post(link)).status_code == 200
    assert await stands(room, anna) is State.GRANTED


async def test_nobody_is_asked_what_they_said_themselves_or_take_back(room: Mailroom) -> None:
    anna = await member(room, "anna@example.com")
    await fills_in(room, anna)
    ben = await member(room, "ben@example.com")
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        for who, granted, way in ((ben, True, Way.STAFF), (anna, False, Way.CUSTOMER_PAGE)):
            await consents.say(
                session,
                who,
                purpose=Purpose.OUTREACH,
                channel=Channel.EMAIL,
                granted=granted,
                proof=Proof(way, "test", words="Yes."),
                now=clock.now(),
            )
    await room.hears(notices.CONFIRMATIONS)
    await room.sends()
    assert room.mails("ben@example.com") == []
    # It was asked for before she took it back; its link does nothing any more.
    link = await room.clicks(room.mails("anna@example.com")[0])
    assert (await room.client.post(link)).status_code == 410
    assert await stands(room, anna) is State.WITHDRAWN


async def test_without_asking_twice_nobody_is_asked(room: Mailroom) -> None:
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        settings = consents.ConsentSettings(double_opt_in=False)
        await consents.save_settings(session, settings, actor="test", now=clock.now())
    anna = await member(room, "anna@example.com")
    await fills_in(room, anna)
    await room.sends()
    assert (room.mails(""), await stands(room, anna)) == ([], State.GRANTED)
