"""What goals give: once for a customer, and taken back when refunds take them below it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger, merchants
from loyalnest.campaigns import queries, rules
from loyalnest.campaigns.events import CampaignUsedUp
from loyalnest.campaigns.values import WIRE_PREFIX, CampaignId, Given, Pair, Progress
from loyalnest.kernel.database import bulk
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import to_wire

_LOCK = """
SELECT c.merchant_id, c.id, c.budget - c.spent
FROM campaigns c
JOIN unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
  ON c.merchant_id = k.merchant_id AND c.id = k.id
ORDER BY c.merchant_id, c.id
FOR NO KEY UPDATE OF c
"""
_SPEND = """
UPDATE campaigns c SET spent = c.spent + k.points
FROM (SELECT merchant_id, id, sum(points)::bigint AS points
      FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS d (merchant_id, id, points)
      GROUP BY merchant_id, id) AS k
WHERE c.merchant_id = k.merchant_id AND c.id = k.id AND c.budget IS NOT NULL
"""
_KEEP = """
INSERT INTO campaign_goals (merchant_id, campaign_id, customer_id, points, drawn, steps, judged_at)
SELECT n.*, $7::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::int[])
     AS n (merchant_id, campaign_id, customer_id, points, drawn, steps)
ON CONFLICT (merchant_id, campaign_id, customer_id) DO UPDATE
SET points = excluded.points, drawn = excluded.drawn, steps = excluded.steps,
    judged_at = excluded.judged_at
"""
Key = tuple[UUID, CampaignId, UUID]
"""A merchant, its campaign, and the living customer whose goal it is."""


class _Change(NamedTuple):
    """What becomes of one goal's points: whose entries they are, before and after."""

    before: Given
    points: int
    """Signed; 0 only keeps in mind that the budget could not bear it."""
    progress: Progress | None
    drawn: int = 0
    """Points that are set aside from the budget for it."""

    @property
    def after(self) -> Given:
        """What is given once this is posted."""
        return msgspec.structs.replace(
            self.before,
            points=self.before.points + self.points,
            drawn=self.before.drawn + self.drawn,
            steps=self.before.steps + (self.points != 0),
        )


async def judge_goals(session: AsyncSession, who: Sequence[Pair], *, now: datetime) -> None:
    """Bring what goals have given these living customers to what their orders bear now.

    The same news again, in whatever order, ends the same. A budget is drawn on once for a customer
    and never overrun; what refunds take back doesn't refill it.
    """
    with_goals = await queries.goals_of(session, list({merchant_id for merchant_id, _ in who}))
    asked = sorted(pair for pair in set(who) if pair[0] in with_goals)
    if not asked:
        return
    progress = {
        (it.merchant_id, it.campaign_id, it.customer_id): it
        for it in await queries.progress_of(session, asked)
    }
    campaigns = {key[:2] for key in progress}
    campaigns |= {(it.merchant_id, it.campaign_id) for it in await queries.given_to(session, asked)}
    if not campaigns:
        return
    left = await _lock(session, sorted(campaigns))
    # Read behind the lock: whoever judged the same customers meanwhile has finished.
    given: dict[Key, list[Given]] = {}
    for it in await queries.given_to(session, asked):
        given.setdefault((it.merchant_id, it.campaign_id, it.living_id), []).append(it)
    changes: list[_Change] = []
    events: list[CampaignUsedUp] = []
    for key in sorted(progress.keys() | given.keys()):
        changes += _changes(key, progress.get(key), given.get(key, ()), left, events, now)
    await _post(session, [it for it in changes if it.points], now=now)
    await _keep(session, changes, now=now)
    await publish(session, events, now=now)


