"""Whole stories: a message goes out by a vendor, and what the vendor tells of it comes home."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from loyalnest import consents, messaging
from loyalnest.entrypoints import reporting
from loyalnest.integrations import mailchimp, ses, twilio
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.inbox import Intake, drain
from loyalnest.messaging import Channel, Offer, Reason, State
from tests import emulators
from tests.emulators import Callback, Cut
from tests.integrations.vendors.cast import way_to
from tests.messaging.cast import (
    ADDRESS,
    Bakery,
    a_worker,
    by_day,
    open_bakery,
    settled,
    until,
)

FROM = {Channel.EMAIL: "hello@cafe.example", Channel.SMS: "+15005550006"}


@dataclass
class Line:
    """A bakery, the vendor that carries for it, and the door that the vendor reports to."""

    bakery: Bakery
    vendor: Any
    offer: Offer
    client: httpx.AsyncClient

    async def says(self, channel: Channel) -> None:
        """Every member is told something."""
        await self.bakery.asks(self.bakery.people, channels=[channel])
        async with a_worker(self.bakery.database, self.offer, now=by_day):
            await until(lambda: settled(self.bakery))

    async def hears(self, *told: Callback) -> list[int]:
        """The vendor reports, and a worker takes it in."""
        answers = [(await it.deliver(self.client)).status_code for it in told]
        await drain(self.bakery.database, reporting.providers(), clock=clock.now)
        return answers

    async def held(self, channel: str) -> list[str]:
        """Why addresses get nothing on a channel."""
        async with self.bakery.database.tenant(self.bakery.merchant_id) as session:
            found = await consents.list_suppressions(session, before=None, limit=100)
        return [it.reason.value for it in found if it.channel.value == channel]


@asynccontextmanager
async def line_of(
    database: Database, vendor: Any, offer: Offer, channel: Channel, values: Mapping[str, str]
) -> AsyncGenerator[Line]:
    bakery = await open_bakery(database)
    await bakery.enrols(2)
    setup = messaging.Setup(channel, FROM[channel], "Bakery", values)
    async with database.tenant(bakery.merchant_id) as session:
        await messaging.set_up(session, setup, offer, actor="test", now=clock.now())

    async def fetch(url: str) -> bytes:
        async with httpx.AsyncClient(trust_env=False) as client:
            path = httpx.URL(url).raw_path.decode()
            return (await client.get(f"{vendor.url}{path}")).content

    settings = database.settings.model_copy(update={"public_url": ADDRESS})
    async with Intake(database) as intake:
        door = reporting.door(intake, database, settings, fetch=fetch)
        transport = httpx.ASGITransport(Starlette(routes=[door]))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            yield Line(bakery, vendor, offer, client)


@pytest.fixture
async def by_twilio(lasting_database: Database) -> AsyncGenerator[Line]:
    async with emulators.Twilio() as vendor:
        values = {"account_sid": vendor.account, "auth_token": vendor.auth_token}
        offer = twilio.offer(way_to(vendor, now=by_day()))
        async with line_of(lasting_database, vendor, offer, Channel.SMS, values) as line:
            yield line


@pytest.fixture
async def by_ses(lasting_database: Database) -> AsyncGenerator[Line]:
    async with emulators.Ses() as vendor:
        values = {
            "region": vendor.region,
            "access_key_id": vendor.access_key,
            "secret_access_key": vendor.secret_key,
            "topic_arn": vendor.topic,
        }
        offer = ses.offer(way_to(vendor))
        async with line_of(lasting_database, vendor, offer, Channel.EMAIL, values) as line:
            yield line


@pytest.fixture
async def by_mailchimp(lasting_database: Database) -> AsyncGenerator[Line]:
    async with emulators.Mailchimp() as vendor:
        values = {"api_key": vendor.key, "webhook_key": vendor.webhook_key}
        offer = mailchimp.offer(way_to(vendor))
        async with line_of(lasting_database, vendor, offer, Channel.EMAIL, values) as line:
            yield line


async def test_twilio_tells_who_got_it_and_whose_number_is_none(by_twilio: Line) -> None:
    first, second = [f"+4477009{n:05}" for n in range(2)]
    by_twilio.vendor.fates[second] = 30005
    await by_twilio.says(Channel.SMS)
    one, other = by_twilio.vendor.messages
    assert {one.to, other.to} == {first, second}
    told = [*by_twilio.vendor.settle(one), *by_twilio.vendor.settle(other)]
    assert await by_twilio.hears(*reversed(told), *told) == [200] * 8
    assert sorted(await by_twilio.bakery.states()) == [State.DELIVERED, State.FAILED]
    assert await by_twilio.held("sms") == ["invalid"]
    await by_twilio.says(Channel.SMS)
    assert [it.to for it in by_twilio.vendor.messages[2:]] == [first]


async def test_a_stop_word_ends_it_for_whoever_wrote_it(by_twilio: Line) -> None:
    await by_twilio.says(Channel.SMS)
    sender = await by_twilio.bakery.sender(Channel.SMS)
    url = f"{ADDRESS}/webhooks/twilio/{sender_name(sender)}"
    stop = by_twilio.vendor.write_in(url, sender="+447700900000", body="¡Baja, por favor!")
    thanks = by_twilio.vendor.write_in(url, sender="+447700900001", body="Thanks!")
    assert await by_twilio.hears(stop, thanks, stop) == [200] * 3
    assert await by_twilio.held("sms") == ["stopped"]
    await by_twilio.says(Channel.SMS)
    assert [it.to for it in by_twilio.vendor.messages[2:]] == ["+447700900001"]


async def test_an_answer_that_was_lost_is_found_and_nobody_is_told_twice(by_twilio: Line) -> None:
    by_twilio.vendor.then(Cut(done=True), Cut(done=True))
    await by_twilio.says(Channel.SMS)
    assert len(by_twilio.vendor.messages) == 2
    assert len({it.to for it in by_twilio.vendor.messages}) == 2
    assert set(await by_twilio.bakery.states()) <= {State.QUEUED, State.SENT}


async def test_ses_tells_of_a_bounce_and_of_a_complaint_by_sns(by_ses: Line) -> None:
    await by_ses.says(Channel.EMAIL)
    sender = await by_ses.bakery.sender()
    url = f"{ADDRESS}/webhooks/ses/{sender_name(sender)}"
    one, other = by_ses.vendor.mails
    report = by_ses.vendor.report
    told = [
        report(url, one, "Delivery"),
        report(url, one, "Complaint", version="2"),
        report(url, other, "Bounce", bounceType="Permanent"),
    ]
    assert await by_ses.hears(by_ses.vendor.invite(url), *told, *told) == [200] * 7
    assert sorted(await by_ses.bakery.states()) == [State.DELIVERED, State.FAILED]
    assert sorted(await by_ses.held("email")) == ["bounced", "complained"]
    await by_ses.says(Channel.EMAIL)
    assert len(by_ses.vendor.mails) == 2


async def test_a_report_settles_what_was_in_doubt(by_mailchimp: Line) -> None:
    """It names the message by our own id, so it needs no answer of the vendor's."""
    vendor = by_mailchimp.vendor
    await by_mailchimp.bakery.asks(by_mailchimp.bakery.people[:1])
    vendor.then(Cut(done=True))
    async with a_worker(by_mailchimp.bakery.database, by_mailchimp.offer, now=by_day):
        await until(lambda: vendor.mails)
        sender = await by_mailchimp.bakery.sender()
        url = f"{ADDRESS}/webhooks/mailchimp/{sender_name(sender)}"
        (mail, *_) = vendor.mails
        assert await by_mailchimp.hears(vendor.report(url, mail, "delivered")) == [200]
        await until(lambda: settled(by_mailchimp.bakery))
    assert await by_mailchimp.bakery.states() == [State.DELIVERED]


async def test_what_was_set_aside_is_not_lost_with_its_neighbours(by_twilio: Line) -> None:
    await by_twilio.says(Channel.SMS)
    one, other = by_twilio.vendor.messages
    odd = by_twilio.vendor.signed(
        one.status_callback, {"MessageSid": one.sid, "MessageStatus": "lost"}
    )
    good = by_twilio.vendor.report(other, "delivered")
    assert await by_twilio.hears(odd, good) == [200, 200]
    assert sorted(await by_twilio.bakery.states()) == [State.DELIVERED, State.QUEUED]
    found = await by_twilio.bakery.deliveries(reason=Reason.REFUSED.value)
    assert found == []


def sender_name(sender: messaging.Sender) -> str:
    return to_wire(messaging.SENDER_PREFIX, sender.id)
