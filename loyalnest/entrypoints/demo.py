"""The demo: a merchant with a shop and an owner, and a real shop's history that comes in."""

from datetime import date, datetime
from pathlib import Path

from loyalnest import customers, ledger, merchants, orders, platform
from loyalnest.kernel import inbox
from loyalnest.kernel.database import Database

HANDLE = "demo"
SHOP = "demo.myshopify.com"
OWNER = "owner@demo.example.com"
ORIGIN = "hello@demo.example.com"
"""What its mails say they are from."""
LOG = Path(__file__).parents[2] / "data" / "online-retail" / "orders.jsonl.gz"
"""Sent with `loyalnest replay`, which goes on where it was interrupted."""


async def prepare(database: Database, *, now: datetime) -> str | None:
    """Open the demo's merchant unless it is there; its owner's password when it was opened now."""
    async with database.platform() as session:
        if await merchants.find_by_handle(session, HANDLE):
            return None
        opened = await platform.open_merchant(
            session,
            handle=HANDLE,
            name="Demo Gift Shop",
            currency="GBP",
            time_zone="Europe/London",
            owner_email=OWNER,
            now=now,
            actor="demo",
        )
        await merchants.add_store(
            session,
            merchant_id=opened.merchant.id,
            provider="shopify",
            domain=SHOP,
            name="Demo Gift Shop",
            now=now,
        )
    return opened.owner_password


async def is_settled(database: Database) -> bool:
    """Whether everything that came in was applied."""
    async with database.platform() as session:
        waiting, _ = await inbox.depth(session)
    return waiting == 0


async def sum_up(database: Database, *, now: datetime) -> str:
    """What became of the demo's history, and whether the books of it balance, to be read."""
    async with database.platform(snapshot=True) as session:
        demo = await merchants.get_by_handle(session, HANDLE)
        report = await ledger.verify(session, merchant_id=demo.id)
        first, last = date(now.year - 2, 1, 1), now.date()
        months = await ledger.liability(session, merchant_id=demo.id, first=first, last=last)
    async with database.tenant(demo.id) as session:
        ordered, refunded = await orders.tally(session)
        people = await customers.count(session)
    points = [month for month in months if month.unit == ledger.POINTS]
    given, taken = sum(m.issued for m in points), -sum(m.clawed_back for m in points)
    verdict = "balance" if report.clean else f"do NOT balance: {report.violations:,} violations"
    return (
        f"The demo's history is in: {ordered:,} orders and {refunded:,} refunds of "
        f"{people:,} customers.\n"
        f"{given:,} points were given, {taken:,} taken back with refunds, "
        f"{points[-1].closing:,} are held now.\n"
        f"The books {verdict} ({report.counts['entries']:,} entries looked at)."
    )
