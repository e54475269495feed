"""Friends are invited by the program: once, in an advocate's name, and not against their will."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from loyalnest import consents, customers, messaging, referrals
from loyalnest.consents import Channel as On
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import State
from loyalnest.referrals import InviteBy, Invited
from loyalnest.referrals.inviting import mailbox_of, signature_of
from tests.doors import bearing, make_key
from tests.mail import Mailroom, links_in, mailroom

ADA, BEA, EVE = "ada@example.com", "bea@example.com", "eve@example.com"
OK, ALREADY = Invited.ACCEPTED, Invited.ALREADY_INVITED


@pytest.fixture
async def room(database: Database) -> AsyncGenerator[Mailroom]:
    async with mailroom(database) as room:
        await promises(room)
        yield room


async def promises(room: Mailroom, **settings: Any) -> None:
    promised = referrals.ReferralSettings.model_validate({"enabled": True} | settings)
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        await referrals.save(session, promised, actor="test", now=clock.now())


async def member(room: Mailroom, email: str = ADA, name: str = "Ada Lovelace") -> UUID:
    merchant_id = room.shop.merchant_id
    contact = customers.Contact(merchant_id, email=email, name=name, locale="en")
    async with room.shop.database.tenant(merchant_id) as session:
        (id_,) = await customers.identify_many(session, [contact], now=clock.now())
        assert id_
        await customers.enrol_many(session, [(merchant_id, id_)], now=clock.now())
    return id_


async def invites(room: Mailroom, who: UUID, *addresses: str, **more: Any) -> list[Invited]:
    more = {"by": InviteBy.EMAIL, "now": clock.now()} | more
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        return await referrals.invite(session, who, addresses, **more)


async def invited(room: Mailroom, who: UUID | None = None) -> list[referrals.Invitation]:
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        return await referrals.list_invitations(session, advocate=who, limit=100)


async def comes(room: Mailroom, who: UUID, code_of: UUID) -> None:
    """A friend uses an advocate's code."""
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        code = await referrals.code_of(session, code_of, now=clock.now())
        await referrals.claim(session, code=code.code, friend_id=who, actor="test", now=clock.now())
    await room.hears(referrals.INVITATIONS)


async def test_a_friend_gets_the_advocates_link_and_nothing_else_of_theirs(room: Mailroom) -> None:
    ada = await member(room)
    assert await invites(room, ada, EVE) == [OK]
    await room.sends()
    (mail,) = room.mails(EVE)
    landing = await room.clicks(mail)
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        code = (await referrals.code_of(session, ada, now=clock.now())).code
    assert landing.endswith(f"/{code}?via=email")
    assert (await room.client.get(landing)).status_code == 200
    assert "Lovelace" not in (mail.text or "") + (mail.html or "")
    assert dict(mail.headers)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (shown,) = await invited(room, ada)
    assert (shown.state, shown.clicked_at is not None) == ("sent", True)


async def test_an_address_is_forgotten_as_soon_as_the_invitation_went(room: Mailroom) -> None:
    ada = await member(room)
    await invites(room, ada, EVE)
    (shown,) = await invited(room)
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        assert (await consents.find_addressees(session, [shown.id]))[shown.id].address == EVE
    await room.sends()
    await room.hears(referrals.INVITATIONS)
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        assert (await consents.find_addressees(session, [shown.id]))[shown.id].address is None
    async with room.shop.database.platform() as session:
        events = await session.scalars(text("SELECT data::text FROM events"))
        assert not [it for it in events if "eve" in it.lower()]


async def test_one_click_ends_it_for_good_whoever_invites(room: Mailroom) -> None:
    ada, bea = await member(room), await member(room, BEA, "Bea")
    await invites(room, ada, EVE)
    await room.sends()
    way_out = links_in(room.mails(EVE)[0])[-1]
    assert (await room.client.get(way_out)).status_code == 200
    assert (await room.client.post(way_out, data={"List-Unsubscribe": "One-Click"})).is_success
    async with room.shop.database.platform() as session:
        ago = "UPDATE referral_invitations SET asked_at = asked_at - interval '100 days'"
        await session.execute(text(ago))
    assert await invites(room, bea, EVE) == [OK]  # and is told nothing of it
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        held = await consents.find_suppressions(session, channel=On.EMAIL, address=EVE)
        assert [it.reason for it in held] == [consents.Reason.UNSUBSCRIBED]
    await room.sends()
    assert len(room.mails(EVE)) == 1


async def test_a_friend_hears_once_in_90_days_however_the_address_is_written(
    room: Mailroom,
) -> None:
    ada, bea = await member(room), await member(room, BEA, "Bea")
    spellings = ("e.v.e@gmail.com", "Eve+shop@GoogleMail.com", "eve@gmail.com")
    assert await invites(room, ada, *spellings) == [OK, ALREADY, ALREADY]
    assert await invites(room, ada, "eve+x@gmail.com") == [ALREADY]
    assert await invites(room, bea, "eve@gmail.com") == [OK]  # looks like any other
    await room.sends()
    assert len(room.mails("")) == 1
    later = clock.now() + timedelta(days=91)
    assert await invites(room, ada, "eve@gmail.com", now=later) == [OK]


async def test_nobody_learns_who_is_a_customer(room: Mailroom) -> None:
    ada, _ = await member(room), await member(room, BEA, "Bea")
    assert await invites(room, ada, BEA, EVE) == [OK, OK]
    await room.sends()
    assert (room.mails(BEA), len(room.mails(EVE))) == ([], 1)
    assert [it.state for it in await invited(room, ada)] == ["sent", "sent"]


