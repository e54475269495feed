"""Codes come into the world: drawn, sealed, written, and their beginning recorded; many at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, ring_of
from loyalnest.kernel.ids import new_id
from loyalnest.rewards import queries, rules
from loyalnest.rewards.values import (
    CodeIssuer,
    GivenFor,
    Redemption,
    RedemptionId,
    Reward,
    State,
)

_WRITE = """
WITH fresh AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[],
        $7::bigint[], $8::bytea[], $9::bytea[], $10::smallint[], $11::text[], $12::text[],
        $13::timestamptz[], $14::text[], $15::text[], $16::text[], $17::uuid[])
      AS n (merchant_id, id, reward_id, reward_version, customer_id, entry_id, cost, code_sealed,
            code_hash, key_id, value, issuer, expires_at, given_for, given_for_id, given_step,
            move_id)
), written AS (
    INSERT INTO redemptions (merchant_id, id, reward_id, reward_version, customer_id, entry_id,
        cost, state, code_sealed, code_hash, key_id, value, issuer, issued_at, expires_at,
        given_for, given_for_id, given_step)
    SELECT merchant_id, id, reward_id, reward_version, customer_id, entry_id, cost, 'issued',
        code_sealed, code_hash, key_id, value::jsonb, issuer, $18, expires_at, given_for,
        given_for_id, given_step
    FROM fresh
)
INSERT INTO redemption_moves (merchant_id, id, redemption_id, to_state, actor, occurred_at,
    recorded_at)
SELECT merchant_id, move_id, id, 'issued', $19, $18, $18 FROM fresh
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
    """Write codes that were issued now, sealed and hashed, and their first move."""
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
            new_id(),
        )
        for it, hashed in zip(fresh, hashes, strict=True)
    ]
    columns = map(list, zip(*rows, strict=True))
    await (await bulk(session)).execute(_WRITE, *columns, now, actor)


_BOUGHT = (None, None, None)
