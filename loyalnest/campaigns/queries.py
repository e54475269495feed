"""Named reads: campaigns, their versions, and the rules in force for a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import orders
from loyalnest.campaigns.errors import CampaignNotFound
from loyalnest.campaigns.values import (
    Campaign,
    CampaignId,
    Given,
    Pair,
    Phase,
    Progress,
    Rule,
    Version,
)
from loyalnest.kernel.database import bulk, merchant_of

_CAMPAIGNS = """
SELECT c.merchant_id, c.id, c.version, v.rule, c.budget, c.spent,
       c.created_at, c.created_by, c.updated_at
FROM campaigns c
JOIN campaign_versions v
  ON v.merchant_id = c.merchant_id AND v.campaign_id = c.id AND v.version = c.version
WHERE c.merchant_id = :merchant_id
"""
_ONE = text(f"{_CAMPAIGNS} AND c.id = :id")
# The phases as `rules.phase_of` tells them apart.
_LIST = text(f"""{_CAMPAIGNS}
  AND (cast(:state AS text) IS NULL OR c.state = :state)
  AND (cast(:phases AS text[]) IS NULL
       OR CASE WHEN c.state <> 'active' THEN c.state
               WHEN cast(:now AS timestamptz) < cast(v.rule ->> 'starts_at' AS timestamptz)
               THEN 'scheduled'
               WHEN cast(:now AS timestamptz) >= cast(v.rule ->> 'ends_at' AS timestamptz)
               THEN 'ended'
               WHEN c.spent >= c.budget THEN 'used_up'
               ELSE 'running' END = ANY(cast(:phases AS text[])))
  AND (cast(:before AS uuid) IS NULL OR c.id < :before)
ORDER BY c.id DESC
LIMIT :limit
""")
_VERSIONS_OF = text(
    "SELECT merchant_id, campaign_id, version, effective_from, rule, created_by"
    " FROM campaign_versions WHERE merchant_id = :merchant_id AND campaign_id = :id"
    " ORDER BY version DESC"
)
# Other currencies count by the rate of their order's day, and are left out where there was none.
_REPORT = text(f"""
SELECT count(*) FILTER (WHERE NOT a.held_out),
       count(DISTINCT a.customer_id) FILTER (WHERE NOT a.held_out),
       coalesce(sum(a.points), 0) + (
           SELECT coalesce(sum(g.points), 0) FROM campaign_goals g
           WHERE g.merchant_id = :merchant_id AND g.campaign_id = :id),
       (SELECT count(*) FROM campaign_goals g
        WHERE g.merchant_id = :merchant_id AND g.campaign_id = :id AND g.points > 0),
       coalesce(sum({orders.OWN_MONEY}) FILTER (WHERE NOT a.held_out), 0),
       count(*) FILTER (WHERE a.held_out),
       count(DISTINCT a.customer_id) FILTER (WHERE a.held_out),
       coalesce(sum({orders.OWN_MONEY}) FILTER (WHERE a.held_out), 0),
       m.currency
FROM merchants m
LEFT JOIN campaign_awards a ON a.merchant_id = m.merchant_id AND a.campaign_id = :id
LEFT JOIN orders o ON o.merchant_id = a.merchant_id AND o.id = a.order_id
WHERE m.merchant_id = :merchant_id
GROUP BY m.currency
""")  # noqa: S608
# A version is never changed, but a transaction that wrote and read one may have been rolled back:
# the writer's transaction id tells that version from its successor.
_NEWEST = """
SELECT c.merchant_id, c.id, c.version, v.xmin::text, c.budget IS NOT NULL
FROM campaigns c
JOIN campaign_versions v
  ON v.merchant_id = c.merchant_id AND v.campaign_id = c.id AND v.version = c.version
WHERE c.merchant_id = ANY($1::uuid[])
  AND c.state <> 'draft'
  AND (c.over_at IS NULL OR c.over_at > $2)
ORDER BY c.merchant_id, c.id
"""
_VERSIONS = """
SELECT v.merchant_id, v.campaign_id, v.version, v.effective_from, v.rule, v.created_by
FROM campaign_versions v
JOIN unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, campaign_id)
  ON v.merchant_id = k.merchant_id AND v.campaign_id = k.campaign_id
