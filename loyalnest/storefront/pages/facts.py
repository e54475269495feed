"""What a page tells of: what everybody may know, and what the merchant says there itself."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, merchants, messaging, texts
from loyalnest.kernel.languages import chosen
from loyalnest.messaging import Channel
from loyalnest.storefront import facts as program
from loyalnest.storefront.pages import queries
from loyalnest.storefront.pages.speech import Speech
from loyalnest.storefront.pages.values import PageName, PageSettings, PageVersion

# What pages say: their own texts, and what the dashboard says of the same things.
_SECTIONS = (
    "app",
    "page",
    "unit",
    "actionName",
    "reward",
    "rewardKind",
    "tier",
    "tierBasis",
    "tierWindow",
)


class Facts(program.Facts, frozen=True, kw_only=True):
    """The same, with what a merchant's pages show besides."""

    store: merchants.Store
    pages: Mapping[PageName, PageVersion]
    pictures: Mapping[PageName, branding.Logo | None]
    speech: Speech
    mails: bool
    """Whether the merchant has somebody to carry mail, so that a link can be sent."""

    def shows(self, page: str) -> bool:
        """Whether there is such a page."""
        return self.pages[PageName(page)].settings.enabled

    @property
    def home(self) -> str:
        """Where the shop is."""
        addresses = self.store.web_addresses
        return addresses[0] if addresses else f"https://{self.store.domain}"

    @property
    def registration(self) -> str:
        """Where in the shop one joins."""
        return f"{self.home}{self.site.widget.pages.registration}"

    @property
    def account(self) -> str:
        """Where in the shop one signs in."""
        return f"{self.home}{self.site.widget.pages.account}"

    @property
    def shop_language(self) -> str:
        """What the shop speaks where nobody asks for anything else."""
        return chosen((self.merchant.locale,))


async def gather(
    session: AsyncSession, *, store_id: UUID, language: str | None, now: datetime
) -> Facts:
    """All that a page tells, in a language of ours, or else the shop's."""
    known = await program.gather(session, language=language, now=now)
    pages = await queries.all_current(session)
    said = await texts.spoken_in(session, known.language, _SECTIONS)
    return Facts(
        **msgspec.structs.asdict(known),
        store=await merchants.get_store(session, store_id),
        pages=pages,
        pictures={name: await _picture(session, it) for name, it in pages.items()},
        speech=Speech(known.language, said, known.unit),
        mails=any(it.channel is Channel.EMAIL for it in await messaging.list_senders(session)),
    )


async def drawn_up(
    session: AsyncSession, facts: Facts, page: PageName, settings: PageSettings
) -> Facts:
    """The same, were these the settings of a page."""
    version = replace(facts.pages[page], settings=settings)
    picture = await _picture(session, version)
    return msgspec.structs.replace(
        facts,
        pages={**facts.pages, page: version},
        pictures={**facts.pictures, page: picture},
    )


async def _picture(session: AsyncSession, page: PageVersion) -> branding.Logo | None:
    picture = page.settings.picture
    return await branding.find_logo(session, picture) if picture else None
