"""The Nest's regulars, and the journeys that speak to them on the first day.

Nine made-up people with a past: three have their birthday, three were not seen for longer than is
their way, three have points that lapse in a fortnight; each three read three languages. What they
are sent is seen in the catcher a moment after the first start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, journeys, ledger, merchants, orders, rewards, segments
from loyalnest.entrypoints import nest
from loyalnest.journeys import (
    Birthday,
    ExpiryAhead,
    Inactivity,
    JourneyPlan,
    RewardGift,
    Tell,
    Wait,
)
from loyalnest.kernel.database import Database
from loyalnest.kernel.events import Author, sign
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import Channel
from loyalnest.templates import Occasion

_ACTOR = "demo"
_JOINED = timedelta(days=360)
_GRANTED = timedelta(days=355)
"""The Nest's points live for 365 days, so these have ten left."""
_VISITS = tuple(timedelta(days=days) for days in (105, 85, 65))
"""Every twenty days, and then no more for longer than twice that."""
_BASKET = Decimal("4.50")
"""Too little for a tier, which would be told, too."""
_POINTS = 240
_EMAIL = (Channel.EMAIL,)


@dataclass(frozen=True, slots=True)
class _Regular:
    name: str
    email: str
    language: str


_HAVING_BIRTHDAY = (
    _Regular("Grace Holloway", "grace.holloway@example.com", "en"),
    _Regular("نور الهاشمي", "noor.alhashimi@example.com", "ar"),
    _Regular("Élodie Marchand", "elodie.marchand@example.com", "fr"),
)
_MISSED = (
    _Regular("Tom Ashworth", "tom.ashworth@example.com", "en"),
    _Regular("سلمى ناصر", "salma.nasser@example.com", "ar"),
    _Regular("Jonas Keller", "jonas.keller@example.com", "de"),
)
_WITH_POINTS_LAPSING = (
    _Regular("Priya Nair", "priya.nair@example.com", "en"),
    _Regular("يوسف خليل", "yousef.khalil@example.com", "ar"),
    _Regular("佐藤 葵", "aoi.sato@example.com", "ja"),
)
EVERYBODY = (*_HAVING_BIRTHDAY, *_MISSED, *_WITH_POINTS_LAPSING)


async def prepare(database: Database, *, now: datetime) -> None:
    """Let the regulars be there and the journeys begin, unless The Nest has journeys already.

    Whoever's day it is enters at once and is told at once. The Nest needs somebody to send by.
    """
    async with database.platform() as session:
        merchant_id = (await merchants.get_by_handle(session, nest.HANDLE)).id
    async with database.tenant(merchant_id) as session:
        if await journeys.list_journeys(session, state=None, before=None, limit=1):
            return
    async with database.batch([merchant_id]) as session:
        await _let_them_be_there(session, merchant_id, now=now)
    async with database.tenant(merchant_id) as session:
        sign(session, Author(_ACTOR))
        # Whoever tries the demo at night wants to see what it sends, too.
        at_no_time = consents.QuietHours(starts=time(8), ends=time(8))
        chosen = consents.ConsentSettings(quiet_hours=at_no_time)
        await consents.save_settings(session, chosen, actor=_ACTOR, now=now)
        await segments.score_everybody(session, merchant_id, now=now)
        for plan in _plans(await rewards.catalogue(session)):
            made = await journeys.create(session, plan, actor=_ACTOR, now=now)
            await journeys.start(session, made.id, now=now)
    await journeys.enter_by_calendar(database, now)
    await journeys.take_due_steps(database, now)


async def _let_them_be_there(session: AsyncSession, merchant_id: UUID, *, now: datetime) -> None:
    zones = await merchants.zones_of(session, [merchant_id])
    today = now.astimezone(zones[merchant_id]).date()
    ids = await _members(session, merchant_id, today=today, at=now - _JOINED)
    await _say_yes(session, merchant_id, ids, at=now - _JOINED)
    await _buy(session, merchant_id, now=now)
    await _give_points(session, merchant_id, ids[-len(_WITH_POINTS_LAPSING) :], now=now)


