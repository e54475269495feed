"""The demo's café: a merchant whose guests collect stamps, and half a year of their visits.

The guests are made up, and so are their numbers, which belong to nobody. Who comes when follows
from a fixed seed and the day the café was opened, so that the history is the same however often it
is told, and a telling that was cut short goes on where it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, customers, merchants, platform, staff, stamps
from loyalnest.kernel.database import Database, act_for
from loyalnest.kernel.events import Author, sign
from loyalnest.stamps import CardProgram, CardState, ProgramState, counter, enrolling

HANDLE = "cafe"
NAME = "Robin Café"
OWNER = "owner@cafe.example.com"
ORIGIN = "hello@cafe.example.com"
"""What its mails say they are from."""
PIN = "2580"
"""Both clerks'."""
_ACTOR = "demo"
_ZONE = "Europe/London"
_SEED = 1843
_WEEKS = 26
_GUESTS = 120
_COFFEE = stamps.CardTerms(
    name="Coffee card",
    names={"de": "Kaffeekarte", "fr": "Carte café", "ar": "بطاقة القهوة"},
    stages=(
        stamps.Stage(
            key="coffee",
            count=5,
            name="Free coffee",
            names={"de": "Gratis-Kaffee", "fr": "Café offert", "ar": "قهوة مجانية"},
            cost=Decimal("0.60"),
        ),
        stamps.Stage(
            key="cake",
            count=10,
            name="Coffee and cake",
            names={"de": "Kaffee und Kuchen", "fr": "Café et gâteau", "ar": "قهوة وكعكة"},
            cost=Decimal("2.10"),
        ),
    ),
    birthday_stamps=1,
    daily_limit=10,
)
_LUNCH = stamps.CardTerms(
    name="Lunch card",
    names={"de": "Mittagskarte", "fr": "Carte déjeuner", "ar": "بطاقة الغداء"},
    stages=(
        stamps.Stage(key="soup", count=4, name="Bowl of soup", cost=Decimal("1.40")),
        stamps.Stage(key="lunch", count=8, name="Free lunch", cost=Decimal("4.50")),
    ),
    welcome_stamps=1,
    cooldown_minutes=120,
)
"""Drawn up once all guests have been: that it is there says that their history is in."""
_FIRST = ("Amina", "Ben", "Chloe", "Dev", "Ella", "Femi", "Grace", "Hugo", "Isla", "Jamal", "Kira")
_LAST = (
    "Abbott",
    "Begum",
    "Carter",
    "Doyle",
    "Evans",
    "Fraser",
    "Gill",
    "Hughes",
    "Iqbal",
    "Jones",
)
_HOURS = (7, 8, 8, 8, 9, 9, 10, 11, 12, 12, 13, 13, 14, 15, 16, 17)


@dataclass(frozen=True, slots=True)
class _Habit:
    """How often somebody comes, since when and until when, in days from the first."""

    every: float
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class _Counter:
    """Who and what stands at the counter."""

    store_id: UUID
    stamper_id: UUID
    clerk_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Opened:
    """The café as whoever tries it needs it."""

    owner_password: str | None
    """Its owner's, when it was opened just now."""
    poster: str | None
    """The code of the poster at its door, unless it was taken down."""
    guests_wait: bool
    """Their half year has yet to come in: see `tell`."""


async def prepare(database: Database, *, owner_password: str | None, now: datetime) -> Opened:
    """Open the café unless it is there. `owner_password` is what a new owner gets, made up where
    none is given.
    """
    async with database.platform() as session:
        found = await merchants.find_by_handle(session, HANDLE)
        password = None
        if found is None:
            password = owner_password or staff.made_up_password()
            merchant_id = await _open(session, password, now=now)
        else:
            merchant_id = found.id
    async with database.tenant(merchant_id) as session:
        hung = [it for it in await enrolling.list_posters(session) if it.withdrawn_at is None]
        guests_wait = len(await stamps.programs(session)) == 1
    return Opened(password, hung[0].code if hung else None, guests_wait)


async def _open(session: AsyncSession, password: str, *, now: datetime) -> UUID:
    opened = await platform.open_merchant(
        session, handle=HANDLE, name=NAME, currency="GBP", time_zone=_ZONE, now=now, actor=_ACTOR
    )
    merchant_id = opened.merchant.id
    store = await merchants.add_store(
        session,
        merchant_id=merchant_id,
        provider="counter",
        domain="robin-cafe.example.com",
        name="Robin Lane",
        now=now,
    )
    await act_for(session, [merchant_id])
    sign(session, Author(_ACTOR))
    await staff.create_member(
        session, email=OWNER, role=staff.Role.OWNER, password=password, now=now
    )
    brand = branding.BrandSettings(colour="#7c2d12", corners=branding.Corners.ROUND)
    await branding.save(session, brand, actor=_ACTOR, now=now)
    active = ProgramState.ACTIVE
    coffee = await stamps.create(session, _COFFEE, state=active, actor=_ACTOR, now=now)
    await _furnish(session, coffee, store.id, now=now)
    return merchant_id


async def _furnish(
    session: AsyncSession, coffee: CardProgram, store_id: UUID, *, now: datetime
) -> None:
    """A poster at the door, two clerks, and a phone at the counter."""
    await enrolling.create_poster(
        session,
        program_id=coffee.id,
        store_id=store_id,
        name="At the door",
        check_by=None,
        actor=_ACTOR,
        now=now,
    )
    for name in ("Maya", "Tom"):
        await counter.add_clerk(session, name=name, pin=PIN, actor=_ACTOR, now=now)
    await counter.add_stamper(
        session, name="Phone at the counter", store_id=store_id, actor=_ACTOR, now=now
    )


