"""What all pages for guests know: whose they are, in which language, and what is carried there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from loyalnest import branding, merchants, messaging, texts
from loyalnest.branding import Branding
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.database import Database, merchant_of
from loyalnest.kernel.languages import Wanted, accepted, chosen, spoken
from loyalnest.messaging import Channel
from loyalnest.stamps import enrolling
from loyalnest.storefront.cards.logos import SmallLogo, small_logo
from loyalnest.storefront.pages.doors import language_of
from loyalnest.storefront.pages.speech import Speech

_SECTIONS = ("app", "enrol", "poster")


@dataclass(frozen=True, slots=True)
class Guests:
    """What the pages are served with."""

    database: Database
    door: enrolling.Door
    wallets: enrolling.FindWallets
    address: str
    """Of the installation."""
    clock: Clock


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose page it is, and how it speaks to whoever reads it."""

    merchant: merchants.Merchant
    brand: Branding
    logo: SmallLogo | None
    speech: Speech
    wanted: Wanted
    carried: Sequence[enrolling.CheckBy]
    """On which channels the merchant could send news to a phone."""

    def stamps(self, number: int) -> str:
        """So many stamps."""
        return self.speech.counted("poster.stamps", number)


async def reader_of(session: AsyncSession, request: Request) -> Reader:
    """Whoever reads a page of the session's merchant: in the language they ask for, that of their
    browser, or else the shop's."""
    merchant = await merchants.get(session, merchant_of(session))
    explicit = language_of(request)
    wishes = map(spoken, accepted(request.headers.get("accept-language")))
    language = explicit or next(filter(None, wishes), None) or chosen((merchant.locale,))
    words = await texts.spoken_in(session, language, _SECTIONS)
    channels = {it.channel for it in await messaging.list_senders(session)}
    brand = await branding.current(session)
    return Reader(
        merchant,
        brand,
        await small_logo(session, brand),
        Speech(language, words, None),
        Wanted(explicit=language, shop=merchant.locale),
        [it for it in enrolling.CheckBy if Channel(it) in channels],
    )