ORDER BY v.merchant_id, v.campaign_id, v.version
"""
# Versions and not campaigns: who began under a goal keeps it, whatever the campaign is now.
_GOALS = """
SELECT DISTINCT v.merchant_id
FROM campaign_versions v
WHERE v.merchant_id = ANY($1::uuid[]) AND v.rule #>> '{effect,kind}' = 'goal'
"""
# By the identity that an order came through, so that parting two customers parts their orders too.
_PROGRESS = f"""
SELECT k.merchant_id, a.campaign_id, k.customer_id,
       (array_agg(v.version ORDER BY a.occurred_at, a.order_id))[1],
       (array_agg(v.rule ORDER BY a.occurred_at, a.order_id))[1],
       coalesce(sum({orders.OWN_MONEY}), 0),
       m.currency
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN merchants m ON m.merchant_id = k.merchant_id
JOIN customers c
  ON c.merchant_id = k.merchant_id AND (c.id = k.customer_id OR c.merged_into = k.customer_id)
JOIN orders o ON o.merchant_id = c.merchant_id AND o.customer_id = c.id
JOIN campaign_awards a ON a.merchant_id = o.merchant_id AND a.order_id = o.id
JOIN campaign_versions v
  ON v.merchant_id = a.merchant_id AND v.campaign_id = a.campaign_id AND v.version = a.version
WHERE NOT a.held_out AND v.rule #>> '{{effect,kind}}' = 'goal'
GROUP BY k.merchant_id, a.campaign_id, k.customer_id, m.currency
ORDER BY 1, 2, 3
"""  # noqa: S608
_GIVEN = """
SELECT g.merchant_id, g.campaign_id, g.customer_id, k.customer_id, g.points, g.drawn, g.steps
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id)
JOIN customers c
  ON c.merchant_id = k.merchant_id AND (c.id = k.customer_id OR c.merged_into = k.customer_id)
JOIN campaign_goals g ON g.merchant_id = c.merchant_id AND g.customer_id = c.id
ORDER BY 1, 2, 3
"""
_COLLECTIONS = """
SELECT p.merchant_id, p.product, p.collection
FROM unnest($1::uuid[], $2::text[]) AS k (merchant_id, product)
JOIN product_collections p ON p.merchant_id = k.merchant_id AND p.product = k.product
"""
_KNOWN_COLLECTIONS = text(
    "SELECT p.collection, count(*) FROM product_collections p"
    " WHERE p.merchant_id = :merchant_id"
    " AND (cast(:after AS text) IS NULL OR p.collection > :after)"
    " GROUP BY p.collection ORDER BY p.collection LIMIT :limit"
)


class Report(msgspec.Struct, frozen=True):
    """What a campaign has done so far."""

    orders: int
    customers: int
    points: int
    reached: int
    """Customers who have reached its goal, and have not been taken below it."""
    spend: Decimal
    """What is left of those orders after refunds, in the merchant's currency."""
    held_out_orders: int
    held_out_customers: int
    held_out_spend: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign with every version of its rule, oldest first."""

    merchant_id: UUID
    id: CampaignId
    has_budget: bool
    versions: Sequence[Version]

    def at(self, instant: datetime) -> Version | None:
        """The version in force at an instant; None before there was one."""
        in_force = [each for each in self.versions if each.effective_from <= instant]
        return in_force[-1] if in_force else None


async def get(session: AsyncSession, campaign_id: CampaignId) -> Campaign:
    """One campaign. Raises CampaignNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": campaign_id}
    row = (await session.execute(_ONE, asked)).one_or_none()
    if row is None:
        raise CampaignNotFound
    return _campaign(row)


async def list_campaigns(
    session: AsyncSession,
    *,
    state: str | None = None,
    phases: Sequence[Phase] = (),
    before: UUID | None,
    limit: int,
    now: datetime,
) -> list[Campaign]:
    """A merchant's campaigns, the newest first: all, or those in one of these phases."""
    asked = {
        "merchant_id": merchant_of(session),
        "state": state,
        "phases": [phase.value for phase in phases] or None,
        "now": now,
        "before": before,
        "limit": limit,
    }
    return [_campaign(row) for row in await session.execute(_LIST, asked)]


