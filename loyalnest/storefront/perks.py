"""Named reads of what tiers bring besides points, and who has it now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import rewards, tiers
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.storefront.errors import PerkNotFound
from loyalnest.storefront.values import (
    Access,
    ContentState,
    HeldBy,
    Perk,
    PerkId,
    PerkKind,
    PerkTerms,
)

KEPT_AT_MOST = 100
_PERKS = """
SELECT merchant_id, id, state, version, terms, created_at, updated_at, updated_by
FROM perks
WHERE merchant_id = :merchant_id
"""
_LIST = text(f"{_PERKS} AND (cast(:state AS text) IS NULL OR state = :state) ORDER BY id")
_ONE = text(f"{_PERKS} AND id = :id")


async def list_perks(session: AsyncSession, *, state: ContentState | None = None) -> list[Perk]:
    """The merchant's perks, the oldest first; there are few, and no pages."""
    asked = {"merchant_id": merchant_of(session), "state": state}
    return [_perk(row) for row in await session.execute(_LIST, asked)]


async def get_perk(session: AsyncSession, perk_id: PerkId) -> Perk:
    """One perk. Raises PerkNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": perk_id}
    row = (await session.execute(_ONE, asked)).one_or_none()
    if row is None:
        raise PerkNotFound
    return _perk(row)


async def tier_of(session: AsyncSession, customer_id: UUID, *, now: datetime) -> str | None:
    """The tier that a living customer stands on."""
    pair = (merchant_of(session), customer_id)
    standing = (await tiers.standings_of(session, [pair], now=now)).get(pair)
    return standing.tier if standing else None


async def access(
    session: AsyncSession, product: str, *, customer_id: UUID | None, now: datetime
) -> Access:
    """Whether somebody may see a product now; without a customer, whether a guest may.

    A product that no perk is about is everybody's. Where several are, any that lets them is enough.
    """
    found = [
        it
        for it in await list_perks(session, state=ContentState.ACTIVE)
        if product in it.terms.products
    ]
    if not found:
        return Access(True, None, None)
    tier = None if customer_id is None else await tier_of(session, customer_id, now=now)
    deciding = next((it for it in found if it.terms.is_open(tier, now)), None)
    held = deciding or found[0]
    return Access(deciding is not None, held.id, held.terms.everybody_at)


async def held_by(session: AsyncSession, found: Sequence[Perk]) -> dict[PerkId, HeldBy]:
    """Who makes sure, as things stand, that each of these is had by nobody else."""
    ids = [_reward_of(it.terms) for it in found if it.terms.reward_id]
    limits = {
        to_wire(rewards.REWARD, it.id): set(it.terms.tiers)
        for it in await rewards.find_many(session, [id_ for id_ in ids if id_])
    }
    return {it.id: _held_by(it.terms, limits.get(it.terms.reward_id or "", set())) for it in found}


def _held_by(terms: PerkTerms, limited_to: set[str]) -> HeldBy:
    if terms.kind is PerkKind.EARLY_ACCESS:
        return HeldBy.LINK
    if limited_to and limited_to <= set(terms.tiers):
        return HeldBy.REWARD
    return HeldBy.NOBODY


def _reward_of(terms: PerkTerms) -> rewards.RewardId | None:
    if terms.reward_id is None:
        return None
    return rewards.RewardId(from_wire(rewards.REWARD, terms.reward_id))


def _perk(row: Iterable[Any]) -> Perk:
    merchant_id, id_, state, version, terms, created_at, updated_at, updated_by = row
    return Perk(
        merchant_id=merchant_id,
        id=PerkId(id_),
        state=ContentState(state),
        version=version,
        terms=PerkTerms.model_validate(terms),
        created_at=created_at,
        updated_at=updated_at,
        updated_by=updated_by,
    )
