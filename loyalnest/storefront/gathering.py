"""Draws up what the widget shows to everybody, from what everybody may know.

Nobody waits for it but the first who asks: `door` keeps what came of it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, experiments, gamification, rewards, texts
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import FORMS, RIGHT_TO_LEFT, Wanted
from loyalnest.merchants import ProgramSettings, Switch
from loyalnest.storefront import pages, queries
from loyalnest.storefront.facts import Facts
from loyalnest.storefront.facts import gather as gather_facts
from loyalnest.storefront.shown import (
    ShownBadge,
    ShownBrand,
    ShownCap,
    ShownConfig,
    ShownDeed,
    ShownExperiment,
    ShownNudge,
    ShownPages,
    ShownPalette,
    ShownPicture,
    ShownPromise,
    ShownPurchase,
    ShownReferral,
    ShownReward,
    ShownTier,
    ShownWidget,
)
from loyalnest.storefront.values import NUDGE, ContentState, Nudge, NudgeKind, SiteSettings

TEXTS = "widget"
"""The section of the catalogue that a shop's pages speak from."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks for."""

    shop: str
    """The store's domain."""
    language: str
    """One that we speak."""
    address: str
    """Where the installation is, without a slash at the end."""
    now: datetime


async def gather(session: AsyncSession, asked: Asked) -> ShownConfig:
    """All that the session's merchant shows to everybody."""
    facts = await gather_facts(session, language=asked.language, now=asked.now)
    words = await texts.section_in(session, facts.language, TEXTS)
    program = facts.program
    nudges = await _nudges(session, program, asked)
    config = ShownConfig(
        version="",
        shop=asked.shop,
        language=facts.language,
        direction="rtl" if facts.language in RIGHT_TO_LEFT else "ltr",
        currency=facts.currency,
        brand=_brand(facts.brand, asked.address),
        unit=_unit(facts, words),
        switches={name: getattr(program.switches, name) for name in _SWITCHES},
        widget=await _widget(session, facts.site, asked),
        points=facts.site.points.model_dump(),
        earn=_earning(facts),
        rewards=[_reward(it, facts.wanted) for it in facts.offered],
        tiers=_tiers(facts),
        referral=_referral(facts),
        badges=await _badges(session, program, facts.wanted),
        nudges=[nudge_in(it, facts.language) for it in nudges if it.terms.is_public],
        nudges_for_tiers=not all(it.terms.is_public for it in nudges),
        experiments=await _experiments(session, facts.language),
        texts=words,
    )
    version = hashlib.sha256(config.model_dump_json().encode()).hexdigest()[:16]
    return config.model_copy(update={"version": version})


_SWITCHES = ("program", "referrals", "nudges")


def _brand(it: branding.Branding, address: str) -> ShownBrand:
    palette = branding.palette_of(it.settings.colour)
    logo = it.logo and ShownPicture(
        url=f"{address}{it.logo.path}", width=it.logo.width, height=it.logo.height
    )
    return ShownBrand(
        name=it.name,
        logo=logo,
        corners=it.settings.corners,
        palette=ShownPalette(
            colour=palette.colour,
            on_colour=palette.on_colour,
            text=palette.text,
            text_in_dark=palette.text_in_dark,
        ),
    )


def _unit(facts: Facts, words: Mapping[str, str]) -> dict[str, str]:
    forms = FORMS[facts.language]
    if facts.unit is None:
        return {form: words[f"unit_{form}"] for form in forms}
    one, several = facts.unit
    return {form: one if form == "one" else several for form in forms}


async def _widget(session: AsyncSession, settings: SiteSettings, asked: Asked) -> ShownWidget:
    widget = settings.widget
    return ShownWidget(
        enabled=widget.enabled,
        side=widget.side,
        phones=widget.phones,
        pages=ShownPages(
            account=widget.pages.account,
            registration=widget.pages.registration,
            cart=widget.pages.cart,
            loyalty=widget.pages.loyalty or await _loyalty_page(session, asked),
        ),
    )


async def _loyalty_page(session: AsyncSession, asked: Asked) -> str | None:
    """Where the page about the program is that we serve, if there is one."""
    page = (await pages.all_current(session))[pages.PageName.LOYALTY].settings
    if not page.enabled:
        return None
    return page.address or f"{asked.address}{pages.PAGES}{asked.shop}/{pages.PageName.LOYALTY}"