async def versions_of(session: AsyncSession, campaign_id: CampaignId) -> list[Version]:
    """Every version of a campaign's rule, the newest first. Raises CampaignNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": campaign_id}
    found = [_version(row) for row in await session.execute(_VERSIONS_OF, asked)]
    if not found:
        raise CampaignNotFound
    return found


async def report_of(session: AsyncSession, campaign_id: CampaignId) -> Report:
    """What a campaign has given, to how many, and how many it left out on purpose."""
    asked = {"merchant_id": merchant_of(session), "id": campaign_id}
    row = (await session.execute(_REPORT, asked)).one()
    return Report(*row)


async def running_in(
    session: AsyncSession, merchant_ids: Sequence[UUID], *, since: datetime
) -> dict[UUID, list[Running]]:
    """The campaigns that an order placed at `since` or later may meet, by merchant.

    One small query where nothing has changed: versions never change once they are written, so the
    process keeps what it has read.
    """
    connection = await bulk(session)
    newest = await connection.fetch(_NEWEST, list(merchant_ids), since)
    stale = [
        (row[0], row[1])
        for row in newest
        if (known := _known.get((row[0], row[1]))) is None or known[0] != (row[2], row[3])
    ]
    if stale:
        versions: dict[tuple[UUID, UUID], list[Version]] = {key: [] for key in stale}
        merchants, campaigns = zip(*stale, strict=True)
        for row in await connection.fetch(_VERSIONS, list(merchants), list(campaigns)):
            versions[row[0], row[1]].append(_version(row))
        marks = {(row[0], row[1]): (row[2], row[3]) for row in newest}
        _known.update({key: (marks[key], found) for key, found in versions.items()})
    running: dict[UUID, list[Running]] = {}
    for merchant_id, campaign_id, _, _, has_budget in newest:
        found = _known[merchant_id, campaign_id][1]
        running.setdefault(merchant_id, []).append(
            Running(merchant_id, CampaignId(campaign_id), has_budget, found)
        )
    return running


async def goals_of(session: AsyncSession, merchant_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these merchants have, or had, a campaign with a goal."""
    connection = await bulk(session)
    return {row[0] for row in await connection.fetch(_GOALS, list(merchant_ids))}


async def progress_of(session: AsyncSession, who: Sequence[Pair]) -> list[Progress]:
    """How far these living customers have come with every goal that an order of theirs met."""
    connection = await bulk(session)
    rows = await connection.fetch(_PROGRESS, *_columns(who))
    return [
        Progress(
            merchant_id=row[0],
            campaign_id=CampaignId(row[1]),
            customer_id=row[2],
            version=row[3],
            rule=Rule.model_validate(row[4]),
            spend=row[5],
            currency=row[6],
        )
        for row in rows
    ]


async def given_to(session: AsyncSession, who: Sequence[Pair]) -> list[Given]:
    """What goals have given these living customers and those merged into them."""
    connection = await bulk(session)
    return [Given(*row) for row in await connection.fetch(_GIVEN, *_columns(who))]


async def collections_of(
    session: AsyncSession, products: Sequence[tuple[UUID, str]]
) -> dict[UUID, dict[str, list[str]]]:
    """The collections of these products (merchant, product), by both."""
    connection = await bulk(session)
    found: dict[UUID, dict[str, list[str]]] = {}
    merchant_ids = [merchant_id for merchant_id, _ in products]
    for row in await connection.fetch(_COLLECTIONS, merchant_ids, [name for _, name in products]):
        found.setdefault(row[0], {}).setdefault(row[1], []).append(row[2])
    return found


async def list_collections(
    session: AsyncSession, *, after: str | None, limit: int
) -> list[tuple[str, int]]:
    """The collections that are known and how many products each has, by name."""
    asked = {"merchant_id": merchant_of(session), "after": after, "limit": limit}
    return [(row[0], row[1]) for row in await session.execute(_KNOWN_COLLECTIONS, asked)]


def _columns(who: Sequence[Pair]) -> tuple[list[UUID], list[UUID]]:
    return [merchant_id for merchant_id, _ in who], [customer_id for _, customer_id in who]


_known: dict[tuple[UUID, UUID], tuple[tuple[int, str], list[Version]]] = {}


def _campaign(row: Any) -> Campaign:
    merchant_id, id_, version, rule, budget, spent, created_at, created_by, updated_at = row
    return Campaign(
        merchant_id=merchant_id,
        id=CampaignId(id_),
        version=version,
        rule=Rule.model_validate(rule),
        budget=budget,
        spent=spent,
        created_at=created_at,
        created_by=created_by,
        updated_at=updated_at,
    )


def _version(row: Any) -> Version:
    merchant_id, campaign_id, version, effective_from, rule, created_by = row
    return Version(
        merchant_id, campaign_id, version, effective_from, Rule.model_validate(rule), created_by
    )
