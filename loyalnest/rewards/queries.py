"""Named reads: the catalogue, and what customers bought of it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.rewards.errors import CodeUnknown, RedemptionNotFound, RewardNotFound
from loyalnest.rewards.rules import normalised_code
from loyalnest.rewards.values import (
    GivenFor,
    Redemption,
    RedemptionId,
    Reward,
    RewardId,
    RewardState,
    State,
    Step,
    Terms,
)

_FIRST = (datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
CODE = "redemptions.code"
"""Under which name codes are sealed and hashed."""

_COLUMNS = """
SELECT r.merchant_id, r.id, r.state, r.version, v.terms, r.position, r.stock, r.taken,
       r.created_at, r.updated_at
"""
_IN_FORCE = """
JOIN reward_versions v
  ON v.merchant_id = r.merchant_id AND v.reward_id = r.id AND v.version = r.version
"""
_REWARDS = f"{_COLUMNS} FROM rewards r {_IN_FORCE} WHERE r.merchant_id = $1"
_NAMED = f"""
{_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN rewards r ON r.merchant_id = k.merchant_id AND r.id = k.id
{_IN_FORCE}
"""
_REWARD = f"{_REWARDS} AND r.id = $2"
_CATALOGUE = (
    f"{_REWARDS} AND ($2::text IS NULL OR r.state = $2) ORDER BY r.position, r.id LIMIT 1000"
)
_VERSION = text(
    "SELECT terms FROM reward_versions"
    " WHERE merchant_id = :merchant_id AND reward_id = :id AND version = :version"
)
REDEMPTION_COLUMNS = """
d.merchant_id, d.id, d.reward_id, d.reward_version, d.customer_id, d.entry_id, d.cost, d.state,
d.code_sealed, d.value, d.issuer, d.issued_at, d.expires_at, d.settled_at, d.order_id, d.given_for,
d.given_for_id, d.given_step
"""
_REDEMPTION = f"SELECT {REDEMPTION_COLUMNS} FROM redemptions d WHERE d.merchant_id = :merchant_id"  # noqa: S608
_BY_ID = text(f"{_REDEMPTION} AND d.id = :id")
_BY_KEYS = f"""
SELECT {REDEMPTION_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN redemptions d ON d.merchant_id = k.merchant_id AND d.id = k.id
"""  # noqa: S608
# More than half of a code's time is over: of one that is good for three days nobody is reminded on
# the first.
LAPSING = f"""
SELECT d.*
FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::uuid[])
  AS k (merchant_id, until, after_at, after_id)
CROSS JOIN LATERAL (
    SELECT {REDEMPTION_COLUMNS}
    FROM redemptions d
    WHERE d.merchant_id = k.merchant_id
      AND d.state = 'issued'
      AND d.expires_at > $5
      AND d.expires_at <= k.until
      AND (d.expires_at, d.id) > (k.after_at, k.after_id)
      AND $5 - d.issued_at >= d.expires_at - $5
    ORDER BY d.expires_at, d.id
    LIMIT $6
) d
"""  # noqa: S608
_BY_ID_LOCKED = text(f"{_REDEMPTION} AND d.id = :id FOR UPDATE")
_BY_CODE = text(f"{_REDEMPTION} AND d.code_hash = ANY(:hashes)")
# A redemption keeps whom it was given to; whoever was merged brought theirs.
_LIST = text(f"""
{_REDEMPTION}
  AND (cast(:state AS text) IS NULL OR d.state = :state)
  AND (cast(:reward_id AS uuid) IS NULL OR d.reward_id = :reward_id)
  AND (cast(:customer_id AS uuid) IS NULL OR d.customer_id IN (
      SELECT c.id FROM customers c
      WHERE c.merchant_id = :merchant_id
        AND (c.id = :customer_id OR c.merged_into = :customer_id)))
  AND (cast(:before AS uuid) IS NULL OR d.id < :before)
ORDER BY d.id DESC
LIMIT :limit
""")  # noqa: S608
_STEPS = text(
    "SELECT from_state, to_state, actor, reason, occurred_at FROM redemption_moves"
    " WHERE merchant_id = :merchant_id AND redemption_id = :id ORDER BY id"
)
_COUNTS = """
SELECT coalesce(c.merged_into, c.id), d.reward_id, count(*)
FROM customers c
JOIN redemptions d ON d.merchant_id = c.merchant_id AND d.customer_id = c.id
WHERE c.merchant_id = $1
  AND (c.id = ANY($2::uuid[]) OR c.merged_into = ANY($2::uuid[]))
  AND d.state IN ('issued', 'used')
  AND d.given_for IS NULL
GROUP BY 1, 2
"""


async def get_reward(session: AsyncSession, reward_id: RewardId) -> Reward:
    """One reward. Raises RewardNotFound."""
    row = await (await bulk(session)).fetchrow(_REWARD, merchant_of(session), reward_id)
    if row is None:
        raise RewardNotFound
    return _reward(row)


async def rewards_of(
    session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Reward]:
    """Rewards by (merchant, id), as far as they are there."""
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(_NAMED, [it[0] for it in keys], [it[1] for it in keys])
    return {(reward.merchant_id, reward.id): reward for reward in map(_reward, rows)}


async def find_many(session: AsyncSession, reward_ids: Collection[RewardId]) -> list[Reward]:
    """Those of the merchant's rewards that are there."""
    merchant_id = merchant_of(session)
    return list((await rewards_of(session, [(merchant_id, it) for it in reward_ids])).values())


async def catalogue(session: AsyncSession, *, state: RewardState | None = None) -> list[Reward]:
    """The merchant's rewards in their order; a catalogue is short, there are no pages."""
    connection = await bulk(session)
    return [_reward(row) for row in await connection.fetch(_CATALOGUE, merchant_of(session), state)]


async def terms_of(session: AsyncSession, redemption: Redemption) -> Terms:
    """The terms that a redemption was made under."""
    asked = {
        "merchant_id": redemption.merchant_id,
        "id": redemption.reward_id,
        "version": redemption.reward_version,
    }
    return Terms.model_validate(await session.scalar(_VERSION, asked))


async def get_redemption(
    session: AsyncSession, redemption_id: RedemptionId, *, lock: bool = False
) -> Redemption:
    """One redemption, held until the transaction ends if asked for. Raises RedemptionNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": redemption_id}
    row = (await session.execute(_BY_ID_LOCKED if lock else _BY_ID, asked)).one_or_none()
    if row is None:
        raise RedemptionNotFound
    return redemption_of(ring_of(session), row)


async def find_redemptions(
    session: AsyncSession, redemption_ids: Collection[RedemptionId]
) -> dict[RedemptionId, Redemption]:
    """Those of the merchant's redemptions that are there."""
    merchant_id = merchant_of(session)
    return await redemptions_of(session, [(merchant_id, it) for it in redemption_ids])


async def redemptions_of(
    session: AsyncSession, keys: Sequence[tuple[UUID, RedemptionId]]
) -> dict[RedemptionId, Redemption]:
    """Redemptions of several merchants by (merchant, id), as far as they are there."""
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(
        _BY_KEYS, [it[0] for it in keys], [it[1] for it in keys]
    )
    found = [redemption_of(ring_of(session), row) for row in rows]
    return {it.id: it for it in found}


async def lapsing_ahead(
    session: AsyncSession,
    until: Mapping[UUID, datetime],
    *,
    after: Mapping[UUID, Redemption],
    limit: int,
    now: datetime,
) -> tuple[list[Redemption], dict[UUID, Redemption]]:
    """Codes of these merchants that lapse by an instant of each merchant's and are unused still.

    Up to `limit` of each merchant; where there may be more, the last is what comes back second, to
    look behind in the next call.
    """
    last = [(it.expires_at, it.id) if (it := after.get(key)) else _FIRST for key in until]
    rows = await (await bulk(session)).fetch(
        LAPSING,
        list(until),
        list(until.values()),
        [at for at, _ in last],
        [id_ for _, id_ in last],
        now,
        limit,
    )
    ring = ring_of(session)
    found = [redemption_of(ring, row) for row in rows]
    seen = Counter(it.merchant_id for it in found)
    # Each merchant's come in their order: the last that is met is its last.
    lasts = {it.merchant_id: it for it in found}
    return found, {it: last for it, last in lasts.items() if seen[it] == limit}


async def by_code(session: AsyncSession, code: str) -> Redemption:
    """The redemption behind a code, however it was typed. Raises CodeUnknown."""
    merchant_id = merchant_of(session)
    hashes = ring_of(session).blind_all(merchant_id, CODE, normalised_code(code))
    row = (
        await session.execute(_BY_CODE, {"merchant_id": merchant_id, "hashes": hashes})
    ).one_or_none()
    if row is None:
        raise CodeUnknown
    return redemption_of(ring_of(session), row)


async def list_redemptions(
    session: AsyncSession,
    *,
    state: State | None = None,
    reward_id: UUID | None = None,
    customer_id: UUID | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Redemption]:
    """Redemptions, the latest first."""
    asked = {
        "merchant_id": merchant_of(session),
        "state": state,
        "reward_id": reward_id,
        "customer_id": customer_id,
        "before": before,
        "limit": limit,
    }
    ring = ring_of(session)
    return [redemption_of(ring, row) for row in await session.execute(_LIST, asked)]


async def steps_of(session: AsyncSession, redemption_id: RedemptionId) -> list[Step]:
    """How a redemption came to be what it is, oldest first."""
    asked = {"merchant_id": merchant_of(session), "id": redemption_id}
    return [Step(*row) for row in await session.execute(_STEPS, asked)]


async def redeemed_by(session: AsyncSession, customer_id: UUID) -> Mapping[UUID, int]:
    """How often a customer has redeemed each reward; what was given back, or to them, aside."""
    counts = await redeemed_by_many(session, [customer_id])
    return {reward_id: times for (_, reward_id), times in counts.items()}


async def redeemed_by_many(
    session: AsyncSession, customer_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], int]:
    """The same for several living customers, by (customer, reward)."""
    connection = await bulk(session)
    rows = await connection.fetch(_COUNTS, merchant_of(session), customer_ids)
    return {(row[0], row[1]): row[2] for row in rows}