async def tell(database: Database, *, now: datetime) -> int:
    """Let the guests' half year come in, week by week; how many stamps they have been given."""
    async with database.platform() as session:
        merchant_id = (await merchants.get_by_handle(session, HANDLE)).id
    async with database.tenant(merchant_id) as session:
        (program, *others) = await stamps.programs(session)
        if others:
            return 0
        at_counter = await _at_counter(session, merchant_id)
    until = program.created_at.astimezone(ZoneInfo(_ZONE)).date()
    first = until - timedelta(weeks=_WEEKS)
    habits = _habits(Random(_SEED))  # noqa: S311 - a history, and no secret
    given = 0
    ids: dict[int, UUID] = {}
    for week in range(_WEEKS):
        monday = first + timedelta(weeks=week)
        async with database.tenant(merchant_id) as session:
            sign(session, Author(_ACTOR))
            ids |= await _welcome(session, program, habits, week, at=_instant(monday, 7))
            visits = list(_visits(habits, first, week))
            given += await _stamp(session, ids, visits, at_counter, _instant(monday, 22, days=6))
    async with database.tenant(merchant_id) as session:
        active = ProgramState.ACTIVE
        await stamps.create(session, _LUNCH, state=active, actor=_ACTOR, now=now)
    return given


async def _at_counter(session: AsyncSession, merchant_id: UUID) -> _Counter:
    (store, *_) = await merchants.list_stores(session, merchant_id=merchant_id)
    (stamper, *_) = await counter.list_stampers(session)
    return _Counter(store.id, stamper.id, [it.id for it in await counter.list_clerks(session)])


def _habits(random: Random) -> list[_Habit]:
    """A few come every other day, most about weekly, some monthly; not all of them come still."""
    ends = _WEEKS * 7
    habits: list[_Habit] = []
    for _ in range(_GUESTS):
        every = random.choice((2, 3, 4, 6, 7, 7, 7, 9, 14, 28)) * random.uniform(0.85, 1.15)
        since = random.choice((0, 0, 0, random.randrange(ends - 10)))
        stays = random.random() < 0.75
        habits.append(_Habit(every, since, ends if stays else random.randrange(since, ends)))
    return habits


def _visits(
    habits: Sequence[_Habit], first: date, week: int
) -> Iterator[tuple[int, int, datetime]]:
    """Who comes in a week: the guest, the number of the visit, and when."""
    for guest, habit in enumerate(habits):
        random = Random(_SEED * 1000 + guest)  # noqa: S311
        day, number = float(habit.since), 0
        while day < min(habit.until, (week + 1) * 7):
            hour, minute = random.choice(_HOURS), random.randrange(60)
            if day >= week * 7:
                yield guest, number, _instant(first, hour, minute, days=int(day))
            day += max(0.6, random.gauss(habit.every, habit.every / 4))
            number += 1


def _instant(day: date, hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(hour, minute), ZoneInfo(_ZONE))


async def _welcome(
    session: AsyncSession,
    program: CardProgram,
    habits: Sequence[_Habit],
    week: int,
    *,
    at: datetime,
) -> dict[int, UUID]:
    """Those who come for the first time have a card; which is whose."""
    new = [guest for guest, habit in enumerate(habits) if habit.since // 7 == week]
    names = [f"{first} {last}" for last, first in product(_LAST, _FIRST)]
    names += [f"{first} de {last}" for last, first in product(_LAST, _FIRST)]
    contacts = [
        customers.Contact(
            program.merchant_id,
            phone=f"+4477009{guest:05d}",
            phone_verified=True,
            name=names[guest],
            locale="en",
        )
        for guest in new
    ]
    found = [it for it in await customers.identify_many(session, contacts, now=at) if it]
    await customers.enrol_many(session, [(program.merchant_id, it) for it in found], now=at)
    openings = [stamps.Opening(customer_id=it, program_id=program.id, actor=_ACTOR) for it in found]
    states = await stamps.open_cards(session, openings, now=at)
    return {guest: state.card.id for guest, state in zip(new, states, strict=True)}


async def _stamp(
    session: AsyncSession,
    cards: dict[int, UUID],
    visits: Sequence[tuple[int, int, datetime]],
    at_counter: _Counter,
    now: datetime,
) -> int:
    """A stamp for each visit; what that brings, most guests have at once."""
    asked = [
        stamps.Stamping(
            card_id=stamps.CardId(cards[guest]),
            occurred_at=at,
            key=f"demo:{guest}:{number}",
            actor=_ACTOR,
            store_id=at_counter.store_id,
            stamper_id=at_counter.stamper_id,
            clerk_id=at_counter.clerk_ids[(guest + number) % len(at_counter.clerk_ids)],
            purchase=Decimal(280 + 35 * ((guest * 7 + number * 3) % 19)) / 100,
        )
        for guest, number, at in visits
    ]
    outcomes = await stamps.stamp_many(session, asked, now=now)
    given = [it for it in outcomes if isinstance(it, stamps.Stamped)]
    await _hand_out(session, {it.state.card.id: it.state for it in given}, at_counter, now)
    return len(given)


async def _hand_out(
    session: AsyncSession,
    states: dict[stamps.CardId, CardState],
    at_counter: _Counter,
    now: datetime,
) -> None:
    using = [
        stamps.Using(
            reward_id=reward.id,
            key=f"demo:{reward.id}",
            actor=_ACTOR,
            at=now,
            store_id=at_counter.store_id,
            stamper_id=at_counter.stamper_id,
            clerk_id=at_counter.clerk_ids[reward.round % len(at_counter.clerk_ids)],
        )
        for state in states.values()
        for reward in state.due
        if (reward.round + reward.count) % 7
    ]
    await stamps.use_many(session, using, now=now)
