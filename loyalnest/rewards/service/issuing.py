"""Codes come into the world: drawn, sealed, written, and their beginning recorded; many at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, ring_of
from loyalnest.rewards import queries, rules
from loyalnest.rewards.service.moves import record_moves
from loyalnest.rewards.values import (
    CodeIssuer,
    GivenFor,
    Redemption,
    RedemptionId,
    Reward,
    State,
)

_WRITE = """
INSERT INTO redemptions (merchant_id, id, reward_id, reward_version, customer_id, entry_id, cost,
    state, code_sealed, code_hash, key_id, value, issuer, issued_at, expires_at, given_for,
    given_for_id, given_step)
SELECT n.merchant_id, n.id, n.reward_id, n.reward_version, n.customer_id, n.entry_id, n.cost,
    'issued', n.code_sealed, n.code_hash, n.key_id, n.value::jsonb, n.issuer, $17, n.expires_at,
    n.given_for, n.given_for_id, n.given_step
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[], $7::bigint[],
            $8::bytea[], $9::bytea[], $10::smallint[], $11::text[], $12::text[],
            $13::timestamptz[], $14::text[], $15::text[], $16::text[])
  AS n (merchant_id, id, reward_id, reward_version, customer_id, entry_id, cost, code_sealed,
        code_hash, key_id, value, issuer, expires_at, given_for, given_for_id, given_step)
"""


def issued(
    reward: Reward,
    issuer: CodeIssuer,
    *,
    redemption_id: RedemptionId,
    customer_id: UUID,
    currency: str,
    cost: int = 0,
    entry_id: UUID | None = None,
    given_for: GivenFor | None = None,
    now: datetime,
) -> Redemption:
    """A fresh code of a reward: bought by a ledger's entry, or given for something."""
    return Redemption(
        merchant_id=reward.merchant_id,
        id=redemption_id,
        reward_id=reward.id,
        reward_version=reward.version,
        customer_id=customer_id,
        entry_id=entry_id,
        cost=cost,
        state=State.ISSUED,
        code=issuer.draw(),
        value=rules.value_of(reward.terms, currency),
        issuer=issuer.name,
        issued_at=now,
        expires_at=rules.expires_at(reward.terms, now),
        settled_at=None,
        order_id=None,
        given_for=given_for,
    )


async def write_many(
    session: AsyncSession, fresh: Sequence[Redemption], *, actor: str, now: datetime
) -> None:
    """Write codes that were issued now, sealed and hashed."""
    if not fresh:
        return
    ring = ring_of(session)
    hashes = [
        ring.blind(it.merchant_id, queries.CODE, rules.normalised_code(it.code)) for it in fresh
    ]
    rows = [
        (
            it.merchant_id,
            it.id,
            it.reward_id,
            it.reward_version,
            it.customer_id,
            it.entry_id,
            it.cost,
            ring.seal(it.merchant_id, queries.CODE, it.code.encode()),
            hashed.hash,
            hashed.key_id,
            json.dumps(it.value),
            it.issuer,
            it.expires_at,
            *((it.given_for.kind, it.given_for.id, it.given_for.step) if it.given_for else _BOUGHT),
        )
        for it, hashed in zip(fresh, hashes, strict=True)
    ]
    await (await bulk(session)).execute(_WRITE, *map(list, zip(*rows, strict=True)), now)
    await record_moves(session, [(it, None, State.ISSUED, actor, None) for it in fresh], now=now)


_BOUGHT = (None, None, None)