def _earning(facts: Facts) -> list[ShownPurchase | ShownDeed]:
    program = facts.program
    if not program.running:
        return []
    deeds: list[ShownPurchase | ShownDeed] = [
        ShownDeed(action=action, points=rule.points)
        for action, rule in program.actions.items()
        if rule.state is Switch.ON
    ]
    if not program.runs("orders"):
        return deeds
    rates = {facts.currency: program.default_rate, **program.rates}
    counts = program.counts
    purchase = ShownPurchase(
        action="purchase",
        per={currency: _plain(rate) for currency, rate in rates.items()},
        otherwise=_plain(program.default_rate),
        rounding=program.rounding,
        counts="total" if counts.shipping or counts.tax or counts.tips else "subtotal",
    )
    return [purchase, *deeds]


def _reward(it: rewards.Reward, wanted: Wanted) -> ShownReward:
    terms = it.terms
    return ShownReward(
        id=to_wire(rewards.REWARD, it.id),
        name=wanted.said_in(terms.names, terms.name),
        description=wanted.said_in(terms.descriptions, terms.description),
        kind=terms.kind,
        cost=terms.cost,
        amounts={currency: str(amount) for currency, amount in terms.amounts.items()},
        percent=None if terms.percent is None else _plain(terms.percent),
        minimum_spend={code: str(amount) for code, amount in terms.minimum_spend.items()},
        ends_at=terms.ends_at,
        tiers=list(terms.tiers),
    )


def _tiers(facts: Facts) -> list[ShownTier]:
    if facts.ladder is None:
        return []
    return [
        ShownTier(
            key=tier.key,
            name=facts.wanted.said_in(tier.names, tier.name),
            colour=tier.colour,
            threshold=_plain(tier.threshold),
            basis=facts.ladder.basis,
            multiplier=_plain(tier.multiplier),
            perks=list(facts.perks_of(tier)),
        )
        for tier in facts.ladder.tiers
    ]


def _referral(facts: Facts) -> ShownReferral:
    promised, gifts = facts.referral, facts.gifts
    friend, you = promised.friend_reward_id, promised.advocate_reward_id
    return ShownReferral(
        enabled=facts.refers,
        friend_gets=ShownPromise(
            points=promised.friend_points, reward=friend and gifts.get(friend)
        ),
        you_get=ShownPromise(points=promised.advocate_points, reward=you and gifts.get(you)),
    )


async def _badges(
    session: AsyncSession, program: ProgramSettings, wanted: Wanted
) -> list[ShownBadge]:
    version = await gamification.game_of(session)
    if version is None or not version.game.enabled or not program.runs("gamification"):
        return []
    return [
        ShownBadge(
            key=badge.key,
            name=wanted.said_in(badge.names, badge.name),
            description=wanted.said_in(badge.descriptions, badge.description or "") or None,
        )
        for badge in version.game.badges
        if not badge.archived
    ]


async def _nudges(session: AsyncSession, program: ProgramSettings, asked: Asked) -> list[Nudge]:
    """What is on now. Of a code for members, and of what is for some tiers, only those are told."""
    if not program.runs("nudges"):
        return []
    found = await queries.list_nudges(session, state=ContentState.ACTIVE)
    return [it for it in found if it.is_shown(asked.now)]


async def _experiments(session: AsyncSession, language: str) -> list[ShownExperiment]:
    found = await experiments.running(session, language=language)
    return [ShownExperiment.model_validate(msgspec.to_builtins(it)) for it in found]


def nudge_in(it: Nudge, language: str) -> ShownNudge:
    """A nudge as a page shows it. The code of one that asks for an address comes afterwards."""
    terms, words = it.terms, it.terms.said_in(language)
    said = words.model_dump(exclude_none=True)
    asks = terms.kind is NudgeKind.EMAIL_CAPTURE
    return ShownNudge(
        id=to_wire(NUDGE, it.id),
        version=it.version,
        kind=terms.kind,
        where=list(terms.where),
        audience=terms.audience,
        after_s=terms.after_s,
        cap=ShownCap(times=terms.cap.times, days=terms.cap.days),
        words=said,
        link=terms.link,
        code=None if asks else terms.code,
    )


def _plain(number: Decimal) -> str:
    """Without the zeros at its end, and never as `1E+3`."""
    return f"{number.normalize():f}"
