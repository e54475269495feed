"""What an order's tier, segment and campaigns add: decided once, then read from its own entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import campaigns, ledger, orders
from loyalnest.campaigns import Boost
from loyalnest.earning import rules
from loyalnest.earning.values import Award, Worth
from loyalnest.merchants import ProgramVersion

_ADDED = "added"
_BOOSTS = "boosts"


async def boosts_of(
    session: AsyncSession,
    recorded: Sequence[orders.RecordedOrder],
    versions: Sequence[ProgramVersion],
    entries: Sequence[Sequence[ledger.Entry]],
    worths: Sequence[Worth],
    living: Mapping[UUID, UUID],
    *,
    now: datetime,
) -> list[tuple[Boost, ...]]:
    """Each order's boosts: those its first earning was made with, or new ones if this is it."""
    boosts = [_kept(earlier) for earlier in entries]
    first = [
        i
        for i, (it, version) in enumerate(zip(recorded, versions, strict=True))
        if boosts[i] is None and _earns_now(it.order.facts, version)
    ]
    purchases = [_purchase(recorded[i].order, versions[i], worths[i], living) for i in first]
    decided = await campaigns.boosts_for(session, purchases, now=now)
    for i, found in zip(first, decided, strict=True):
        boosts[i] = found
    return [found or () for found in boosts]


def boosts_basis(award: Award) -> dict[str, Any]:
    """What an entry keeps of an award's boosts: enough to judge the order by them again."""
    return {_BOOSTS: msgspec.to_builtins(award.boosts), _ADDED: list(award.added)}


def _kept(entries: Sequence[ledger.Entry]) -> tuple[Boost, ...] | None:
    """The boosts of an order that has earned before; None for one that hasn't."""
    for entry in entries:
        if entry.step.startswith("earn:"):
            return msgspec.convert((entry.basis or {}).get(_BOOSTS, ()), tuple[Boost, ...])
    return None


def _earns_now(facts: orders.Facts, version: ProgramVersion) -> bool:
    # One that is cancelled already earns and loses the same: no budget is spent on it.
    settings = version.settings
    return (
        settings.runs("orders")
        and facts.gone_at is None
        and rules.awarded_at_of(facts, settings.award_on) is not None
    )


def _purchase(
    order: orders.Order, version: ProgramVersion, worth: Worth, living: Mapping[UUID, UUID]
) -> campaigns.Purchase:
    facts, settings = order.facts, version.settings
    snapshot = facts.snapshot
    assert snapshot is not None
    assert order.customer_id is not None
    return campaigns.Purchase(
        merchant_id=facts.merchant_id,
        order_id=order.id,
        customer_id=living[order.customer_id],
        store_id=facts.store_id,
        channel=snapshot.channel,
        placed_at=snapshot.placed_at,
        parts=worth.parts,
        combining=rules.combining_of(settings),
        segment_factors=settings.multipliers.segments,
        rate=order.rate or Decimal(1),
        meets_campaigns=settings.runs("campaigns"),
    )
