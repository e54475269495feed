"""Somebody asks to be signed in by a link: their address is kept until a worker has seen to it.

Whether the address is anybody's is looked up by the worker alone, so that what the page does, says
and takes is the same for every address.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants, messaging, staff
from loyalnest.kernel import jobs
from loyalnest.kernel.database import Database, database_of, merchant_of, ring_of
from loyalnest.kernel.ids import new_id
from loyalnest.kernel.jobs import Job, Payload
from loyalnest.kernel.keys import Sealed
from loyalnest.messaging import Ask, Channel, Purpose, Source
from loyalnest.templates import Occasion

GOOD_FOR = timedelta(minutes=15)
"""How long a link works, once."""
AN_HOUR, IN_AN_HOUR = timedelta(hours=1), 3
"""How often one customer is sent a link."""
_KIND = "sign_in"
_SEALED_AS = "sign_in_requests.email"
SEALED = Sealed("sign_in_requests", "email_sealed", _SEALED_AS)

_KEEP = text("""
INSERT INTO sign_in_requests (merchant_id, id, store_id, email_sealed, language, asked_at)
VALUES (:merchant_id, :id, :store_id, :sealed, :language, :now)
""")
# What a worker could not see to in time is of no use to anybody.
_TAKE = text("""
DELETE FROM sign_in_requests
WHERE merchant_id = :merchant_id AND (id = :id OR asked_at <= :late)
RETURNING id, store_id, email_sealed, language, asked_at
""")


async def ask_for_link(
    session: AsyncSession, store_id: UUID, email: str, *, language: str, now: datetime
) -> None:
    """Have a link sent to whoever is known by this address. What it is makes no difference here."""
    merchant_id, request_id = merchant_of(session), new_id()
    row = {
        "merchant_id": merchant_id,
        "id": request_id,
        "store_id": store_id,
        "sealed": ring_of(session).seal(merchant_id, _SEALED_AS, email.encode()),
        "language": language,
        "now": now,
    }
    await session.execute(_KEEP, row)
    payload = {"merchant_id": str(merchant_id), "request_id": str(request_id)}
    await jobs.enqueue(session, SEND_LINK.name, payload)


async def _send_link(database: Database, payload: Payload, now: datetime) -> None:
    merchant_id, request_id = UUID(payload["merchant_id"]), UUID(payload["request_id"])
    async with database.tenant(merchant_id) as session:
        about = {"merchant_id": merchant_id, "id": request_id, "late": now - GOOD_FOR}
        for row in await session.execute(_TAKE, about):
            if row.id == request_id and now - row.asked_at < GOOD_FOR:
                email = ring_of(session).open(merchant_id, _SEALED_AS, bytes(row.email_sealed))
                await _send(session, request_id, row.store_id, email.decode(), row.language, now)


SEND_LINK = Job("storefront.send_sign_in_link", _send_link)


async def _send(
    session: AsyncSession,
    request_id: UUID,
    store_id: UUID,
    email: str,
    language: str,
    now: datetime,
) -> None:
    """Send the link to a customer whose address this is, and to nobody who merely shows it."""
    normal = customers.normalise_email(email)
    who = await customers.find_identified(session, customers.EMAIL, normal) if normal else None
    if who is None or customers.normalise_email(who.email) != normal:
        return
    asked = (await messaging.asked_at(session, _KIND, [who.id]))[who.id]
    if sum(now - it < AN_HOUR for it in asked) >= IN_AN_HOUR:
        return
    made = await staff.make_store_pass(session, store_id, customer_id=who.id, now=now)
    store = await merchants.get_store(session, store_id)
    address = f"{database_of(session).settings.address}/pages/{store.domain}/enter/{made.secret}"
    ask = Ask(
        merchant_id=merchant_of(session),
        customer_id=who.id,
        source=Source(_KIND, who.id, request_id.hex),
        occasion=Occasion.SIGN_IN,
        purpose=Purpose.TRANSACTIONAL,
        channels=(Channel.EMAIL,),
        variables={
            "link": f"{address}?language={language}",
            "minutes": int(GOOD_FOR.total_seconds()) // 60,
        },
        expires_at=now + GOOD_FOR,
    )
    await messaging.ask(session, [ask], now=now)
