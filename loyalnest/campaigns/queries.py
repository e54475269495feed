"""Named reads: campaigns, their versions, and the rules in force for a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.campaigns.errors import CampaignNotFound
from loyalnest.campaigns.values import Campaign, CampaignId, Rule, Version
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
_LIST = text(
    f"{_CAMPAIGNS} AND (cast(:state AS text) IS NULL OR c.state = :state)"
    " AND (cast(:before AS uuid) IS NULL OR c.id < :before) ORDER BY c.id DESC LIMIT :limit"
)
_VERSIONS_OF = text(
    "SELECT merchant_id, campaign_id, version, effective_from, rule, created_by"
    " FROM campaign_versions WHERE merchant_id = :merchant_id AND campaign_id = :id"
    " ORDER BY version DESC"
)
_REPORT = text("""
SELECT count(*) FILTER (WHERE NOT held_out) AS orders,
       count(DISTINCT customer_id) FILTER (WHERE NOT held_out) AS customers,
       coalesce(sum(points), 0) AS points,
       count(*) FILTER (WHERE held_out) AS held_out_orders,
       count(DISTINCT customer_id) FILTER (WHERE held_out) AS held_out_customers
FROM campaign_awards
WHERE merchant_id = :merchant_id AND campaign_id = :id
""")
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


class Report(msgspec.Struct, frozen=True):
    """What a campaign has done so far."""

    orders: int
    customers: int
    points: int
    held_out_orders: int
    held_out_customers: int


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
    session: AsyncSession, *, state: str | None, before: UUID | None, limit: int
) -> list[Campaign]:
    """A merchant's campaigns, the newest first."""
    asked = {
        "merchant_id": merchant_of(session),
        "state": state,
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
    return Report(*map(int, row))


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
