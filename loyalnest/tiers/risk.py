"""Who is about to lose a tier, of many merchants at once: what is told before it happens."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import bulk
from loyalnest.tiers import queries, rules, storage
from loyalnest.tiers.values import AtRisk, Basis, LadderVersion, Place, Progress, Window

_NOBODY = UUID(int=0)


async def at_risk(
    session: AsyncSession,
    until: Mapping[UUID, date],
    *,
    after: Mapping[UUID, UUID],
    limit: int,
    now: datetime,
) -> tuple[list[AtRisk], dict[UUID, UUID]]:
    """Who of these merchants' customers keeps their tier until a day of each merchant's at most.

    Up to `limit` customers of each merchant are looked at; where there may be more, the last is
    what comes back second, to look behind in the next call. A tier that a person gave is not at
    risk, and nothing is that somebody bought for good.
    """
    ladders = {
        id_: it
        for id_, it in (await queries.ladders_of(session, list(until))).items()
        if it.ladder.enabled and it.ladder.window is not Window.LIFETIME
    }
    if not ladders:
        return [], {}
    connection = await bulk(session)
    begin = {it: after.get(it, _NOBODY) for it in ladders}
    places = await storage.by_themselves(connection, begin, limit=limit, now=now)
    found: list[AtRisk] = []
    for basis in Basis:
        mine = [it for it in places if ladders[it.merchant_id].ladder.basis is basis]
        found += await _of_basis(session, basis, mine, ladders, until, now=now)
    return found, _more(places, limit)


async def _of_basis(
    session: AsyncSession,
    basis: Basis,
    places: Sequence[Place],
    ladders: Mapping[UUID, LadderVersion],
    until: Mapping[UUID, date],
    *,
    now: datetime,
) -> list[AtRisk]:
    merchant_ids = list({it.merchant_id for it in places})
    zones = await merchants.zones_of(session, merchant_ids)
    programs = await merchants.programs_of(session, merchant_ids)
    asked: list[storage.Asked] = []
    for it in places:
        window, zone = ladders[it.merchant_id].ladder.window, zones[it.merchant_id]
        end = datetime.combine(until[it.merchant_id] + timedelta(days=1), time(), zone)
        award_on = programs[it.merchant_id].at(now).settings.award_on.value
        starts = rules.window_start(window, now, zone), rules.window_start(window, end, zone)
        asked.append(((it.merchant_id, it.customer_id), *starts, award_on))
    connection = await bulk(session)
    progress = await storage.progress_of(connection, basis, asked)
    near = {
        (it.merchant_id, it.customer_id)
        for it in places
        if it.kept_until is not None
        or _is_short(ladders[it.merchant_id], it, progress.get((it.merchant_id, it.customer_id)))
    }
    leaving = await storage.leaving_of(connection, basis, [it for it in asked if it[0] in near])
    found: list[AtRisk] = []
    for it in places:
        who = (it.merchant_id, it.customer_id)
        ladder, zone = ladders[it.merchant_id].ladder, zones[it.merchant_id]
        risk = who in near and rules.risk_of(
            ladder,
            it,
            progress[who].now if who in progress else rules.NOTHING,
            leaving.get(it.customer_id, {}),
            today=now.astimezone(zone).date(),
            until=until[it.merchant_id],
            zone=zone,
        )
        if risk and (tier := ladder.tier(it.tier)):
            found.append(AtRisk(*who, tier, *risk, basis))
    return found


def _is_short(version: LadderVersion, place: Place, progress: Progress | None) -> bool:
    """Whether what counts at the end of the time that is looked ahead bears the tier no longer."""
    tier = version.ladder.tier(place.tier)
    left = progress.then if progress else rules.NOTHING
    return tier is not None and left < tier.threshold


def _more(places: Sequence[Place], limit: int) -> dict[UUID, UUID]:
    last: dict[UUID, UUID] = {}
    seen: dict[UUID, int] = {}
    for it in places:
        last[it.merchant_id] = max(last.get(it.merchant_id, _NOBODY), it.customer_id)
        seen[it.merchant_id] = seen.get(it.merchant_id, 0) + 1
    return {it: last[it] for it, count in seen.items() if count == limit}
