"""The door for reports, with a sender at every vendor behind it, and emulators that knock."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from sqlalchemy import text
from starlette.applications import Starlette

from loyalnest.integrations import klaviyo, mailchimp, meta, postscript, reports, ses, twilio
from loyalnest.integrations.reports import Reports
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.inbox import Delivery, Intake
from loyalnest.messaging import Account, Provider, SenderId
from tests.conftest import NOW
from tests.doors import Hands
from tests.emulators import Callback, Klaviyo, Mailchimp, Meta, Postscript, Ses, Twilio
from tests.emulators.meta import Message
from tests.integrations.vendors.cast import ADA, CASES, PHONE
from tests.shop import Shop, open_shop

ADDRESS = "https://nest.example"


@dataclass
class Post:
    """What vendors knock at."""

    client: httpx.AsyncClient
    database: Database
    shop: Shop
    vendors: Mapping[str, Any]
    accounts: dict[str, Account]
    fetched: list[str]
    hands: Hands

    def url(self, name: str) -> str:
        """Where a vendor reports to."""
        sender = to_wire("snd", self.accounts[name].sender_id)
        return f"{ADDRESS}/webhooks/{name}/{sender}"

    def report_of(self, name: str) -> Callback:
        """A report that this vendor could send at any time."""
        return report_of(self.vendors[name], self.url(name))

    async def kept(self) -> list[tuple[str, str, str]]:
        """What the inbox holds: provider, topic and state."""
        async with self.database.tenant(self.shop.merchant_id) as session:
            rows = await session.execute(
                text("SELECT provider, topic, state FROM deliveries ORDER BY id")
            )
            return [(row[0], row[1], row[2]) for row in rows]


def report_of(vendor: Any, url: str) -> Callback:
    """A report that this vendor could send at any time."""
    match vendor:
        case Twilio():
            fields = {"MessageSid": "SM1", "MessageStatus": "sent", "AccountSid": vendor.account}
            return vendor.signed(url, fields)
        case Meta():
            message = Message("wamid.1", PHONE, {"type": "template"}, None)
            return vendor.report(url, vendor.status_of(message, "sent"))
        case Ses():
            return vendor.notify(url, '{"eventType":"Send","mail":{"messageId":"1"}}')
        case Klaviyo():
            bounced = ("event:klaviyo.bounced_email", {"profile": {"email": ADA}})
            return vendor.report(url, bounced, at=int(NOW.timestamp()))
        case Mailchimp():
            return vendor.signed(url, [{"event": "send", "_id": "1", "ts": 1}])
        case Postscript():
            return vendor.report(url, "shop.subscriber.opt_out", phone=PHONE)
        case _:
            raise AssertionError(vendor)


@asynccontextmanager
async def post_of(database: Database) -> AsyncGenerator[Post]:
    """The door on this database, for a new merchant."""
    shop = await open_shop(database)
    vendors: dict[str, Any] = {name: case.make() for name, case in CASES.items()}
    await vendors["ses"].start()
    accounts = {
        name: replace(case.account(vendors[name]), merchant_id=shop.merchant_id, sender_id=new_id())
        for name, case in CASES.items()
    }
    fetched: list[str] = []
    hands = Hands()

    async def find_account(provider: Provider, sender_id: SenderId) -> Account | None:
        account = accounts[provider.value]
        return account if account.sender_id == sender_id else None

    async with Intake(database, clock=lambda: NOW) as intake:
        route = reports.route(
            intake,
            find_account,
            every_reports(vendors["ses"], fetched),
            address=ADDRESS,
            limit=100_000,
            clock=hands,
        )
        transport = httpx.ASGITransport(Starlette(routes=[route]))
        async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.1") as client:
            yield Post(client, database, shop, vendors, accounts, fetched, hands)
    await vendors["ses"].stop()


def every_reports(vendor: Ses, fetched: list[str]) -> list[Reports]:
    """How each vendor reports; what would be fetched of SNS comes from the emulator."""

    async def fetch(url: str) -> bytes:
        fetched.append(url)
        async with httpx.AsyncClient(trust_env=False) as client:
            asked = httpx.URL(url)
            found = await client.get(f"{vendor.url}{asked.raw_path.decode()}")
        return found.content

    return [
        twilio.REPORTS,
        meta.REPORTS,
        klaviyo.REPORTS,
        mailchimp.REPORTS,
        postscript.REPORTS,
        ses.SesReports(ses.Certificates(fetch)),
    ]


def as_delivery(callback: Callback, provider: str, topic: str) -> Delivery:
    """A callback as a worker finds it in the inbox."""
    body = callback.url.partition("?")[2].encode() + b"\n" + callback.body
    return Delivery(new_id(), new_id(), new_id(), provider, topic, body, None, NOW, 0)
