"""What customers would lose, told some days before: points, stamps, codes, tiers.

Each looks at a share of many merchants' customers and says behind whom there are more. Everything
that lies ahead is looked at every day, so that a date that came nearer is told as well; what makes
a message due is whose it is and its day, which is why nobody hears of it again.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants, messaging, rewards, stamps, tiers
from loyalnest.kernel.currencies import minor_units
from loyalnest.messaging import Ask, Source
from loyalnest.notices import queries
from loyalnest.notices.telling import News, asks_for, last_day, members_of
from loyalnest.notices.values import NoticeAhead, NoticeSettings
from loyalnest.stamps import enrolling
from loyalnest.templates import Occasion

AT_ONCE = 500
"""How many customers of each merchant are looked at in one transaction."""

SpeaksElsewhere: TypeAlias = Callable[[AsyncSession, list[UUID]], Awaitable[Collection[UUID]]]
"""Those of some merchants whose customers are told by somebody else."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is to be known of the merchants whose customers are told."""

    now: datetime
    zones: Mapping[UUID, ZoneInfo]
    currencies: Mapping[UUID, str]
    wanted: Mapping[UUID, NoticeSettings]

    def until(self, occasion: Occasion) -> dict[UUID, date]:
        """The last day that is looked ahead to, by merchant; those who tell nobody are left out."""
        ahead: dict[UUID, date] = {}
        for id_, settings in self.wanted.items():
            notice = settings.of(occasion)
            if notice.on and isinstance(notice, NoticeAhead):
                today = self.now.astimezone(self.zones[id_]).date()
                ahead[id_] = today + timedelta(days=notice.days)
        return ahead

    def ends(self, days: Mapping[UUID, date]) -> dict[UUID, datetime]:
        """The instant at which each merchant's day is over."""
        return {id_: self.end(id_, day) for id_, day in days.items()}

    def end(self, merchant_id: UUID, day: date) -> datetime:
        """The same of one."""
        return datetime.combine(day + timedelta(days=1), time(), self.zones[merchant_id])


async def around(session: AsyncSession, merchant_ids: list[UUID], *, now: datetime) -> Around:
    """What is to be known of those of these merchants whose program runs."""
    running = list(await queries.running(session, merchant_ids, now=now))
    settings = await queries.settings_of(session, running)
    return Around(
        now=now,
        zones=await merchants.zones_of(session, running),
        currencies=await merchants.currencies_of(session, running),
        wanted={id_: it.settings for id_, it in settings.items()},
    )


async def points(
    session: AsyncSession, known: Around, after: Mapping[UUID, Any]
) -> tuple[list[Ask], Mapping[UUID, Any]]:
    """Points that lapse: one message for a customer and day, however many lots there are."""
    until = known.ends(known.until(Occasion.POINTS_EXPIRING))
    units = await ledger.unit_ids_of(session, until)
    found, marks = await ledger.lapsing_ahead(
        session,
        {(id_, unit_id): until[id_] for id_, unit_id in units.items()},
        after={(id_, units[id_]): mark for id_, mark in after.items() if id_ in units},
        limit=AT_ONCE,
        now=known.now,
    )
    more = {id_: mark for (id_, _), mark in marks.items()}
    who = {(it.merchant_id, it.customer_id) for it in found}
    members = await members_of(session, who)
    told = await messaging.told_of(session, who, kind=Occasion.POINTS_EXPIRING)
    news = [
        News(
            it.merchant_id,
            it.customer_id,
            Occasion.POINTS_EXPIRING,
            Source(Occasion.POINTS_EXPIRING, it.customer_id, it.day.isoformat()),
            {"points": it.points, "expires_on": it.day.isoformat()},
            known.end(it.merchant_id, it.day),
        )
        for it in found
        if it.day.isoformat() not in told.get(it.customer_id, {})
    ]
    return asks_for(news, members, known.wanted), more


