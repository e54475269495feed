"""What stands on a page: the facts, in its reader's language. Pure: values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from urllib.parse import quote

from loyalnest import rewards, tiers
from loyalnest.kernel.languages import LANGUAGES
from loyalnest.ledger import Expiry, ExpiryKind
from loyalnest.merchants import AwardOn, HoldKind, Switch
from loyalnest.referrals import CompletesOn, ReferralSettings, RewardWhen
from loyalnest.rewards import Kind, Reward
from loyalnest.storefront.pages.facts import Facts
from loyalnest.storefront.pages.speech import locale_of, own_names
from loyalnest.storefront.pages.values import PageName, Place

# What customers do that has a name in every language; a merchant's own actions have none.
_ACTIONS = ("signup", "newsletter", "review", "birthday", "social_follow", "visit")
_DESCRIPTION = 160
_INSTANT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward."""

    name: str
    text: str
    cost: str
    conditions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Step:
    """A tier."""

    key: str
    name: str
    colour: str
    begins: str
    brings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What bringing a friend gives, and on which terms."""

    friend: str | None
    you: str | None
    at_once: bool
    terms: Sequence[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the paragraphs of its answer."""

    question: str
    answer: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language to read the page in."""

    code: str
    name: str
    direction: str
    address: str
    """Absolute."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as its template takes it."""

    facts: Facts
    place: Place
    page: PageName
    title: str
    paragraphs: Sequence[str]
    notice: str | None
    earn: Sequence[tuple[str, str]]
    """What one does, and what that brings."""
    offers: Sequence[Offer]
    steps: Sequence[Step]
    counts: str | None
    """What one climbs by."""
    invitation: Invitation | None
    questions: Sequence[Asked]
    tongues: Sequence[Tongue]

    @property
    def address(self) -> str:
        """Of the page in its language."""
        return address_in(self.place.address, self.facts.speech.language, self.facts.shop_language)

    @property
    def description(self) -> str:
        """For whoever lists the page: its beginning, in a line."""
        words = " ".join(self.paragraphs)
        if len(words) <= _DESCRIPTION:
            return words
        return words[:_DESCRIPTION].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"

    @property
    def shares(self) -> Sequence[tuple[str, str]]:
        """Where the page can be passed on: a name, and a link that needs no script of anybody's."""
        text, address = quote(self.title), quote(self.address, safe="")
        return (
            (self.facts.speech.say("page.email"), f"mailto:?subject={text}&body={address}"),
            ("WhatsApp", f"https://wa.me/?text={text}%20{address}"),
            ("Facebook", f"https://www.facebook.com/sharer/sharer.php?u={address}"),
            ("X", f"https://twitter.com/intent/tweet?text={text}&url={address}"),
        )


def sheet_of(facts: Facts, page: PageName, place: Place) -> Sheet:
    """What stands on a page."""
    own, say = facts.pages[page].settings.words_in(facts.speech.language), facts.speech.say
    prefix = "page.refer" if page is PageName.REFER else "page."
    title = "Title" if page is PageName.REFER else "title"
    introduction = "Intro" if page is PageName.REFER else "intro"
    words = own.introduction or say(f"{prefix}{introduction}")
    whole = page is PageName.LOYALTY
    asked = [Asked(it.question, _paragraphs(it.answer)) for it in own.questions]
    return Sheet(
        facts=facts,
        place=place,
        page=page,
        title=own.title or say(f"{prefix}{title}", brand=facts.brand.name),
        paragraphs=_paragraphs(words),
        notice=_notice(facts, page),
        earn=_ways_to_earn(facts) if whole else (),
        offers=[_offer(facts, it) for it in facts.offered] if whole else (),
        steps=_steps(facts) if whole else (),
        counts=_counts(facts) if whole else None,
        invitation=invitation_of(facts),
        questions=asked or (_our_questions(facts) if whole else ()),
        tongues=[
            Tongue(
                code,
                own_names()[code],
                locale_of(code).text_direction,
                address_in(place.address, code, facts.shop_language),
            )
            for code in LANGUAGES
        ],
    )


