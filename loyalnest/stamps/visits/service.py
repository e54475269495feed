"""Use cases: bring visits, and the rhythms that follow from them, to what the stamps say."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants, orders
from loyalnest.kernel.database import Bulk, bulk
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps.visits import reckoning, rules, storage
from loyalnest.stamps.visits.events import VisitCancelled, VisitChanged, VisitRecorded
from loyalnest.stamps.visits.values import VISIT, Pair, Place, Stay, Visit, VisitId

_NOTHING = Decimal(0)
_TICK = timedelta(microseconds=1)


class _News(msgspec.Struct, frozen=True):
    """What has become of visits, at all the places of a batch."""

    begun: list[Visit]
    changed: list[tuple[Visit, Visit]]
    """As it was, and as it is."""
    gone: list[Visit]

    @property
    def standing(self) -> list[Visit]:
        """Those that there are, new or changed."""
        return [*self.begun, *(it for _, it in self.changed)]

    def worth_telling(self) -> "_News":
        """Without those that merely lasted longer: they are the same order, on the same day."""
        told = [
            (was, it)
            for was, it in self.changed
            if (was.stay.began_at, was.stay.amount) != (it.stay.began_at, it.stay.amount)
        ]
        return _News(self.begun, told, self.gone)

    def at_other_times(self) -> list[Visit]:
        """Those that somebody's rhythm is told from otherwise than before."""
        moved = [it for was, it in self.changed if was.stay.began_at != it.stay.began_at]
        return [*self.begun, *moved, *self.gone]


async def settle_many(
    session: AsyncSession, told: Sequence[tuple[UUID, UUID]], *, now: datetime
) -> None:
    """Bring the visits that these stamps (merchant, id) touch to what all stamps say by now.

    Whatever order stamps come in, late, twice or taken back, the visits end the same. Each is an
    order at the counter: begun, edited or cancelled here; its amount is optional.
    """
    if not told:
        return
    connection = await bulk(session)
    await storage.take_turns(connection, [merchant_id for merchant_id, _ in told])
    windows = await storage.windows_of(connection, told)
    if not windows:
        return
    news = await _settled(connection, windows, now=now)
    await storage.drop(connection, news.gone)
    await storage.put(connection, news.standing)
    news = news.worth_telling()
    everything = [*news.standing, *news.gone]
    if not everything:
        return
    await _record_orders(session, news, now=now)
    who = sorted({(it.place.merchant_id, it.place.customer_id) for it in everything})
    living = await customers.current_many(session, who)
    await publish(session, _announced(news, living), now=now)
    whose = [it.place for it in news.at_other_times()]
    await reckon_many(session, [(it.merchant_id, living[it.customer_id]) for it in whose], now=now)


async def reckon_many(session: AsyncSession, who: Sequence[Pair], *, now: datetime) -> None:
    """Tell anew how often these customers come. Who was merged away, erased, or wants no scores
    about themselves has no rhythm."""
    if who:
        await reckoning.reckon(session, sorted(set(who)), now=now)


async def _settled(connection: Bulk, windows: Sequence[storage.Window], *, now: datetime) -> _News:
    kept = await storage.kept_in(connection, windows)
    given = await storage.given_in(connection, windows)
    firsts = await storage.first_stores(connection, list({it[0] for it in windows}))
    news = _News([], [], [])
    for merchant_id, customer_id, store_id, _, _ in windows:
        place = Place(merchant_id, customer_id, store_id)
        settled = rules.settle(kept.get(place, ()), rules.stays(given.get(place, ())))
        books = store_id or firsts.get(merchant_id)
        news.begun.extend(
            Visit(VisitId(new_id()), place, stay, books, now) for stay in settled.begun
        )
        news.changed.extend((was, _as(was, stay, now)) for was, stay in settled.changed)
        news.gone.extend(settled.gone)
    return news


def _as(was: Visit, stay: Stay, now: datetime) -> Visit:
    # The order's newest description counts, so that each is newer than the one before.
    at = max(now, was.changed_at + _TICK)
    return msgspec.structs.replace(was, stay=stay, changed_at=at)


async def _record_orders(session: AsyncSession, news: _News, *, now: datetime) -> None:
    merchant_ids = {it.place.merchant_id for it in (*news.standing, *news.gone)}
    currencies = await merchants.currencies_of(session, list(merchant_ids))
    facts = [
        _order(it, it.order_store_id, currencies[it.place.merchant_id])
        for it in news.standing
        if it.order_store_id is not None
    ]
    facts += [
        orders.Facts(
            it.place.merchant_id, it.order_store_id, to_wire(VISIT, it.id), cancelled_at=now
        )
        for it in news.gone
        if it.order_store_id is not None
    ]
    await orders.record_many(session, facts, now=now)


def _order(visit: Visit, store_id: UUID, currency: str) -> orders.Facts:
    """A visit as the shop would say it: bought, paid and handed over as it began."""
    stay = visit.stay
    line = orders.Line(id="visit", quantity=1, current_quantity=1, net=stay.amount or _NOTHING)
    return orders.Facts(
        visit.place.merchant_id,
        store_id,
        to_wire(VISIT, visit.id),
        snapshot=orders.Snapshot(
            version=visit.changed_at,
            placed_at=stay.began_at,
            number=None,
            channel=orders.COUNTER,
            currency=currency,
            total=stay.amount or _NOTHING,
            lines=(line,) if stay.amount else (),
        ),
        buyer=visit.place.customer_id,
        paid_at=stay.began_at,
        fulfilled_at=stay.began_at,
    )


def _announced(news: _News, living: Mapping[UUID, UUID]) -> list[Event]:
    return [
        *(
            VisitRecorded(
                merchant_id=it.place.merchant_id,
                customer_id=living[it.place.customer_id],
                occurred_at=it.stay.began_at,
                visit_id=it.id,
                store_id=it.place.store_id,
                began_at=it.stay.began_at,
            )
            for it in news.begun
        ),
        *(
            VisitChanged(
                merchant_id=it.place.merchant_id,
                customer_id=living[it.place.customer_id],
                occurred_at=it.changed_at,
                visit_id=it.id,
                store_id=it.place.store_id,
                began_at=it.stay.began_at,
                was_at=was.stay.began_at,
            )
            for was, it in news.changed
        ),
        *(
            VisitCancelled(
                merchant_id=it.place.merchant_id,
                customer_id=living[it.place.customer_id],
                occurred_at=it.stay.began_at,
                visit_id=it.id,
                store_id=it.place.store_id,
                began_at=it.stay.began_at,
            )
            for it in news.gone
        ),
    ]