async def cards(
    session: AsyncSession, known: Around, after: Mapping[UUID, Any]
) -> tuple[list[Ask], Mapping[UUID, Any]]:
    """Stamps that lapse: one message for a card and day."""
    until = known.ends(known.until(Occasion.CARD_EXPIRING))
    found, more = await stamps.lapsing_ahead(
        session, until, after=after, limit=AT_ONCE, now=known.now
    )
    members = await members_of(session, {(it.merchant_id, it.customer_id) for it in found})
    whose = {it.card_id: it.merchant_id for it in found}
    links = await enrolling.links_to(session, whose, now=known.now)
    news: list[News] = []
    for it in found:
        terms, day = it.program.terms, it.day.isoformat()
        told = {
            "card": members.called(it.customer_id, terms.name, terms.names),
            "stamps": it.stamps,
            "expires_on": day,
            "link": links[it.card_id],
        }
        source = Source(Occasion.CARD_EXPIRING, it.card_id, day)
        ends = known.end(it.merchant_id, it.day)
        news.append(
            News(it.merchant_id, it.customer_id, Occasion.CARD_EXPIRING, source, told, ends)
        )
    return asks_for(news, members, known.wanted), more


async def codes(
    session: AsyncSession, known: Around, after: Mapping[UUID, Any]
) -> tuple[list[Ask], Mapping[UUID, Any]]:
    """Codes that lapse: one message for a code and day."""
    until = known.ends(known.until(Occasion.REWARD_EXPIRING))
    found, more = await rewards.lapsing_ahead(
        session, until, after=after, limit=AT_ONCE, now=known.now
    )
    members = await members_of(session, {(it.merchant_id, it.customer_id) for it in found})
    named = await rewards.rewards_of(
        session, list({(it.merchant_id, it.reward_id) for it in found})
    )
    news: list[News] = []
    for it in found:
        reward = named.get((it.merchant_id, it.reward_id))
        if reward is None or it.expires_at is None:
            continue
        day = last_day(it.expires_at, known.zones[it.merchant_id]).isoformat()
        called = members.called(it.customer_id, reward.terms.name, reward.terms.names)
        news.append(
            News(
                it.merchant_id,
                it.customer_id,
                Occasion.REWARD_EXPIRING,
                Source(Occasion.REWARD_EXPIRING, it.id, day),
                {"reward": called, "code": it.code, "expires_on": day},
                it.expires_at,
            )
        )
    return asks_for(news, members, known.wanted), more


async def tiers_at_risk(
    session: AsyncSession, known: Around, after: Mapping[UUID, Any]
) -> tuple[list[Ask], Mapping[UUID, Any]]:
    """Tiers that are kept for some days only: one message until the time ahead has passed anew.

    The day may move with what is bought, and nobody is told of each move.
    """
    until = known.until(Occasion.TIER_AT_RISK)
    found, more = await tiers.at_risk(session, until, after=after, limit=AT_ONCE, now=known.now)
    who = {(it.merchant_id, it.customer_id) for it in found}
    members = await members_of(session, who)
    told = await messaging.told_of(session, who, kind=Occasion.TIER_AT_RISK)
    news: list[News] = []
    for it in found:
        since = known.now - timedelta(days=known.wanted[it.merchant_id].tier_at_risk.days)
        if any(at > since for at in told.get(it.customer_id, {}).values()):
            continue
        news.append(
            News(
                it.merchant_id,
                it.customer_id,
                Occasion.TIER_AT_RISK,
                Source(Occasion.TIER_AT_RISK, it.customer_id, it.day.isoformat()),
                {
                    "tier": members.called(it.customer_id, it.tier.name, it.tier.names),
                    "expires_on": it.day.isoformat(),
                    "spend": _spend(it, known.currencies[it.merchant_id]),
                },
                known.end(it.merchant_id, it.day),
            )
        )
    return asks_for(news, members, known.wanted), more


def _spend(risk: tiers.AtRisk, currency: str) -> Mapping[str, str] | None:
    """What to spend, as it can be paid: never a little too little. None where orders or points
    are what counts."""
    if risk.basis is not tiers.Basis.SPEND:
        return None
    least = Decimal(1).scaleb(-minor_units(currency))
    amount = risk.missing.quantize(least, rounding=ROUND_CEILING)
    return {"amount": str(amount), "currency": currency}
