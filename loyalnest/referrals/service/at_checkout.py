"""A friend's first order brings along who sent them: the shop's pages had kept the code."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, earning, orders
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.kernel.jobs import Job, Payload, enqueue_many
from loyalnest.referrals import errors, rules
from loyalnest.referrals.service.claiming import claim
from loyalnest.referrals.service.marks import Told, note_many

log = structlog.get_logger(__name__)

_NAME = "referrals.claim_for_order"
_ACTOR = "system"
# What a person would be told who types a code in. A webhook has nobody to tell.
_REFUSED = (
    errors.InvalidReferralCode,
    errors.DuplicateReferral,
    errors.SelfReferral,
    errors.FriendNotNew,
    errors.ReferralsOff,
    errors.ReferralsPaused,
    errors.ReferralsRefused,
    earning.ProgramOff,
    earning.ProgramPaused,
    customers.CustomerGone,
)


class Sent(NamedTuple):
    """An order that names who has sent its buyer."""

    order: orders.Order
    code: str
    """As the shop's pages noted it; it may be anything."""
    marks: Told
    """Of the buyer, in clear. Only hashes of them are kept."""


async def note_senders(session: AsyncSession, told: Sequence[Sent], *, now: datetime) -> None:
    """Have the referrals of these buyers begin, where it is the code of somebody who may have sent
    them.

    A job does it, once the order is in the books: what others hold of the books while many orders
    are taken in need not wait for it. What can't be a code is not kept. What marks the buyers is
    noted at once, for those who look whether a friend is somebody else by another name.
    """
    likely = {it.order.id: it for it in told if rules.is_code(rules.normal_code(it.code))}
    payloads: list[Payload] = [
        {
            "merchant_id": to_wire("mer", it.order.facts.merchant_id),
            "order_id": to_wire("ord", it.order.id),
            "code": rules.normal_code(it.code),
        }
        for it in likely.values()
    ]
    await enqueue_many(session, _NAME, payloads)
    marks = {
        (it.order.facts.merchant_id, it.order.customer_id): it.marks
        for it in likely.values()
        if it.order.customer_id is not None
    }
    await note_many(session, marks, now=now)


async def _claim_for_order(database: Database, payload: Payload, now: datetime) -> None:
    """Begin the referral as of the order's own instant: a late delivery makes nobody less new.

    The same again changes nothing. A code that may not be used by its buyer begins none.
    """
    merchant_id: UUID = from_wire("mer", payload["merchant_id"])
    async with database.tenant(merchant_id) as session:
        order = await orders.get(session, orders.OrderId(from_wire("ord", payload["order_id"])))
        placed_at = order.facts.snapshot.placed_at if order.facts.snapshot else now
        if order.customer_id is None:
            return
        try:
            await claim(
                session,
                code=payload["code"],
                friend_id=order.customer_id,
                actor=_ACTOR,
                now=min(placed_at, now),
            )
        except _REFUSED as refusal:
            log.info("referrals.not_begun", merchant_id=str(merchant_id), code=refusal.code)


FROM_ORDERS = Job(_NAME, _claim_for_order)
