"""What everybody may know of a merchant's program, out of what every module has of it.

Nothing here is about any customer. Whoever shows it, a page of ours or the widget, draws it up from
these; small reads in one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, ledger, merchants, referrals, rewards, tiers
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import FALLBACK, Wanted, chosen
from loyalnest.storefront.perks import list_perks
from loyalnest.storefront.queries import current
from loyalnest.storefront.values import ContentState, Perk, SiteSettings

_USUAL = "points"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One merchant's program as everybody may know it, for whoever reads one language."""

    language: str
    merchant: merchants.Merchant
    brand: branding.Branding
    site: SiteSettings
    program: merchants.ProgramSettings
    ladder: tiers.Ladder | None
    """None while it is switched off."""
    perks: Sequence[Perk]
    """What tiers bring besides points."""
    offered: Sequence[rewards.Reward]
    referral: referrals.ReferralSettings
    gifts: Mapping[str, str]
    """What rewards are called that referrals give, by id as on the wire."""
    unit: tuple[str, str] | None
    """What one point and several are called; None: what we call them."""
    expiry: ledger.Expiry

    @property
    def wanted(self) -> Wanted:
        """In which languages the merchant's own texts are read."""
        return Wanted(self.language, shop=self.merchant.locale)

    @property
    def currency(self) -> str:
        """What the merchant reckons in."""
        return self.merchant.currency

    @property
    def refers(self) -> bool:
        """Whether friends can be brought."""
        return self.referral.enabled and self.program.runs("referrals")

    def perks_of(self, tier: tiers.Tier) -> Sequence[str]:
        """What a tier brings besides points, in words."""
        perks = [it.terms for it in self.perks if tier.key in it.terms.tiers]
        return [*tier.perks, *(self.wanted.said_in(it.names, it.name) for it in perks)]


async def gather(session: AsyncSession, *, language: str | None, now: datetime) -> Facts:
    """What everybody may know of the session's merchant, in a language, or else the shop's."""
    merchant_id = merchant_of(session)
    merchant = await merchants.get(session, merchant_id)
    language = chosen((language, merchant.locale))
    ladder = (await tiers.ladders_of(session, [merchant_id])).get(merchant_id)
    unit = (await ledger.units_of(session, [merchant_id])).get(merchant_id)
    referral = (await referrals.settings_of(session)).settings
    catalogue = await rewards.catalogue(session, state=rewards.RewardState.ACTIVE)
    return Facts(
        language=language,
        merchant=merchant,
        brand=await branding.current(session),
        site=(await current(session)).settings,
        program=(await merchants.program_of(session, merchant_id)).at(now).settings,
        ladder=ladder.ladder if ladder and ladder.ladder.enabled else None,
        perks=await list_perks(session, state=ContentState.ACTIVE),
        offered=[
            it
            for it in catalogue
            if rewards.is_offered(
                it, where=rewards.Where.ONLINE, currency=merchant.currency, now=now
            )
        ],
        referral=referral,
        gifts=await _named(session, referral, Wanted(language, shop=merchant.locale)),
        unit=own_unit(unit.names if unit else {}, language),
        expiry=unit.expiry if unit else ledger.NEVER,
    )


def own_unit(names: Mapping[str, tuple[str, str]], language: str) -> tuple[str, str] | None:
    """What a merchant calls its points in a language, else in English if that is its own name."""
    named = names.get(language) or names.get(FALLBACK)
    return named if named and named[1] != _USUAL else None


async def _named(
    session: AsyncSession, promised: referrals.ReferralSettings, wanted: Wanted
) -> Mapping[str, str]:
    found = await rewards.find_many(session, referrals.rewards_of(promised))
    return {
        to_wire(rewards.REWARD, it.id): wanted.said_in(it.terms.names, it.terms.name)
        for it in found
    }