async def test_what_is_wrong_is_said_of_each_address_by_itself(room: Mailroom) -> None:
    ada = await member(room)
    await promises(room, invitations_per_day=2)
    evil = "eve@example.com\r\nBcc: all@example.com"
    said = await invites(
        room, ada, "no address", evil, "ADA+me@example.com", "a@x.example", "b@x.example", EVE
    )
    assert said == ["invalid", "invalid", "own_address", OK, OK, "too_many_today"]
    assert await invites(room, ada, EVE) == ["too_many_today"]
    tomorrow = clock.now() + timedelta(days=1, minutes=1)
    assert await invites(room, ada, EVE, now=tomorrow) == [OK]


@pytest.mark.parametrize(
    ("name", "signed"),
    [
        ("Ada", "Ada"),
        ("Anne-Marie  O'Neill", "Anne-Marie O'Neill"),
        ("עדה", "עדה"),
        ("अदा", "अदा"),
        ("www.evil.example", None),
        ("Win 1000 €", None),
        ("Ada\r\nBcc: x", None),
        ("https://evil", None),
        ("one two three four", None),
        ("{{ program }}", None),
        ("<b>Ada</b>", None),
        ("A" * 31, None),
        ("\u202eadA", None),
        ("'", None),
        ("", None),
    ],
)
def test_a_name_is_a_name_or_is_left_out(name: str, signed: str | None) -> None:
    assert signature_of(name) == signed


def test_what_ends_in_one_mailbox_is_one() -> None:
    assert mailbox_of(On.EMAIL, "a.n.na+x@googlemail.com") == "anna@gmail.com"
    assert mailbox_of(On.EMAIL, "a.n.na+x@example.com") == "a.n.na@example.com"
    assert mailbox_of(On.EMAIL, "+x@example.com") == "+x@example.com"
    assert mailbox_of(On.SMS, "+441234567890") == "+441234567890"


async def test_texts_go_only_where_the_merchant_wants_them(room: Mailroom) -> None:
    ada = await member(room)
    with pytest.raises(referrals.InvitationsOff):
        await invites(room, ada, "+447700900123", by=InviteBy.SMS)
    await promises(room, invite_by=("email", "sms"))
    with pytest.raises(referrals.InvitationsOff):  # and has somebody to carry them
        await invites(room, ada, "+447700900123", by=InviteBy.SMS)
    await promises(room, invite_by=())
    with pytest.raises(referrals.InvitationsOff):
        await invites(room, ada, EVE)


async def test_who_came_of_it_is_seen_by_both(room: Mailroom) -> None:
    ada = await member(room)
    await invites(room, ada, EVE, "fay@example.com")
    await room.sends()
    await comes(room, await member(room, EVE, "Eve"), ada)
    assert sorted(it.state for it in await invited(room, ada)) == ["joined", "sent"]
    key = bearing(await make_key(room.shop.database, room.shop.merchant_id))
    figures = await room.client.get("/v1/api/referrals/analytics", headers=key)
    assert figures.json()["invitations"] == {
        "asked": 2,
        "sent": 2,
        "clicked": 0,
        "joined": 1,
        "bought": 0,
    }
    listed = (await room.client.get("/v1/api/referrals/invitations", headers=key)).json()["items"]
    assert {it["state"] for it in listed} == {"sent", "joined"}
    assert "example.com" not in str(listed)


async def test_nobody_is_invited_in_the_name_of_who_was_forgotten(room: Mailroom) -> None:
    ada = await member(room)
    await invites(room, ada, EVE)
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        await customers.erase_customer(
            session,
            merchant_id=room.shop.merchant_id,
            customer_id=ada,
            now=clock.now(),
        )
    await room.hears(referrals.INVITATIONS)
    await room.sends()
    assert room.mails(EVE) == []
    async with room.shop.database.tenant(room.shop.merchant_id) as session:
        (told,) = await messaging.list_deliveries(
            session, messaging.Filters(), before=None, limit=9
        )
    assert told.state is State.DROPPED


async def test_a_customer_invites_by_their_own_door(room: Mailroom) -> None:
    ada = await member(room)
    key = bearing(await make_key(room.shop.database, room.shop.merchant_id))
    named = to_wire(customers.WIRE_PREFIX, ada)
    opened = await room.client.post(f"/v1/api/customers/{named}/sessions", headers=key)
    own = bearing(opened.json()["token"])

    async def asks(**body: Any) -> httpx.Response:
        return await room.client.post("/v1/api/me/invitations", json=body, headers=own)

    said = await asks(addresses=[EVE, "nonsense"])
    assert (said.status_code, said.json()) == (202, {"answers": ["accepted", "invalid"]})
    seen = (await room.client.get("/v1/api/me/invitations", headers=own)).json()
    assert (seen["channels"], [it["state"] for it in seen["items"]]) == (["email"], ["sent"])
    assert "example.com" not in str(seen)
    assert (await asks(addresses=[f"a{n}@x.example" for n in range(11)])).status_code == 422
    assert (await asks(addresses=[EVE], message="Buy now")).status_code == 422
    by_server = {"advocate_customer_id": named, "addresses": ["fay@example.com"]}
    answer = await room.client.post("/v1/api/referrals/invitations", json=by_server, headers=key)
    assert answer.json() == {"answers": ["accepted"]}
