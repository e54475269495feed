"""Puts together what a shop's pages show to everybody, out of what every module has of it.

A dozen small reads in one transaction. Nobody waits for them but the first who asks: `door` keeps
what came of it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import (
    branding,
    experiments,
    gamification,
    ledger,
    merchants,
    referrals,
    rewards,
    texts,
    tiers,
)
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.kernel.languages import FALLBACK, FORMS, RIGHT_TO_LEFT, Wanted
from loyalnest.merchants import Merchant, ProgramSettings, Switch
from loyalnest.storefront import pages, queries
from loyalnest.storefront.perks import list_perks
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
from loyalnest.storefront.values import NUDGE, ContentState, Nudge, NudgeKind, Perk, SiteSettings

TEXTS = "widget"
"""The section of the catalogue that a shop's pages speak from."""
_USUAL = "points"


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
    merchant = await merchants.get(session, merchant_of(session))
    program = (await merchants.program_of(session, merchant.id)).at(asked.now).settings
    wanted = Wanted(explicit=asked.language, shop=merchant.locale)
    words = await texts.section_in(session, asked.language, TEXTS)
    settings = (await queries.current(session)).settings
    nudges = await _nudges(session, program, asked)
    config = ShownConfig(
        version="",
        shop=asked.shop,
        language=asked.language,
        direction="rtl" if asked.language in RIGHT_TO_LEFT else "ltr",
        currency=merchant.currency,
        brand=await _brand(session, asked.address),
        unit=await _unit(session, asked.language, words),
        switches={name: getattr(program.switches, name) for name in _SWITCHES},
        widget=await _widget(session, settings, asked),
        points=settings.points.model_dump(),
        earn=_earning(merchant, program),
        rewards=await _rewards(session, merchant, wanted, asked.now),
        tiers=await _tiers(session, wanted),
        referral=await _referral(session, program, wanted),
        badges=await _badges(session, program, wanted),
        nudges=[nudge_in(it, asked.language) for it in nudges if it.terms.is_public],
        nudges_for_tiers=not all(it.terms.is_public for it in nudges),
        experiments=await _experiments(session, asked.language),
        texts=words,
    )
    version = hashlib.sha256(config.model_dump_json().encode()).hexdigest()[:16]
    return config.model_copy(update={"version": version})


_SWITCHES = ("program", "referrals", "nudges")


async def _brand(session: AsyncSession, address: str) -> ShownBrand:
    it = await branding.current(session)
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


async def _unit(session: AsyncSession, language: str, words: Mapping[str, str]) -> dict[str, str]:
    """As the merchant calls them in this language, else in English if that is a name of its own."""
    merchant_id = merchant_of(session)
    unit = (await ledger.units_of(session, [merchant_id])).get(merchant_id)
    named = unit and (unit.names.get(language) or unit.names.get(FALLBACK))
    if not named or named[1] == _USUAL:
        return {form: words[f"unit_{form}"] for form in FORMS[language]}
    return {form: named[0] if form == "one" else named[1] for form in FORMS[language]}


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


def _earning(merchant: Merchant, program: ProgramSettings) -> list[ShownPurchase | ShownDeed]:
    if not program.running:
        return []
    deeds: list[ShownPurchase | ShownDeed] = [
        ShownDeed(action=action, points=rule.points)
        for action, rule in program.actions.items()
        if rule.state is Switch.ON
    ]
    if not program.runs("orders"):
        return deeds
    rates = {merchant.currency: program.default_rate, **program.rates}
    counts = program.counts
    purchase = ShownPurchase(
        action="purchase",
        per={currency: _plain(rate) for currency, rate in rates.items()},
        otherwise=_plain(program.default_rate),
        rounding=program.rounding,
        counts="total" if counts.shipping or counts.tax or counts.tips else "subtotal",
    )
    return [purchase, *deeds]


async def _rewards(
    session: AsyncSession, merchant: Merchant, wanted: Wanted, now: datetime
) -> list[ShownReward]:
    found = await rewards.catalogue(session, state=rewards.RewardState.ACTIVE)
    where, currency = rewards.Where.ONLINE, merchant.currency
    return [
        _reward(it, wanted)
        for it in found
        if rewards.is_offered(it, where=where, currency=currency, now=now)
    ]


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


async def _tiers(session: AsyncSession, wanted: Wanted) -> list[ShownTier]:
    merchant_id = merchant_of(session)
    version = (await tiers.ladders_of(session, [merchant_id])).get(merchant_id)
    if version is None or not version.ladder.enabled:
        return []
    perks = await list_perks(session, state=ContentState.ACTIVE)
    return [
        ShownTier(
            key=tier.key,
            name=wanted.said_in(tier.names, tier.name),
            colour=tier.colour,
            threshold=_plain(tier.threshold),
            basis=version.ladder.basis,
            multiplier=_plain(tier.multiplier),
            perks=[
                *tier.perks,
                *(_perk(it, wanted) for it in perks if tier.key in it.terms.tiers),
            ],
        )
        for tier in version.ladder.tiers
    ]


def _perk(it: Perk, wanted: Wanted) -> str:
    return wanted.said_in(it.terms.names, it.terms.name)


async def _referral(
    session: AsyncSession, program: ProgramSettings, wanted: Wanted
) -> ShownReferral:
    settings = (await referrals.settings_of(session)).settings
    ids = [settings.friend_reward_id, settings.advocate_reward_id]
    named = await _names_of(session, [id_ for id_ in ids if id_], wanted)
    return ShownReferral(
        enabled=settings.enabled and program.runs("referrals"),
        friend_gets=ShownPromise(
            points=settings.friend_points, reward=named.get(settings.friend_reward_id)
        ),
        you_get=ShownPromise(
            points=settings.advocate_points, reward=named.get(settings.advocate_reward_id)
        ),
    )


async def _names_of(
    session: AsyncSession, reward_ids: Sequence[str], wanted: Wanted
) -> dict[str | None, str]:
    """What these rewards are called, by their ids on the wire."""
    ids = [rewards.RewardId(from_wire(rewards.REWARD, it)) for it in reward_ids]
    return {
        to_wire(rewards.REWARD, it.id): wanted.said_in(it.terms.names, it.terms.name)
        for it in await rewards.find_many(session, ids)
    }


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
