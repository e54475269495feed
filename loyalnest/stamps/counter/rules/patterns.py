"""What looks odd among stamps that counted. Odd isn't wrong: somebody should look."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from loyalnest.stamps.counter.rules.judging import FAR, NO_PLACE, STALE
from loyalnest.stamps.counter.values import AlertKind, Done, Finding, Opening, Place

SAME_CARD = 4
"""So often in a day one clerk stamps one card before it looks odd."""
MANY, WITHIN = 15, timedelta(minutes=5)
OLD_CODES = 5

LOOKS_BACK = timedelta(days=2)
"""How much has to be known to see a pattern of one day in any time zone."""


def find(done: Sequence[Done], places: Mapping[UUID, Place], zone: ZoneInfo) -> list[Finding]:
    """What is odd among one merchant's stamps; places are by store."""

    def day_of(it: Done) -> date:
        return it.at.astimezone(zone).date()

    return [
        *_often(
            AlertKind.SAME_CARD,
            (it for it in done if it.clerk_id and it.card_id),
            lambda it: (day_of(it), it.clerk_id, it.card_id),
            SAME_CARD,
            with_card=True,
            zone=zone,
        ),
        *_bursts(done, zone),
        *_often(
            AlertKind.CLOSED,
            (it for it in done if it.store_id and _is_closed(places.get(it.store_id), it.at, zone)),
            lambda it: (day_of(it), it.clerk_id, it.stamper_id),
            1,
            zone=zone,
        ),
        *_often(
            AlertKind.FAR_AWAY,
            (it for it in done if it.flags & {FAR, NO_PLACE}),
            lambda it: (day_of(it), it.clerk_id, it.stamper_id),
            1,
            zone=zone,
        ),
        *_often(
            AlertKind.OLD_CODES,
            (it for it in done if STALE in it.flags),
            lambda it: (day_of(it), it.clerk_id),
            OLD_CODES,
            zone=zone,
        ),
    ]


def is_open(hours: Iterable[Opening], at: datetime, zone: ZoneInfo) -> bool:
    """Whether a store is open at an instant, by the merchant's clock."""
    local = at.astimezone(zone)
    today, now = local.weekday(), local.time()
    yesterday = (today - 1) % 7
    return any(
        (it.weekday == today and _from(it, now)) or (it.weekday == yesterday and _over(it, now))
        for it in hours
    )


def _from(it: Opening, now: time) -> bool:
    return it.opens <= now and (now < it.closes or it.closes <= it.opens)


def _over(it: Opening, now: time) -> bool:
    """Still open from the evening before."""
    return it.closes <= it.opens and now < it.closes


def _is_closed(place: Place | None, at: datetime, zone: ZoneInfo) -> bool:
    return place is not None and place.hours is not None and not is_open(place.hours, at, zone)


def _often(
    kind: AlertKind,
    done: Iterable[Done],
    key: Callable[[Done], Hashable],
    least: int,
    *,
    zone: ZoneInfo,
    with_card: bool = False,
) -> list[Finding]:
    groups: dict[Hashable, list[Done]] = defaultdict(list)
    for it in done:
        groups[key(it)].append(it)
    return [
        _finding(kind, group, zone, with_card=with_card)
        for group in groups.values()
        if len(group) >= least
    ]


def _bursts(done: Sequence[Done], zone: ZoneInfo) -> list[Finding]:
    by_clerk: dict[UUID, list[Done]] = defaultdict(list)
    for it in done:
        if it.clerk_id:
            by_clerk[it.clerk_id].append(it)
    found: dict[tuple[UUID, date], dict[Done, None]] = {}
    for clerk_id, own in by_clerk.items():
        own.sort(key=lambda it: it.at)
        for first in range(len(own) - MANY + 1):
            window = own[first : first + MANY]
            if window[-1].at - window[0].at <= WITHIN:
                day = window[0].at.astimezone(zone).date()
                found.setdefault((clerk_id, day), {}).update(dict.fromkeys(window))
    return [_finding(AlertKind.MANY_AT_ONCE, list(group), zone) for group in found.values()]


def _finding(
    kind: AlertKind, group: Sequence[Done], zone: ZoneInfo, *, with_card: bool = False
) -> Finding:
    first = min(group, key=lambda it: it.at)
    return Finding(
        kind=kind,
        day=first.at.astimezone(zone).date(),
        first_at=first.at,
        last_at=max(it.at for it in group),
        count=len(group),
        card_id=first.card_id if with_card else None,
        clerk_id=first.clerk_id,
        stamper_id=None if with_card or kind in _OF_CLERK else first.stamper_id,
    )


_OF_CLERK = {AlertKind.MANY_AT_ONCE, AlertKind.OLD_CODES}
