"""Whoever opened a link, and how the page speaks to them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from loyalnest import branding, customers, merchants, texts
from loyalnest.consents import queries
from loyalnest.consents.values import Channel, Preferences
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.languages import LANGUAGES, accepted, chosen, spoken
from loyalnest.texts import Forms

_SECTIONS = {"letters", "app", "page"}
_PLACE = re.compile(r"\{\{(\w+)\}\}")
# Around what is filled in, where it may be written the other way round.
_ISOLATE, _END = "\u2068", "\u2069"
_BRAND_NAMES = {Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}


@dataclass(frozen=True, slots=True)
class Speech:
    """A language, with the words that these pages have in it, and a merchant's name."""

    language: str
    words: Mapping[str, Forms]
    brand: str

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return locale_of(self.language).text_direction

    def say(self, key: str, **filled: str) -> str:
        """A text of these pages."""
        return self._filled(f"letters.{key}", {"brand": self.brand, **filled})

    def by(self, key: str, channel: Channel) -> str:
        """A text about one channel."""
        return self.say(key, channel=self.channel(channel))

    def channel(self, channel: Channel) -> str:
        """What a channel is called."""
        return _BRAND_NAMES.get(channel) or self.say(channel.value)

    def house(self, key: str) -> str:
        """A text that other pages have, too."""
        return self._filled(key, {"brand": self.brand})

    def _filled(self, key: str, filled: Mapping[str, str]) -> str:
        turned = self.direction == "rtl"

        def fill(place: re.Match[str]) -> str:
            told = filled[place[1]]
            return f"{_ISOLATE}{told}{_END}" if turned else told

        return _PLACE.sub(fill, self.words[key]["other"])


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opened a link; nobody where they were forgotten since."""

    living: customers.Customer | None
    wanted: Preferences
    speech: Speech
    brand: branding.Branding


async def reader_of(
    session: AsyncSession, request: Request, customer_id: customers.CustomerId
) -> Reader:
    """Who it is, and in which language they are spoken to: what the page was asked in, what they
    prefer, what their shop or browser says."""
    living, wanted = None, Preferences()
    try:
        living = await customers.get_living(session, customer_id)
        found = await queries.preferences_of(session, living.merchant_id, [living.id])
        wanted = found[living.id]
    except (customers.CustomerGone, customers.CustomerNotFound):
        pass
    asked = spoken(request.query_params.get("language", "")[:35])
    shop = await merchants.get(session, merchant_of(session))
    wishes = accepted(request.headers.get("accept-language"))
    own = living.locale if living else None
    language = chosen((asked, wanted.language, own, *wishes, shop.locale))
    brand = await branding.current(session)
    words = await texts.spoken_in(session, language, _SECTIONS)
    return Reader(living, wanted, Speech(language, words, brand.name), brand)


@cache
def locale_of(language: str) -> Locale:
    """What is known of one of our languages."""
    return Locale.parse(language, sep="-")


@cache
def own_names() -> Mapping[str, str]:
    """What each language is called by those who speak it."""
    names = {each: locale_of(each).language_name or each for each in LANGUAGES}
    return {each: name[:1].upper() + name[1:] for each, name in names.items()}