def address_in(address: str, language: str, shop_language: str) -> str:
    """Where a page is in a language; in the shop's own it is where nobody asks for any."""
    return address if language == shop_language else f"{address}?language={language}"


def ratio_of(rate: Decimal) -> tuple[int, int]:
    """A rate without fractions: so many points for so much money. 0.05 is one for twenty."""
    exact = Fraction(rate)
    return exact.numerator, exact.denominator


def _gift(facts: Facts, points: int, reward: str | None) -> str | None:
    """What one side of a referral gets, in words; None for nothing."""
    parts = [facts.speech.points(points)] if points else []
    if reward is not None and reward in facts.gifts:
        parts.append(facts.gifts[reward])
    return facts.speech.both(parts) if parts else None


def _paragraphs(words: str) -> Sequence[str]:
    return [each for each in (part.strip() for part in words.split("\n\n")) if each]


def _notice(facts: Facts, page: PageName) -> str | None:
    """What one should know before all else."""
    say, program = facts.speech.say, facts.program.switches.program
    if program is Switch.PAUSED:
        return say("page.paused")
    if program is Switch.OFF:
        return say("page.ended")
    if page is PageName.REFER and not facts.refers:
        return say("page.referOff")
    return None


def _ways_to_earn(facts: Facts) -> Sequence[tuple[str, str]]:
    if not facts.program.running:
        return ()
    speech, program, found = facts.speech, facts.program, list[tuple[str, str]]()
    rate = program.rates.get(facts.currency, program.default_rate)
    if program.runs("orders") and rate:
        points, money = ratio_of(rate)
        spent = speech.money(Decimal(money), facts.currency)
        found.append((speech.say("page.perSpend", money=spent), speech.points(points)))
    for name in _ACTIONS:
        rule = program.actions.get(name)
        if rule is not None and rule.state is Switch.ON:
            found.append((speech.say(f"actionName.{name}"), speech.points(rule.points)))
    return found


def _offer(facts: Facts, reward: Reward) -> Offer:
    terms, speech = reward.terms, facts.speech
    conditions: list[str] = []
    if worth := _worth(facts, terms):
        conditions.append(worth)
    if (least := terms.minimum_spend.get(facts.currency)) is not None:
        conditions.append(speech.say("reward.fromSpend", money=speech.money(least, facts.currency)))
    if terms.tiers and facts.ladder:
        names = [tier_name(facts, tier) for key in terms.tiers if (tier := facts.ladder.tier(key))]
        if names:
            conditions.append(speech.say("reward.forTiers", tiers=speech.both(names)))
    if terms.ends_at is not None:
        last = (terms.ends_at - _INSTANT).astimezone(facts.merchant.zone).date()
        conditions.append(speech.say("page.until", date=speech.day(last)))
    return Offer(
        name=facts.wanted.said_in(terms.names, terms.name),
        text=facts.wanted.said_in(terms.descriptions, terms.description),
        cost=speech.points(terms.cost),
        conditions=conditions,
    )


def _worth(facts: Facts, terms: rewards.Terms) -> str | None:
    """What a reward is, unless its name says so."""
    speech = facts.speech
    if terms.kind is Kind.AMOUNT_OFF:
        amount = speech.money(terms.amounts[facts.currency], facts.currency)
        return speech.say("reward.off", amount=amount)
    if terms.percent is not None:
        return speech.say("reward.off", amount=speech.percent(terms.percent))
    if terms.kind is Kind.GIFT_CARD:
        return speech.money(terms.amounts[facts.currency], facts.currency)
    return None


def _steps(facts: Facts) -> Sequence[Step]:
    if facts.ladder is None:
        return ()
    return [_step(facts, facts.ladder, tier) for tier in facts.ladder.tiers]


