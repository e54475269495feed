"""Where somebody stands. Pure: values in, values out.

A tier is borne by what counts within the window. When the window moves on and bears it no longer,
it is kept for the days of grace; when a refund takes away what bore it, it goes at once.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from loyalnest.tiers.values import Cause, Ladder, Place, Progress, Tier, Window

NOTHING = Decimal(0)
BEGINNING = datetime(1900, 1, 1, tzinfo=ZoneInfo("UTC"))


def window_start(window: Window, at: datetime, zone: ZoneInfo) -> datetime:
    """From when on something counts at an instant, by the merchant's calendar.

    Twelve months before the 29th of February begin on the 1st of March.
    """
    if window is Window.LIFETIME:
        return BEGINNING
    local = at.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if window is Window.CALENDAR_YEAR:
        return midnight.replace(month=1, day=1)
    try:
        return midnight.replace(year=local.year - 1)
    except ValueError:
        return midnight.replace(year=local.year - 1, month=3, day=1)


def borne_by(ladder: Ladder, progress: Decimal) -> Tier | None:
    """The highest tier that this progress reaches."""
    reached = [tier for tier in ladder.tiers if tier.threshold <= progress]
    return reached[-1] if reached and ladder.enabled else None


def judge(
    ladder: Ladder, version: int, before: Place, progress: Progress, now: datetime
) -> tuple[Place, Cause | None]:
    """Where somebody stands now by their own buying, and why that changed, if it did.

    `progress.then` is what counted within the window of when they last qualified, as it is known
    today: where even that bears the tier no longer, it wasn't time that took it.
    """
    borne = borne_by(ladder, progress.now)
    key = borne.key if borne else None
    current = before.tier if ladder.rank(before.tier) >= 0 else None
    stands = msgspec.structs.replace(
        before, progress=progress.now, ladder_version=version, tier=current
    )
    if ladder.rank(key) >= ladder.rank(current):
        qualified = msgspec.structs.replace(stands, tier=key, qualified_at=now, kept_until=None)
        if key == before.tier:
            return qualified, None
        changed = version != before.ladder_version or key is None
        cause = Cause.LADDER_CHANGED if changed else Cause.EARNED
        return msgspec.structs.replace(qualified, since=now), cause
    if version != before.ladder_version:
        return _falls(stands, key, now), Cause.LADDER_CHANGED
    then = borne_by(ladder, progress.then)
    if ladder.rank(then.key if then else None) < ladder.rank(current):
        return _falls(stands, key, now), Cause.REFUNDED
    kept_until = before.kept_until or now + timedelta(days=ladder.grace_days)
    if now < kept_until:
        return msgspec.structs.replace(stands, kept_until=kept_until), None
    return _falls(stands, key, now), Cause.LAPSED


def _falls(place: Place, key: str | None, now: datetime) -> Place:
    return msgspec.structs.replace(place, tier=key, since=now, qualified_at=now, kept_until=None)


def passed(ladder: Ladder, before: str | None, after: str | None) -> list[Tier]:
    """The tiers that somebody climbed past, the new one included; none on the way down."""
    return list(ladder.tiers[ladder.rank(before) + 1 : ladder.rank(after) + 1])


def lost(ladder: Ladder, before: str | None, after: str | None) -> list[Tier]:
    """The tiers that somebody fell from; none on the way up."""
    return passed(ladder, after, before)


def next_tier(ladder: Ladder, progress: Decimal) -> tuple[Tier, Decimal] | None:
    """The next tier up and what is missing for it; None at the top."""
    for tier in ladder.tiers:
        if tier.threshold > progress:
            return tier, tier.threshold - progress
    return None


def risk_of(
    ladder: Ladder,
    place: Place,
    progress: Decimal,
    leaving: Mapping[date, Decimal],
    *,
    today: date,
    until: date,
    zone: ZoneInfo,
) -> tuple[date, Decimal] | None:
    """The last day on which somebody keeps their tier, by a day at most, and what is missing.

    `progress` is what counts now, `leaving` what of it falls out of the window, by its day. None
    where nothing threatens, or where what they buy today would not help: of a calendar year that
    ends, only what comes after counts.
    """
    tier = ladder.tier(place.tier)
    if tier is None or not ladder.enabled:
        return None

    def left_on(day: date) -> Decimal:
        start = start_on(ladder.window, day, zone)
        return progress - sum((it for on, it in leaving.items() if on < start), Decimal(0))

    if place.kept_until is not None:
        falls = place.kept_until.astimezone(zone).date()
    else:
        latest = until + timedelta(days=1 - ladder.grace_days)
        days = (today + timedelta(days=n) for n in range(1, (latest - today).days + 1))
        unborne = next((day for day in days if left_on(day) < tier.threshold), None)
        if unborne is None:
            return None
        falls = unborne + timedelta(days=ladder.grace_days)
    day, missing = falls - timedelta(days=1), tier.threshold - left_on(falls)
    helps = start_on(ladder.window, falls, zone) <= today
    return (day, missing) if today <= day <= until and missing > 0 and helps else None


def start_on(window: Window, day: date, zone: ZoneInfo) -> date:
    """The first day that counts at the beginning of a day of the merchant's."""
    return window_start(window, datetime.combine(day, time(), zone), zone).date()
