"""Drawing campaigns up and changing them."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.campaigns import errors, queries
from loyalnest.campaigns.events import CampaignChanged, CampaignCreated
from loyalnest.campaigns.models import CampaignRow, CampaignVersionRow
from loyalnest.campaigns.values import Campaign, CampaignId, Rule, State
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id

_LOCK = text(
    "SELECT 1 FROM campaigns WHERE merchant_id = :merchant_id AND id = :id FOR NO KEY UPDATE"
)


async def create(
    session: AsyncSession, rule: Rule, *, budget: int | None = None, actor: str, now: datetime
) -> Campaign:
    """Draw a campaign up. It acts on orders that are placed from now on."""
    merchant_id, campaign_id = merchant_of(session), CampaignId(new_id())
    session.add(
        CampaignRow(
            merchant_id=merchant_id,
            id=campaign_id,
            state=rule.state,
            version=1,
            over_at=_over_at(rule, now),
            budget=budget,
            spent=0,
            created_at=now,
            created_by=actor,
            updated_at=now,
        )
    )
    await session.flush()
    await _add_version(session, campaign_id, 1, rule, actor=actor, now=now)
    created = CampaignCreated(merchant_id=merchant_id, occurred_at=now, campaign_id=campaign_id)
    await publish(session, [created], now=now)
    return await queries.get(session, campaign_id)


async def save(
    session: AsyncSession,
    campaign_id: CampaignId,
    rule: Rule,
    *,
    budget: int | None,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> Campaign:
    """Change a campaign from now on; what it gave before stays given, by the rule of its time.

    With `read_version` the change is made only to that version of it. Raises CampaignNotFound,
    CampaignArchived, CampaignChanged, BudgetSpent.
    """
    merchant_id = merchant_of(session)
    await session.execute(_LOCK, {"merchant_id": merchant_id, "id": campaign_id})
    current = await queries.get(session, campaign_id)
    if current.rule == rule and current.budget == budget:
        return current
    if current.rule.state is State.ARCHIVED:
        raise errors.CampaignArchived
    if read_version is not None and read_version != current.version:
        raise errors.CampaignChanged
    if budget is not None and budget < current.spent:
        raise errors.BudgetSpent
    version = current.version if current.rule == rule else current.version + 1
    row = await session.get_one(CampaignRow, (merchant_id, campaign_id), populate_existing=True)
    row.state, row.version, row.budget = rule.state, version, budget
    row.over_at, row.updated_at = _over_at(rule, now), now
    await session.flush()
    if version != current.version:
        await _add_version(session, campaign_id, version, rule, actor=actor, now=now)
    changed = CampaignChanged(
        merchant_id=merchant_id,
        occurred_at=now,
        campaign_id=campaign_id,
        version=version,
        state=rule.state.value,
    )
    await publish(session, [changed], now=now)
    return await queries.get(session, campaign_id)


def _over_at(rule: Rule, now: datetime) -> datetime | None:
    """From when on no order can meet the campaign any more, as far as is known."""
    if rule.state is not State.ARCHIVED:
        return rule.ends_at
    return now if rule.ends_at is None else min(now, rule.ends_at)


async def _add_version(
    session: AsyncSession,
    campaign_id: CampaignId,
    version: int,
    rule: Rule,
    *,
    actor: str,
    now: datetime,
) -> None:
    session.add(
        CampaignVersionRow(
            merchant_id=merchant_of(session),
            campaign_id=campaign_id,
            version=version,
            effective_from=now,
            rule=rule.model_dump(mode="json"),
            created_at=now,
            created_by=actor,
        )
    )
    await session.flush()
