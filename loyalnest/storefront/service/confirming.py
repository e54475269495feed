"""An address that was left is asked to confirm it, where the merchant asks twice."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, messaging
from loyalnest.kernel.database import database_of, merchant_of
from loyalnest.messaging import Ask, Channel, Purpose, Source
from loyalnest.templates import Occasion

_KIND = "capture"
_WRITABLE_FOR = timedelta(days=3)


async def ask_to_confirm(
    session: AsyncSession, capture_id: UUID, email: str, *, language: str, now: datetime
) -> None:
    """Send the link to the address itself, whoever may be known by it.

    Whoever leaves it again gets another, as long as that is no nuisance to its owner.
    """
    if not (await consents.current_settings(session)).settings.double_opt_in:
        return
    asked = (await messaging.asked_at(session, _KIND, [capture_id]))[capture_id]
    if consents.ask_again_at(asked, now) is not None:
        return
    reader = consents.Addressee(capture_id, consents.Channel.EMAIL, email, language)
    await consents.keep_addresses(session, [reader], until=now + _WRITABLE_FOR)
    link = await consents.address_link(session, capture_id, now=now)
    address = database_of(session).settings.address
    ask = Ask(
        merchant_id=merchant_of(session),
        customer_id=None,
        addressee_id=capture_id,
        source=Source(_KIND, capture_id, str(len(asked))),
        occasion=Occasion.EMAIL_CONFIRMATION,
        purpose=Purpose.TRANSACTIONAL,
        channels=(Channel.EMAIL,),
        variables={"link": f"{address}{link}?language={language}"},
    )
    await messaging.ask(session, [ask], now=now)