def _step(facts: Facts, ladder: tiers.Ladder, tier: tiers.Tier) -> Step:
    speech = facts.speech
    brings: list[str] = []
    if tier.multiplier > 1:
        brings.append(speech.say("page.times", factor=speech.number(tier.multiplier)))
    if tier.entry_points:
        brings.append(speech.say("tier.entryText", points=speech.points(tier.entry_points)))
    amount = {
        tiers.Basis.SPEND: lambda: speech.money(tier.threshold, facts.currency),
        tiers.Basis.POINTS: lambda: speech.points(int(tier.threshold)),
        tiers.Basis.ORDERS: lambda: speech.counted("tier.orders", int(tier.threshold)),
    }[ladder.basis]()
    return Step(
        key=tier.key,
        name=tier_name(facts, tier),
        colour=tier.colour,
        begins=speech.say("tier.from", amount=amount),
        brings=[*brings, *facts.perks_of(tier)],
    )


def tier_name(facts: Facts, tier: tiers.Tier) -> str:
    """What a tier is called."""
    return facts.wanted.said_in(tier.names, tier.name)


def _counts(facts: Facts) -> str | None:
    if facts.ladder is None or not facts.ladder.tiers:
        return None
    say = facts.speech.say
    basis, window = say(f"tierBasis.{facts.ladder.basis}"), say(f"tierWindow.{facts.ladder.window}")
    return say("page.counts", basis=basis, window=window)


def invitation_of(facts: Facts) -> Invitation | None:
    """What bringing a friend gives now; None where nobody can be brought."""
    if not facts.refers:
        return None
    promised = facts.referral
    friend = _gift(facts, promised.friend_points, promised.friend_reward_id)
    you = _gift(facts, promised.advocate_points, promised.advocate_reward_id)
    at_once = promised.friend_reward_when is RewardWhen.JOINED and bool(promised.friend_reward_id)
    return Invitation(friend, you, at_once, _terms(facts, promised))


def _terms(facts: Facts, promised: ReferralSettings) -> Sequence[str]:
    speech = facts.speech
    found = [speech.say("page.buyWithin", days=speech.days(promised.expires_days))]
    if promised.completes_on is CompletesOn.SIGN_UP:
        return [speech.say("page.countsJoined")]
    least = promised.minimum_spend.get(facts.currency)
    if least:
        found.append(speech.say("page.firstOrder", money=speech.money(least, facts.currency)))
    if promised.return_days:
        found.append(speech.say("page.countsAfter", days=speech.days(promised.return_days)))
    return found


def _our_questions(facts: Facts) -> Sequence[Asked]:
    say, program = facts.speech.say, facts.program
    found = [Asked(say("page.qJoin"), [say("page.aJoin")])]
    if program.runs("orders"):
        when = {
            AwardOn.CREATED: "page.aPlaced",
            AwardOn.PAID: "page.aPaid",
            AwardOn.FULFILLED: "page.aFulfilled",
        }[program.award_on]
        answer = [say(when)]
        if program.hold.kind is HoldKind.DAYS:
            answer.append(say("page.aHeld", days=facts.speech.days(program.hold.days)))
        elif program.hold.kind is HoldKind.FULFILLED and program.award_on is not AwardOn.FULFILLED:
            answer.append(say("page.aHeldFulfilled"))
        found.append(Asked(say("page.qWhen"), [" ".join(answer)]))
    found.append(Asked(say("page.qExpire"), [_expiry(facts, facts.expiry)]))
    found.append(Asked(say("page.qReturn"), [say("page.aReturn")]))
    return found


def _expiry(facts: Facts, expiry: Expiry) -> str:
    say, days = facts.speech.say, facts.speech.days
    if expiry.kind is ExpiryKind.NEVER:
        return say("page.aNever")
    if expiry.kind is ExpiryKind.INACTIVITY:
        return say("page.aIdle", days=days(expiry.days))
    if expiry.kind is ExpiryKind.DAYS:
        return say("page.aDays", days=days(expiry.days))
    if expiry.days:
        return say("page.aNotBefore", days=days(expiry.days))
    return say("page.aMonth" if expiry.kind is ExpiryKind.MONTH_END else "page.aYear")
