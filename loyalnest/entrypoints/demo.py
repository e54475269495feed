"""The demo: a merchant with a shop and an owner, and a real shop's history that comes in."""

from datetime import datetime
from pathlib import Path

from loyalnest import merchants, platform
from loyalnest.kernel.database import Database

HANDLE = "demo"
SHOP = "demo.myshopify.com"
OWNER = "owner@demo.example.com"
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
