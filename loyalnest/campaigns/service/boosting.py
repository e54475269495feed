"""What tiers, segments and campaigns add to orders, decided for a whole batch at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, orders, segments, tiers
from loyalnest.campaigns import queries, rules
from loyalnest.campaigns.events import CampaignUsedUp
from loyalnest.campaigns.queries import Running
from loyalnest.campaigns.values import (
    ONE,
    WIRE_PREFIX,
    Bonus,
    Boost,
    Multiplier,
    Pair,
    Purchase,
    SpendGoal,
    Version,
)
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import to_wire

_LOCK_BUDGETS = """
SELECT c.merchant_id, c.id, c.budget - c.spent
FROM campaigns c
JOIN unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
  ON c.merchant_id = k.merchant_id AND c.id = k.id
WHERE c.budget IS NOT NULL
ORDER BY c.merchant_id, c.id
FOR NO KEY UPDATE OF c
"""
_SPEND = """
UPDATE campaigns c SET spent = c.spent + k.points
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS k (merchant_id, id, points)
WHERE c.merchant_id = k.merchant_id AND c.id = k.id
"""
_LOCK_BUYERS = """
SELECT 1
FROM customers c
JOIN unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
  ON c.merchant_id = k.merchant_id AND c.id = k.id
ORDER BY c.merchant_id, c.id
FOR NO KEY UPDATE OF c
"""
_AWARDED = """
SELECT DISTINCT a.merchant_id, a.campaign_id, k.living_id
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, living_id)
JOIN customers c
  ON c.merchant_id = k.merchant_id AND (c.id = k.living_id OR c.merged_into = k.living_id)
JOIN campaign_awards a ON a.merchant_id = c.merchant_id AND a.customer_id = c.id
WHERE a.campaign_id = ANY($3::uuid[])
"""
# An order that was worth nothing has no entry that keeps what was decided: it is decided again.
_RECORD = """
INSERT INTO campaign_awards (merchant_id, campaign_id, order_id, customer_id, version, points,
                             held_out, occurred_at, recorded_at)
SELECT *, $9::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::bigint[], $7::bool[],
            $8::timestamptz[])
