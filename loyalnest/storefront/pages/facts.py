"""What a page tells of: everything that a merchant shows to everybody, and nothing of anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, ledger, merchants, referrals, rewards, texts, tiers
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import Wanted, chosen
from loyalnest.storefront.pages import queries
from loyalnest.storefront.pages.speech import Speech
from loyalnest.storefront.pages.values import PageName, PageSettings, PageVersion
from loyalnest.storefront.perks import list_perks
from loyalnest.storefront.queries import current as current_site
from loyalnest.storefront.values import ContentState, Perk, SiteSettings

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


@dataclass(frozen=True, slots=True)
class Facts:
    """One merchant's program as everybody may know it, in one language."""

    merchant: merchants.Merchant
    domain: str
    """Which names the store."""
    home: str
    """Where the shop is."""
    site: SiteSettings
    brand: branding.Branding
    pages: Mapping[PageName, PageVersion]
    pictures: Mapping[PageName, branding.Logo | None]
    program: merchants.ProgramSettings
    ladder: tiers.Ladder | None
    perks: Sequence[Perk]
    """What tiers bring besides points."""
    offered: Sequence[rewards.Reward]
    referral: referrals.ReferralSettings
    gifts: Mapping[str, str]
    """What rewards are called that referrals give, by id as on the wire."""
    expiry: ledger.Expiry
    speech: Speech

    def shows(self, page: str) -> bool:
        """Whether there is such a page."""
        return self.pages[PageName(page)].settings.enabled

    @property
    def registration(self) -> str:
        """Where in the shop one joins."""
        return f"{self.home}{self.site.widget.pages.registration}"

    @property
    def account(self) -> str:
        """Where in the shop one signs in."""
        return f"{self.home}{self.site.widget.pages.account}"

    @property
    def refers(self) -> bool:
        """Whether friends can be brought."""
        return self.referral.enabled and self.program.runs("referrals")

    @property
    def wanted(self) -> Wanted:
        """In which languages the merchant's own texts are read."""
        return Wanted(self.speech.language, shop=self.merchant.locale)

    @property
    def shop_language(self) -> str:
        """What the shop speaks where nobody asks for anything else."""
        return chosen((self.merchant.locale,))

    @property
    def currency(self) -> str:
        """What the merchant reckons in."""
        return self.merchant.currency


async def gather(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    store_id: UUID,
    language: str | None,
    now: datetime,
) -> Facts:
    """All that a page tells, in a language of ours, or else the shop's."""
    merchant = await merchants.get(session, merchant_id)
    store = await merchants.get_store(session, store_id)
    language = chosen((language, merchant.locale))
    program = (await merchants.program_of(session, merchant_id)).at(now).settings
    ladder = (await tiers.ladders_of(session, [merchant_id])).get(merchant_id)
    unit = (await ledger.units_of(session, [merchant_id])).get(merchant_id)
    pages = await queries.all_current(session)
    catalogue = await rewards.catalogue(session, state=rewards.RewardState.ACTIVE)
    promised = (await referrals.settings_of(session)).settings
    pictures = {name: await _picture(session, it) for name, it in pages.items()}
    return Facts(
        merchant=merchant,
        domain=store.domain,
        home=store.web_addresses[0] if store.web_addresses else f"https://{store.domain}",
        site=(await current_site(session)).settings,
        brand=await branding.current(session),
        pages=pages,
        pictures=pictures,
        program=program,
        ladder=ladder.ladder if ladder and ladder.ladder.enabled else None,
        perks=await list_perks(session, state=ContentState.ACTIVE),
        offered=[
            it
            for it in catalogue
            if rewards.is_offered(
                it, where=rewards.Where.ONLINE, currency=merchant.currency, now=now
            )
        ],
        referral=promised,
        gifts=await _names_of(session, promised, Wanted(language, shop=merchant.locale)),
        expiry=unit.expiry if unit else ledger.NEVER,
        speech=Speech(
            language,
            await texts.spoken_in(session, language, _SECTIONS),
            unit.names if unit else {},
        ),
    )


async def drawn_up(
    session: AsyncSession, facts: Facts, page: PageName, settings: PageSettings
) -> Facts:
    """The same, were these the settings of a page."""
    version = replace(facts.pages[page], settings=settings)
    picture = await _picture(session, version)
    return replace(
        facts,
        pages={**facts.pages, page: version},
        pictures={**facts.pictures, page: picture},
    )


async def _picture(session: AsyncSession, page: PageVersion) -> branding.Logo | None:
    picture = page.settings.picture
    return await branding.find_logo(session, picture) if picture else None


async def _names_of(
    session: AsyncSession, promised: referrals.ReferralSettings, wanted: Wanted
) -> Mapping[str, str]:
    found = await rewards.find_many(session, referrals.rewards_of(promised))
    return {
        to_wire(rewards.REWARD, it.id): wanted.said_in(it.terms.names, it.terms.name)
        for it in found
    }
