"""What somebody can refuse that has nothing to do with messages: being scored, bringing friends.

Both are allowed until refused: they are part of the program that a customer joins, and neither
leaves the house. Whoever works with many customers asks in their own statement.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents import queries
from loyalnest.consents.values import Purpose, State


async def is_refused(session: AsyncSession, customer_id: UUID, purpose: Purpose) -> bool:
    """Whether a living customer refuses a purpose that has no channels."""
    return (await queries.standing_of(session, customer_id, purpose, None)).state is State.WITHDRAWN


def refused(purpose: Purpose, *, merchant: str, customer: str) -> str:
    """The same as a condition in SQL, of a living customer whom these two columns name.

    What somebody said before they were merged goes over to whoever was kept, some moments later.
    """
    return f"""EXISTS (
    SELECT FROM consent_states refusal
    WHERE refusal.merchant_id = {merchant}
      AND refusal.purpose = '{purpose}'
      AND refusal.channel = ''
      AND refusal.customer_id = {customer}
      AND refusal.state = 'withdrawn')"""