ON CONFLICT (merchant_id, campaign_id, order_id) DO UPDATE SET points = excluded.points
"""


class _Match(NamedTuple):
    """A campaign that an order meets."""

    version: Version
    has_budget: bool
    held_out: bool
    products: tuple[str, ...] | None
    """Those of which alone it scales the lines; None: all of them."""

    @property
    def is_goal(self) -> bool:
        """Whether the order counts towards a goal, and gets nothing by itself."""
        return isinstance(self.version.rule.effect, SpendGoal)

    @property
    def key(self) -> Pair:
        return (self.version.merchant_id, self.version.campaign_id)


async def boosts_for(
    session: AsyncSession, purchases: Sequence[Purchase], *, now: datetime
) -> list[tuple[Boost, ...]]:
    """What each of these orders gets on top, in the order given; decided once and for good.

    An order meets the campaigns that were in force when it was placed, by its buyer's tier and
    segment as they are known now. What a campaign's budget can't bear in full, it doesn't give.
    Locks the buyers where a first order matters, and the campaigns that have a budget.
    """
    if not purchases:
        return []
    merchant_ids = list({it.merchant_id for it in purchases})
    since = min(it.placed_at for it in purchases)
    pairs = list({(it.merchant_id, it.customer_id) for it in purchases})
    standings = await tiers.standings_of(session, pairs, now=now)
    running = await queries.running_in(session, merchant_ids, since=since)
    known: Mapping[Pair, str] = {}
    if running or any(it.segment_factors for it in purchases):
        known = await segments.segments_of(session, pairs)
    boosts = [_standing_boosts(it, standings, known) for it in purchases]
    if not running:
        return [tuple(each) for each in boosts]
    zones = await merchants.zones_of(session, merchant_ids)
    collections = await _collections_of(session, purchases, running)
    matches = [
        _matches(
            it,
            running.get(it.merchant_id, ()),
            zones[it.merchant_id],
            standings,
            known,
            collections.get(it.merchant_id, {}),
        )
        for it in purchases
    ]
    matches = await _first_orders_alone(session, purchases, matches)
    return await _award(session, purchases, boosts, matches, now=now)


def _standing_boosts(
    it: Purchase, standings: Mapping[Pair, tiers.Standing], known: Mapping[Pair, str]
) -> list[Boost]:
    buyer = (it.merchant_id, it.customer_id)
    boosts: list[Boost] = []
    standing = standings.get(buyer)
    if standing is not None and standing.tier is not None and standing.multiplier > ONE:
        boosts.append(
            Boost(
                "tier",
                standing.tier,
                standing.name,
                standing.ladder_version,
                factor=standing.multiplier,
            )
        )
    segment = known.get(buyer)
    if segment is not None and (factor := it.segment_factors.get(segment, ONE)) > ONE:
        boosts.append(Boost("segment", segment, segment, factor=factor))
    return boosts


async def _collections_of(
    session: AsyncSession, purchases: Sequence[Purchase], running: Mapping[UUID, Sequence[Running]]
) -> dict[UUID, dict[str, list[str]]]:
    """The collections of what was bought, by merchant; asked only where a campaign names any."""
    asking = {
        merchant_id
        for merchant_id, found in running.items()
        if any(each.rule.conditions.collections for it in found for each in it.versions)
    }
    bought = {
        (it.merchant_id, part.product)
        for it in purchases
        if it.merchant_id in asking
        for part in it.parts
        if part.product is not None
    }
    return await queries.collections_of(session, sorted(bought)) if bought else {}


def _matches(
    it: Purchase,
    running: Sequence[Running],
    zone: ZoneInfo,
    standings: Mapping[Pair, tiers.Standing],
    known: Mapping[Pair, str],
    collections: Mapping[str, Sequence[str]],
) -> list[_Match]:
    buyer = (it.merchant_id, it.customer_id)
    standing = standings.get(buyer)
    tier, segment = standing.tier if standing else None, known.get(buyer)
    found: list[_Match] = []
    for campaign in running if it.meets_campaigns else ():
        version = campaign.at(it.placed_at)
        if version is None or not rules.meets(
            version.rule, it, zone=zone, tier=tier, segment=segment, collections=collections
        ):
            continue
        left_out = rules.is_held_out(campaign.id, it.customer_id, version.rule.holdout)
        products = rules.scaled_products(version.rule.conditions, it.parts, collections)
        found.append(_Match(version, campaign.has_budget, left_out, products))
    return found


async def _first_orders_alone(
    session: AsyncSession, purchases: Sequence[Purchase], matches: Sequence[list[_Match]]
) -> list[list[_Match]]:
    """Leave out the campaigns for first orders where the order isn't its buyer's first."""
    asking = [
        it
        for it, met in zip(purchases, matches, strict=True)
        if any(match.version.rule.conditions.first_order for match in met)
    ]
    if not asking:
        return list(matches)
    connection = await bulk(session)
    buyers = sorted({(it.merchant_id, it.customer_id) for it in asking})
    merchant_ids, customer_ids = map(list, zip(*buyers, strict=True))
    # Two first orders of one customer wait for each other here, and the second sees the first.
    await connection.fetch(_LOCK_BUYERS, merchant_ids, customer_ids)
    later = await orders.with_earlier_ones(
        session, [(it.merchant_id, it.customer_id, it.order_id, it.placed_at) for it in asking]
    )
    campaign_ids = list({match.version.campaign_id for met in matches for match in met})
    awarded = {
        (row[1], row[2])
        for row in await connection.fetch(_AWARDED, merchant_ids, customer_ids, campaign_ids)
    }
    kept: list[list[_Match]] = []
    for it, met in zip(purchases, matches, strict=True):
        left: list[_Match] = []
        for match in met:
            if match.version.rule.conditions.first_order:
                turn = (match.version.campaign_id, it.customer_id)
                if it.order_id in later or turn in awarded:
                    continue
                awarded.add(turn)
            left.append(match)
        kept.append(left)
    return kept


async def _award(
    session: AsyncSession,
    purchases: Sequence[Purchase],
    boosts: Sequence[list[Boost]],
    matches: Sequence[list[_Match]],
    *,
    now: datetime,
) -> list[tuple[Boost, ...]]:
    left = await _lock_budgets(session, matches)
    before = dict(left)
    events: list[CampaignUsedUp] = []
    awards: list[tuple[Purchase, _Match, int]] = []
    decided: list[tuple[Boost, ...]] = []
    for it, standing, met in zip(purchases, boosts, matches, strict=True):
        given, costs = _affordable(it, standing, met, left, events)
        awards += [(it, match, 0) for match in met if match.held_out or match.is_goal]
        awards += [(it, match, cost) for match, cost in zip(given, costs, strict=True)]
        for match, cost in zip(given, costs, strict=True):
            if match.key in left:
                left[match.key] -= cost
        own = (
            _boost(match, cost if match.has_budget else None)
            for match, cost in zip(given, costs, strict=True)
        )
        decided.append((*standing, *own))
    await _write(session, awards, {key: before[key] - left[key] for key in left}, now=now)
    await publish(session, events, now=now)
    return decided


def _affordable(
    it: Purchase,
    standing: Sequence[Boost],
    met: Sequence[_Match],
    left: Mapping[Pair, int],
    events: list[CampaignUsedUp],
) -> tuple[list[_Match], Sequence[int]]:
    """The campaigns whose budgets bear what they would add to this order, and what that is.

    One that falls out may leave more to the others (the highest multiplier is now another), so
    what each adds is worked out anew.
    """
    given = [match for match in met if not match.held_out and not match.is_goal]
    while given:
        every = [*standing, *map(_boost, given)]
        costs = rules.costs(it.parts, every, it.combining)[len(standing) :]
        too_much = next(
            (
                match
                for match, cost in zip(given, costs, strict=True)
                if cost > left.get(match.key, cost)
            ),
            None,
        )
        if too_much is None:
            return given, costs
        events.append(_used_up(it, too_much, left[too_much.key]))
        given.remove(too_much)
    return given, ()


async def _lock_budgets(session: AsyncSession, matches: Sequence[list[_Match]]) -> dict[Pair, int]:
    """What is left of each budget that an order may draw on; nobody else draws on it meanwhile."""
    drawing = [match for met in matches for match in met if not match.is_goal]
    keys = sorted({match.key for match in drawing if match.has_budget})
    if not keys:
        return {}
    merchant_ids, campaign_ids = map(list, zip(*keys, strict=True))
    connection = await bulk(session)
    rows = await connection.fetch(_LOCK_BUDGETS, merchant_ids, campaign_ids)
    return {(row[0], row[1]): row[2] for row in rows}


def _boost(match: _Match, at_most: int | None = None) -> Boost:
    version = match.version
    effect = version.rule.effect
    return Boost(
        "campaign",
        to_wire(WIRE_PREFIX, version.campaign_id),
        version.rule.name,
        version.version,
        factor=effect.factor if isinstance(effect, Multiplier) else ONE,
        points=effect.points if isinstance(effect, Bonus) else 0,
        products=match.products,
        at_most=at_most,
    )


def _used_up(it: Purchase, match: _Match, left: int) -> CampaignUsedUp:
    return CampaignUsedUp(
        merchant_id=it.merchant_id,
        customer_id=it.customer_id,
        occurred_at=it.placed_at,
        campaign_id=match.version.campaign_id,
        left=left,
    )


async def _write(
    session: AsyncSession,
    awards: Sequence[tuple[Purchase, _Match, int]],
    spent: Mapping[Pair, int],
    *,
    now: datetime,
) -> None:
    connection = await bulk(session)
    if drawn := {key: points for key, points in spent.items() if points}:
        merchant_ids, campaign_ids = map(list, zip(*drawn, strict=True))
        await connection.execute(_SPEND, merchant_ids, campaign_ids, list(drawn.values()))
    if awards:
        rows = [
            (
                it.merchant_id,
                match.version.campaign_id,
                it.order_id,
                it.customer_id,
                match.version.version,
                points,
                match.held_out,
                it.placed_at,
            )
            for it, match, points in awards
        ]
        await connection.execute(_RECORD, *map(list, zip(*rows, strict=True)), now)
