"""Named reads across merchants, for whoever tells customers of their cards."""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.stamps import rules, storage
from loyalnest.stamps.storage import REWARD_COLUMNS
from loyalnest.stamps.values import (
    CardId,
    CardProgram,
    CardProgramId,
    CardReward,
    CardRewardId,
    CardTerms,
    Stage,
)

_PROGRAMS = f"""
{storage.PROGRAM_ROWS}
JOIN unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
  ON k.merchant_id = p.merchant_id AND k.id = p.id
ORDER BY p.created_at, p.id, v.version
"""
_REWARDS = f"""
SELECT {REWARD_COLUMNS}
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
JOIN card_rewards r ON r.merchant_id = k.merchant_id AND r.id = k.id
"""  # noqa: S608
HELD = f"""
SELECT k.merchant_id, k.customer_id, k.program_id, x.id, x.round, x.version,
       coalesce(a.available, 0),
       ARRAY(
           SELECT r.stage
           FROM card_rewards r
           WHERE r.merchant_id = k.merchant_id AND r.card_id = x.id AND r.round = x.round
             AND r.state <> 'taken_back')
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k (merchant_id, customer_id, program_id)
JOIN card_programs p ON p.merchant_id = k.merchant_id AND p.id = k.program_id
CROSS JOIN LATERAL {storage.leading_card("k.merchant_id", "k.customer_id", "k.program_id")} x
LEFT JOIN accounts a
  ON a.merchant_id = k.merchant_id AND a.customer_id = k.customer_id AND a.unit_id = p.unit_id
WHERE x.state = 'active'
"""  # noqa: S608

HolderKey = tuple[UUID, UUID, UUID]
"""A merchant, one of its living customers, and a card program."""


class Holding(NamedTuple):
    """What somebody has on their card of a program."""

    card_id: CardId
    round: int
    program: CardProgram
    terms: CardTerms
    """Of the round."""
    collected: int
    brought: frozenset[str]
    """The stages of the round that have brought what they bring: they do so once."""

    def ahead(self, *, at_the_end: bool = False) -> Stage | None:
        """What more stamps bring next, or once the card is full."""
        stages = self.terms.stages[-1:] if at_the_end else self.terms.stages
        still = (it for it in stages if it.key not in self.brought)
        return next((it for it in still if it.count > self.collected), None)


async def programs_of(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]]
) -> Mapping[CardProgramId, CardProgram]:
    """Programs by their id, as far as they are there; asked for by (merchant, id)."""
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(_PROGRAMS, *map(list, zip(*keys, strict=True)))
    return storage.programs_in(rows)


async def rewards_of(
    session: AsyncSession, keys: Collection[tuple[UUID, UUID]]
) -> Mapping[CardRewardId, CardReward]:
    """The same of what stages brought."""
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(_REWARDS, *map(list, zip(*keys, strict=True)))
    return {it.id: it for it in map(storage.reward_of, rows)}


async def holdings_of(
    session: AsyncSession, keys: Collection[HolderKey]
) -> Mapping[HolderKey, Holding]:
    """The cards that are good of these customers; who has none is left out."""
    if not keys:
        return {}
    rows = await (await bulk(session)).fetch(HELD, *map(list, zip(*keys, strict=True)))
    programs = await programs_of(session, {(row[0], row[2]) for row in rows})
    held: dict[HolderKey, Holding] = {}
    for merchant_id, customer_id, program_id, card_id, round_, since, collected, brought in rows:
        it = programs[program_id]
        version = rules.held_version(it.versions, since, it.version, collected)
        held[merchant_id, customer_id, program_id] = Holding(
            card_id, round_, it, it.versions[version], collected, frozenset(brought)
        )
    return held
