"""The demo's post: its merchants' mails go to a catcher on this machine, and nowhere else."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, messaging
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Author, sign
from loyalnest.messaging import Channel, Offer, Sender, Setup

_ACTOR = "demo"
_HOST = "127.0.0.1"


async def prepare(
    database: Database,
    *,
    origins: Mapping[str, str],
    smtp_port: int,
    offer: Offer,
    now: datetime,
) -> None:
    """Let these merchants, by handle, send from these addresses to the catcher at this port.

    Who has set up something else to send mail by keeps it.
    """
    async with database.platform() as session:
        found = [await merchants.get_by_handle(session, handle) for handle in origins]
    for merchant in found:
        setup = Setup(
            Channel.EMAIL,
            origin=origins[merchant.handle],
            name=merchant.name,
            values={"host": _HOST, "port": str(smtp_port), "security": "none"},
        )
        async with database.tenant(merchant.id) as session:
            sign(session, Author(_ACTOR))
            await _point(session, setup, offer, now=now)


async def _point(session: AsyncSession, setup: Setup, offer: Offer, *, now: datetime) -> None:
    senders = await messaging.list_senders(session)
    sender = next((it for it in senders if it.channel is setup.channel), None)
    if sender is None:
        await messaging.set_up(session, setup, offer, actor=_ACTOR, now=now)
    elif _is_ours(sender) and sender.options["port"] != setup.values["port"]:
        await messaging.change(
            session,
            sender.id,
            setup,
            offer,
            read_version=sender.version,
            actor=_ACTOR,
            now=now,
        )


def _is_ours(sender: Sender) -> bool:
    """Whether it is as an earlier start has left it."""
    return sender.updated_by == _ACTOR and sender.options.get("host") == _HOST