async def _members(
    session: AsyncSession, merchant_id: UUID, *, today: date, at: datetime
) -> Sequence[UUID]:
    """The regulars, in their order, as members of a year's standing."""
    contacts = [
        customers.Contact(
            merchant_id,
            email=it.email,
            name=it.name,
            locale=it.language,
            birthday=_born(today) if it in _HAVING_BIRTHDAY else None,
        )
        for it in EVERYBODY
    ]
    found = await customers.identify_many(session, contacts, now=at)
    ids = [it for it in found if it is not None]
    await customers.enrol_many(session, [(merchant_id, it) for it in ids], now=at)
    return ids


def _born(today: date) -> date:
    """A birthday that is today; 1988 was a leap year, so that there is one on every day."""
    return today.replace(year=1988)


async def _say_yes(
    session: AsyncSession, merchant_id: UUID, ids: Sequence[UUID], *, at: datetime
) -> None:
    said = [
        consents.Said(
            merchant_id,
            it,
            consents.Purpose.OUTREACH,
            consents.Channel.EMAIL,
            consents.State.GRANTED,
            at,
            consents.Proof(consents.Way.IMPORT, _ACTOR),
        )
        for it in ids
    ]
    await consents.record_many(session, said, now=at)


async def _buy(session: AsyncSession, merchant_id: UUID, *, now: datetime) -> None:
    """Those who are missed bought something every twenty days, until they did no more."""
    (store, *_) = await merchants.list_stores(session, merchant_id=merchant_id)
    facts = [
        orders.Facts(
            merchant_id,
            store.id,
            f"regular-{number}-{visit.days}",
            snapshot=_basket(now - visit),
            contact=customers.Contact(merchant_id, email=it.email),
            paid_at=now - visit,
        )
        for number, it in enumerate(_MISSED)
        for visit in _VISITS
    ]
    await orders.record_many(session, facts, now=now)


def _basket(at: datetime) -> orders.Snapshot:
    line = orders.Line(id="1", quantity=1, current_quantity=1, net=_BASKET)
    return orders.Snapshot(
        version=at,
        placed_at=at,
        number=None,
        channel="web",
        currency="GBP",
        total=_BASKET,
        lines=(line,),
    )


async def _give_points(
    session: AsyncSession, merchant_id: UUID, ids: Sequence[UUID], *, now: datetime
) -> None:
    units = await ledger.unit_ids_of(session, [merchant_id])
    brought_along = [
        ledger.Posting(
            merchant_id=merchant_id,
            customer_id=it,
            unit_id=units[merchant_id],
            kind=ledger.EntryKind.IMPORT,
            amount=_POINTS,
            source=ledger.Source("import", to_wire(customers.WIRE_PREFIX, it)),
            step="import",
            occurred_at=now - _GRANTED,
        )
        for it in ids
    ]
    await ledger.post_many(session, brought_along, now=now)


def _plans(catalogue: Sequence[rewards.Reward]) -> Sequence[JourneyPlan]:
    """What a shop begins with. Nobody is held out: of so few people nothing could be learned."""
    gifts = {it.terms.kind: to_wire(rewards.REWARD, it.id) for it in catalogue}
    free_delivery = RewardGift(reward_id=gifts[rewards.Kind.FREE_SHIPPING])
    percent_off = RewardGift(reward_id=gifts[rewards.Kind.PERCENT_OFF])
    return (
        JourneyPlan(
            name="Happy birthday",
            trigger=Birthday(),
            steps=(Tell(occasion=Occasion.BIRTHDAY, channels=_EMAIL, gift=free_delivery),),
            ends_when=(),
            holdout=0,
        ),
        JourneyPlan(
            name="We miss you",
            trigger=Inactivity(rhythm=Decimal(2)),
            steps=(
                Tell(occasion=Occasion.WIN_BACK, channels=_EMAIL),
                Wait(hours=7 * 24),
                Tell(occasion=Occasion.OFFER, channels=_EMAIL, gift=percent_off),
            ),
            holdout=0,
        ),
        JourneyPlan(
            name="Points that are about to lapse",
            trigger=ExpiryAhead(days_before=14),
            steps=(Tell(occasion=Occasion.POINTS_EXPIRING, channels=_EMAIL),),
            ends_when=(),
            holdout=0,
        ),
    )