def redemption_of(ring: KeyRing, row: Iterable[Any]) -> Redemption:
    """A redemption from its row (`REDEMPTION_COLUMNS`)."""
    (merchant_id, id_, reward_id, version, customer_id, entry_id, cost, state, code_sealed, value,
     issuer, issued_at, expires_at, settled_at, order_id, given_for, given_for_id,
     given_step) = row  # fmt: skip
    return Redemption(
        merchant_id=merchant_id,
        id=id_,
        reward_id=reward_id,
        reward_version=version,
        customer_id=customer_id,
        entry_id=entry_id,
        cost=cost,
        state=State(state),
        code=ring.open(merchant_id, CODE, bytes(code_sealed)).decode(),
        value=value,
        issuer=issuer,
        issued_at=issued_at,
        expires_at=expires_at,
        settled_at=settled_at,
        order_id=order_id,
        given_for=GivenFor(given_for, given_for_id, given_step) if given_for else None,
    )


def _reward(row: Iterable[Any]) -> Reward:
    merchant_id, id_, state, version, terms, position, stock, taken, created_at, updated_at = row
    return Reward(
        merchant_id=merchant_id,
        id=id_,
        state=RewardState(state),
        version=version,
        terms=Terms.model_validate(terms),
        position=position,
        stock=stock,
        taken=taken,
        created_at=created_at,
        updated_at=updated_at,
    )
