"""People of one merchant, for the tests of what they agreed to."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, privacy
from loyalnest.consents import Asked, Channel, Proof, Purpose, State, Verdict, Way
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.shop import Shop

NOON = NOW
WORDS = "Yes, write to me about offers."
OUTREACH, ABOUT_THEM = Purpose.OUTREACH, Purpose.TRANSACTIONAL


async def person(session: AsyncSession, name: str = "ada", *, phone: str | None = None) -> UUID:
    """A customer with an e-mail address."""
    contact = customers.Contact(
        merchant_of(session),
        email=f"{name}@example.com",
        phone=phone,
        phone_verified=phone is not None,
    )
    (customer_id,) = await customers.identify_many(session, [contact], now=NOW)
    assert customer_id
    return customer_id


def proof(way: Way = Way.STAFF, **more: str) -> Proof:
    """Somebody's word, with what they agreed to."""
    return Proof(way, "staff:test", **{"words": WORDS, "language": "en", **more})


async def agrees(
    session: AsyncSession,
    who: UUID,
    channel: Channel | None = Channel.EMAIL,
    *,
    purpose: Purpose = OUTREACH,
    way: Way = Way.STAFF,
    now: datetime = NOW,
) -> consents.Consent:
    return await consents.say(
        session, who, purpose=purpose, channel=channel, granted=True, proof=proof(way), now=now
    )


async def refuses(
    session: AsyncSession,
    who: UUID,
    channel: Channel | None = Channel.EMAIL,
    *,
    purpose: Purpose = OUTREACH,
    way: Way = Way.STAFF,
    now: datetime = NOW,
) -> consents.Consent:
    return await consents.say(
        session, who, purpose=purpose, channel=channel, granted=False, proof=proof(way), now=now
    )


async def verdict(
    session: AsyncSession,
    who: UUID,
    channel: Channel = Channel.EMAIL,
    purpose: Purpose = OUTREACH,
    address: str | None = None,
    *,
    now: datetime = NOON,
) -> Verdict:
    asked = [Asked(who, channel, purpose, address)]
    (told,) = await consents.may_send(session, merchant_of(session), asked, now)
    return told


async def state(
    session: AsyncSession,
    who: UUID,
    channel: Channel | None = Channel.EMAIL,
    purpose: Purpose = OUTREACH,
) -> State | None:
    found = await consents.standings_of(session, who)
    return next(it.state for it in found if (it.purpose, it.channel) == (purpose, channel))


async def news(session: AsyncSession) -> list[str]:
    """The types of what this transaction has announced, in order."""
    rows = await session.scalars(text("SELECT unnest(types) FROM outbox ORDER BY position"))
    return list(rows)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


async def speaks_up(shop: Shop, email: str) -> None:
    """A customer of a shop says what they want, and asks what is known of them."""
    who = from_wire(customers.WIRE_PREFIX, await shop.customer_id(email))
    async with shop.database.tenant(shop.merchant_id) as session:
        kind = privacy.Kind.ACCESS
        await privacy.ask(session, customer_id=who, kind=kind, note=email, now=NOW)
        twice = consents.ConsentSettings(double_opt_in=True)
        await consents.save_settings(session, twice, actor="test", now=NOW)
        await agrees(session, who)
        wanted = consents.Preferences(language="de")
        await consents.save_preferences(session, who, wanted, actor="test", now=NOW)
        known = consents.Sender(Channel.WHATSAPP, "meta:1", "US.1349")
        await consents.note_identity(session, known, who, now=NOW)
        await consents.suppress(
            session,
            channel=Channel.SMS,
            address="+4930123456",
            reason=consents.Reason.BOUNCED,
            by="twilio",
            now=NOW,
        )
