"""Use cases: somebody asks about their data, and somebody answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import Event, publish
from loyalnest.kernel.ids import new_id
from loyalnest.privacy import queries
from loyalnest.privacy.errors import RequestAnswered, RequestStillOpen
from loyalnest.privacy.events import (
    PrivacyRequestAnswered,
    PrivacyRequestOpened,
    PrivacyRequestReopened,
)
from loyalnest.privacy.values import ANSWER, ANSWERED_WITHIN, NOTE, Kind, PrivacyRequest, Question

# Whoever waits already is written over with what it says, so that it can't be answered meanwhile.
_ASK = text("""
INSERT INTO privacy_requests (merchant_id, id, customer_id, kind, note_sealed, asked_at, due_at)
VALUES (:merchant_id, :id, :customer_id, :kind, :note_sealed, :now, :due_at)
ON CONFLICT (merchant_id, customer_id, kind) WHERE answered_at IS NULL
DO UPDATE SET kind = excluded.kind
RETURNING id
""")
_ASK_MANY = """
INSERT INTO privacy_requests (merchant_id, id, customer_id, kind, asked_at, due_at)
SELECT q.merchant_id, q.id, q.customer_id, q.kind, q.asked_at, q.asked_at + $6::interval
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
     AS q (merchant_id, id, customer_id, kind, asked_at)
ON CONFLICT (merchant_id, customer_id, kind) WHERE answered_at IS NULL DO NOTHING
RETURNING merchant_id, customer_id, id, kind, asked_at
"""
_ANSWER = text("""
UPDATE privacy_requests
SET answered_at = :at, answered_by = :actor, answer_sealed = :answer_sealed
WHERE merchant_id = :merchant_id AND id = :id
""")
# Who is being erased at this instant is waited for.
_GONE = text("""
SELECT erased_at IS NOT NULL
FROM customers
WHERE merchant_id = :merchant_id AND id = :customer_id
FOR KEY SHARE
""")
_FORGET = """
UPDATE privacy_requests r
SET note_sealed = NULL, answer_sealed = NULL
FROM unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, customer_id),
     customers c
WHERE c.merchant_id = k.merchant_id
  AND (c.id = k.customer_id OR c.merged_into = k.customer_id)
  AND r.merchant_id = c.merchant_id
  AND r.customer_id = c.id
"""


async def ask(
    session: AsyncSession, *, customer_id: UUID, kind: Kind, note: str | None, now: datetime
) -> tuple[PrivacyRequest, bool]:
    """Ask something about one's data; whether it is new.

    Who asks for the same again while it waits is told of the request that waits; a note they had
    left with it stays. Raises CustomerNotFound, CustomerGone.
    """
    merchant_id = merchant_of(session)
    living = (await customers.get_living(session, customer_id)).id
    if await _is_gone(session, merchant_id, living):
        raise customers.CustomerGone
    wanted = new_id()
    waiting = await session.scalar(
        _ASK,
        {
            "merchant_id": merchant_id,
            "id": wanted,
            "customer_id": living,
            "kind": kind.value,
            "note_sealed": ring_of(session).seal_text(merchant_id, NOTE, note),
            "now": now,
            "due_at": now + ANSWERED_WITHIN,
        },
    )
    assert waiting is not None
    found = await queries.get(session, waiting)
    if found.id != wanted:
        return found, False
    await _tell(session, PrivacyRequestOpened(**_news(found, now)), now=now)
    return found, True


async def ask_many(session: AsyncSession, questions: Sequence[Question], *, now: datetime) -> None:
    """Take in what living customers of many merchants have asked; what waits already is waiting.

    The time to answer runs from when they asked.
    """
    rows = await (await bulk(session)).fetch(
        _ASK_MANY,
        [it.merchant_id for it in questions],
        [new_id() for _ in questions],
        [it.customer_id for it in questions],
        [it.kind.value for it in questions],
        [it.asked_at for it in questions],
        ANSWERED_WITHIN,
    )
    news = [
        PrivacyRequestOpened(
            merchant_id=row[0],
            customer_id=row[1],
            occurred_at=row[4],
            request_id=row[2],
            kind=row[3],
        )
        for row in rows
    ]
    await publish(session, news, now=now)


async def answer(
    session: AsyncSession, request_id: UUID, *, note: str, actor: str, now: datetime
) -> PrivacyRequest:
    """Say what was done about a request; who asked reads it. The same again changes nothing.

    Of whoever was erased meanwhile nothing is written any more, only that they were answered.
    Raises RequestNotFound, RequestAnswered.
    """
    before = await queries.get(session, request_id, lock=True)
    gone = await _is_gone(session, before.merchant_id, before.customer_id)
    kept = None if gone else note
    if before.answered_at is not None:
        if (before.answer, before.answered_by) == (kept, actor):
            return before
        raise RequestAnswered
    await _write(session, before, kept, actor, at=now)
    news = PrivacyRequestAnswered(**_news(before, now), in_time=now <= before.due_at)
    await _tell(session, news, now=now)
    return await queries.get(session, request_id)


async def reopen(session: AsyncSession, request_id: UUID, *, now: datetime) -> PrivacyRequest:
    """Take an answer back: the request waits again, due when it was. Open, it stays as it is.

    Raises RequestNotFound, RequestStillOpen where the same was asked anew meanwhile.
    """
    before = await queries.get(session, request_id, lock=True)
    if before.answered_at is None:
        return before
    try:
        async with session.begin_nested():
            await _write(session, before, None, None, at=None)
    except IntegrityError:
        raise RequestStillOpen from None
    await _tell(session, PrivacyRequestReopened(**_news(before, now)), now=now)
    return await queries.get(session, request_id)


async def erase_customer(
    session: AsyncSession, *, merchant_id: UUID, customer_id: UUID, now: datetime
) -> None:
    """Remove what was written by and to somebody; that they asked, and were answered, stays."""
    await forget_words(session, [(merchant_id, customer_id)])


async def forget_words(session: AsyncSession, who: Sequence[tuple[UUID, UUID]]) -> None:
    """The same for customers (merchant, id), and whoever was merged into them."""
    merchant_ids, ids = [merchant_id for merchant_id, _ in who], [id_ for _, id_ in who]
    await (await bulk(session)).execute(_FORGET, merchant_ids, ids)


async def _is_gone(session: AsyncSession, merchant_id: UUID, customer_id: UUID) -> bool:
    """Whether somebody was erased; until this transaction ends nobody is who isn't."""
    about = {"merchant_id": merchant_id, "customer_id": customer_id}
    return bool(await session.scalar(_GONE, about))


async def _write(
    session: AsyncSession,
    it: PrivacyRequest,
    note: str | None,
    actor: str | None,
    *,
    at: datetime | None,
) -> None:
    sealed = ring_of(session).seal_text(it.merchant_id, ANSWER, note)
    told = {"at": at, "actor": actor, "answer_sealed": sealed}
    await session.execute(_ANSWER, {"merchant_id": it.merchant_id, "id": it.id, **told})


def _news(it: PrivacyRequest, now: datetime) -> dict[str, Any]:
    return {
        "merchant_id": it.merchant_id,
        "customer_id": it.customer_id,
        "occurred_at": now,
        "request_id": it.id,
        "kind": it.kind.value,
    }


async def _tell(session: AsyncSession, news: Event, *, now: datetime) -> None:
    await publish(session, [news], now=now)