def _changes(
    key: Key,
    progress: Progress | None,
    given: Sequence[Given],
    left: dict[tuple[UUID, CampaignId], int],
    events: list[CampaignUsedUp],
    now: datetime,
) -> list[_Change]:
    merchant_id, campaign_id, living_id = key
    goal = rules.goal_points(progress)
    more = goal - sum(it.points for it in given)
    if more < 0:
        # Those of whoever was merged go first: what a customer earned as themselves stays longest.
        order = sorted(given, key=lambda it: (it.customer_id == living_id, it.customer_id))
        return _taken(order, -more, progress)
    if more == 0:
        return []
    own = next((it for it in given if it.customer_id == living_id), None)
    before = own or Given(merchant_id, campaign_id, living_id, living_id, 0, 0, 0)
    drawn = max(0, goal - sum(it.drawn for it in given))
    budget = left.get((merchant_id, campaign_id), drawn)
    if drawn <= budget:
        if (merchant_id, campaign_id) in left:
            left[merchant_id, campaign_id] = budget - drawn
        return [_Change(before, more, progress, drawn)]
    if own is not None:
        return []
    events.append(
        CampaignUsedUp(
            merchant_id=merchant_id,
            customer_id=living_id,
            occurred_at=now,
            campaign_id=campaign_id,
            left=budget,
        )
    )
    return [_Change(before, 0, progress)]


def _taken(given: Sequence[Given], points: int, progress: Progress | None) -> list[_Change]:
    changes: list[_Change] = []
    for it in given:
        if taken := min(points, it.points):
            changes.append(_Change(it, -taken, progress))
            points -= taken
    return changes


async def _lock(
    session: AsyncSession, campaigns: Sequence[tuple[UUID, CampaignId]]
) -> dict[tuple[UUID, CampaignId], int]:
    """What is left of each budget; who has none is not in it, and is locked all the same."""
    connection = await bulk(session)
    merchant_ids, ids = map(list, zip(*campaigns, strict=True))
    rows = await connection.fetch(_LOCK, merchant_ids, ids)
    return {(row[0], CampaignId(row[1])): row[2] for row in rows if row[2] is not None}


async def _post(session: AsyncSession, changes: Sequence[_Change], *, now: datetime) -> None:
    if not changes:
        return
    merchant_ids = list({it.before.merchant_id for it in changes})
    units = await ledger.unit_ids_of(session, merchant_ids)
    programs = await merchants.programs_of(session, merchant_ids)
    may_owe = {id_: program.at(now).settings.debt.allowed for id_, program in programs.items()}
    postings = [_posting(it, units, may_owe, now) for it in changes]
    await ledger.post_many(session, postings, now=now)


def _posting(
    it: _Change, units: Mapping[UUID, ledger.UnitId], may_owe: Mapping[UUID, bool], now: datetime
) -> ledger.Posting:
    given, gives = it.before, it.points > 0
    source = ledger.Source(
        "campaign",
        f"{to_wire(WIRE_PREFIX, given.campaign_id)}:{to_wire('cus', given.customer_id)}",
    )
    writes_off = not gives and not may_owe[given.merchant_id]
    return ledger.Posting(
        merchant_id=given.merchant_id,
        customer_id=given.living_id,
        unit_id=units[given.merchant_id],
        kind=ledger.EntryKind.EARN if gives else ledger.EntryKind.REFUND,
        amount=it.points,
        source=source,
        step=f"{'earn' if gives else 'claw'}:{given.steps + 1}",
        occurred_at=now,
        basis=rules.goal_basis(it.progress),
        clawback_of=None if gives else source,
        shortfall=ledger.Shortfall.WRITE_OFF if writes_off else None,
    )


async def _keep(session: AsyncSession, changes: Sequence[_Change], *, now: datetime) -> None:
    if not changes:
        return
    connection = await bulk(session)
    rows = [
        (it.merchant_id, it.campaign_id, it.customer_id, it.points, it.drawn, it.steps)
        for it in (change.after for change in changes)
    ]
    await connection.execute(_KEEP, *map(list, zip(*rows, strict=True)), now)
    drawn = [(it.before.merchant_id, it.before.campaign_id, it.drawn) for it in changes if it.drawn]
    if drawn:
        await connection.execute(_SPEND, *map(list, zip(*drawn, strict=True)))
