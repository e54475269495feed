"""A page for machines, in the words of schema.org."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from loyalnest import tiers
from loyalnest.storefront.pages.sheet import Sheet, tier_name
from loyalnest.storefront.pages.values import PageName


def structured(sheet: Sheet) -> Mapping[str, Any]:
    """What the page says, without its looks."""
    facts, address = sheet.facts, sheet.place.address
    shop: dict[str, Any] = {
        "@type": "OnlineStore",
        "@id": f"{facts.home}/#shop",
        "name": facts.brand.name,
        "url": facts.home,
    }
    if facts.brand.logo:
        shop["logo"] = f"{sheet.place.installation}{facts.brand.logo.path}"
    if sheet.page is PageName.LOYALTY and facts.program.running:
        shop["hasMemberProgram"] = {
            "@type": "MemberProgram",
            "name": sheet.title,
            "description": sheet.description,
            "url": address,
            "hasTiers": _tiers_for_machines(sheet),
        }
    page: dict[str, Any] = {
        "@type": "WebPage",
        "@id": f"{sheet.address}#page",
        "url": sheet.address,
        "name": sheet.title,
        "description": sheet.description,
        "inLanguage": facts.speech.language,
        "publisher": {"@id": shop["@id"]},
    }
    graph = [shop, page]
    if sheet.questions:
        page["@type"] = ["WebPage", "FAQPage"]
        page["mainEntity"] = [
            {
                "@type": "Question",
                "name": it.question,
                "acceptedAnswer": {"@type": "Answer", "text": "\n".join(it.answer)},
            }
            for it in sheet.questions
        ]
    return {"@context": "https://schema.org", "@graph": graph}


def _tiers_for_machines(sheet: Sheet) -> Sequence[Mapping[str, Any]]:
    """Every tier with what a unit of money earns there; a program without tiers has one of all."""
    facts = sheet.facts
    rate = facts.program.rates.get(facts.currency, facts.program.default_rate)
    earning = rate if facts.program.runs("orders") else Decimal(0)
    ladder = facts.ladder.tiers if facts.ladder else ()
    by_spend = facts.ladder is not None and facts.ladder.basis is tiers.Basis.SPEND
    found: list[dict[str, Any]] = [
        {
            "@type": "MemberProgramTier",
            "@id": f"{sheet.place.address}#{tier.key}",
            "name": tier_name(facts, tier),
            "hasTierBenefit": "https://schema.org/TierBenefitLoyaltyPoints",
            "membershipPointsEarned": _figure(earning * tier.multiplier),
        }
        for tier in ladder
    ]
    for told, tier in zip(found, ladder, strict=True):
        if by_spend and tier.threshold:
            told["hasTierRequirement"] = {
                "@type": "MonetaryAmount",
                "value": _figure(tier.threshold),
                "currency": facts.currency,
            }
    everybody = {
        "@type": "MemberProgramTier",
        "@id": f"{sheet.place.address}#everybody",
        "name": sheet.title,
        "hasTierBenefit": "https://schema.org/TierBenefitLoyaltyPoints",
        "membershipPointsEarned": _figure(earning),
    }
    return found or [everybody]


def _figure(value: Decimal) -> int | float:
    """For JSON, which has no decimals: whole ones stay whole."""
    return int(value) if value == value.to_integral_value() else float(value)
