"""Use cases: a merchant leaves a step out, or takes it up again."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.events import publish
from loyalnest.onboarding.errors import StepNeeded
from loyalnest.onboarding.events import StepDismissed, StepRestored
from loyalnest.onboarding.queries import LIST
from loyalnest.onboarding.values import NEEDED, Step

_ADD = text(
    "INSERT INTO onboarding_dismissals (merchant_id, step, dismissed_at, dismissed_by)"
    " VALUES (:merchant_id, :step, :now, :actor) ON CONFLICT DO NOTHING RETURNING true"
)
_DROP = text(
    "DELETE FROM onboarding_dismissals WHERE merchant_id = :merchant_id AND step = :step"
    " RETURNING true"
)


async def dismiss(session: AsyncSession, step: Step | None, *, actor: str, now: datetime) -> None:
    """Leave a step out, or hide the whole list where none is named. Twice is once.

    Raises StepNeeded.
    """
    if step in NEEDED:
        raise StepNeeded
    merchant_id, name = merchant_of(session), step.value if step else LIST
    about = {"merchant_id": merchant_id, "step": name, "now": now, "actor": actor}
    if await session.scalar(_ADD, about):
        news = StepDismissed(merchant_id=merchant_id, occurred_at=now, step=name)
        await publish(session, [news], now=now)


async def restore(session: AsyncSession, step: Step | None, *, now: datetime) -> None:
    """List a step again that was left out, or show the list again. Twice is once."""
    merchant_id, name = merchant_of(session), step.value if step else LIST
    if await session.scalar(_DROP, {"merchant_id": merchant_id, "step": name}):
        news = StepRestored(merchant_id=merchant_id, occurred_at=now, step=name)
        await publish(session, [news], now=now)
