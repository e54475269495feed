"""What tiers bring besides points: adding perks and changing them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, rewards
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import from_wire, new_id
from loyalnest.storefront.errors import ContentStale, RewardForOthersToo, TooManyPerks
from loyalnest.storefront.events import PerkSaved
from loyalnest.storefront.models import PerkRow
from loyalnest.storefront.perks import KEPT_AT_MOST, get_perk, list_perks
from loyalnest.storefront.values import ContentState, Perk, PerkId, PerkTerms


async def create_perk(
    session: AsyncSession,
    terms: PerkTerms,
    *,
    state: ContentState = ContentState.DRAFT,
    actor: str,
    now: datetime,
) -> Perk:
    """Add a perk. Raises TooManyPerks, RewardNotFound, RewardForOthersToo."""
    merchant_id, perk_id = await merchants.take_turns(session), PerkId(new_id())
    if len(await list_perks(session)) >= KEPT_AT_MOST:
        raise TooManyPerks
    await _check_reward(session, terms)
    session.add(
        PerkRow(
            merchant_id=merchant_id,
            id=perk_id,
            state=state,
            version=1,
            terms=terms.model_dump(mode="json"),
            created_at=now,
            updated_at=now,
            updated_by=actor,
        )
    )
    await session.flush()
    return await _saved(session, perk_id, now)


async def save_perk(
    session: AsyncSession,
    perk_id: PerkId,
    terms: PerkTerms,
    *,
    state: ContentState,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> Perk:
    """Change a perk from now on; every change is a new version. The same again changes nothing.

    Raises PerkNotFound, ContentStale, RewardNotFound, RewardForOthersToo.
    """
    merchant_id = await merchants.take_turns(session)
    before = await get_perk(session, perk_id)
    if (before.terms, before.state) == (terms, state):
        return before
    if read_version is not None and read_version != before.version:
        raise ContentStale
    await _check_reward(session, terms)
    row = await session.get_one(PerkRow, (merchant_id, perk_id), populate_existing=True)
    row.state, row.version, row.terms = state, before.version + 1, terms.model_dump(mode="json")
    row.updated_at, row.updated_by = now, actor
    await session.flush()
    return await _saved(session, perk_id, now)


async def _check_reward(session: AsyncSession, terms: PerkTerms) -> None:
    """A reward is a tier's perk where nobody else is given its code."""
    if terms.reward_id is None:
        return
    reward_id = rewards.RewardId(from_wire(rewards.REWARD, terms.reward_id))
    reward = await rewards.get_reward(session, reward_id)
    if not reward.terms.tiers or not set(reward.terms.tiers) <= set(terms.tiers):
        raise RewardForOthersToo


async def _saved(session: AsyncSession, perk_id: PerkId, now: datetime) -> Perk:
    perk = await get_perk(session, perk_id)
    saved = PerkSaved(
        merchant_id=perk.merchant_id,
        occurred_at=now,
        perk_id=perk.id,
        version=perk.version,
        kind=perk.terms.kind.value,
        state=perk.state.value,
    )
    await publish(session, [saved], now=now)
    return perk
