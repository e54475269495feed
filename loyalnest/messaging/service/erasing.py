"""Forgetting somebody: what was written to whom goes, that something was written stays."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of

_PERSON = """
SELECT id FROM customers
WHERE merchant_id = :merchant_id AND (id = :customer_id OR merged_into = :customer_id)
"""
_BLANK = text(f"""
UPDATE messages
SET variables_sealed = NULL, letter_sealed = NULL, language = NULL
WHERE merchant_id = :merchant_id AND customer_id IN ({_PERSON})
""")  # noqa: S608
_BLANK_QUEUED = text(f"""
UPDATE message_queue
SET letter_sealed = NULL
WHERE merchant_id = :merchant_id
  AND message_id IN (
      SELECT id FROM messages WHERE merchant_id = :merchant_id AND customer_id IN ({_PERSON}))
""")  # noqa: S608
_BLANK_THESE = text("""
UPDATE messages
SET variables_sealed = NULL, letter_sealed = NULL
WHERE merchant_id = :merchant_id AND id = ANY(:ids)
""")
_BLANK_THESE_QUEUED = text("""
UPDATE message_queue
SET letter_sealed = NULL
WHERE merchant_id = :merchant_id AND message_id = ANY(:ids)
""")
_UNMARK = text(f"""
DELETE FROM outreach_marks
WHERE merchant_id = :merchant_id AND customer_id IN ({_PERSON})
""")  # noqa: S608


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Forget where a customer was written to and what was filled in.

    What is yet to go is dropped when its turn comes, for there is nobody to write to any more.
    """
    who = {"merchant_id": merchant_id, "customer_id": customer_id}
    for statement in (_BLANK, _BLANK_QUEUED, _UNMARK):
        await session.execute(statement, who)


async def forget(session: AsyncSession, message_ids: Sequence[UUID]) -> None:
    """Forget what was filled into messages, and where their links lead."""
    asked = {"merchant_id": merchant_of(session), "ids": list(message_ids)}
    for statement in (_BLANK_THESE, _BLANK_THESE_QUEUED):
        await session.execute(statement, asked)
