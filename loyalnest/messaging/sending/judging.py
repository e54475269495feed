"""Whether each message may go at this very instant: asked when it is claimed, of everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers
from loyalnest.customers import Customer
from loyalnest.kernel.database import bulk
from loyalnest.messaging import rules
from loyalnest.messaging.ports import Journeys
from loyalnest.messaging.rules import Trust, Try
from loyalnest.messaging.sending.claiming import Due, mark_outreach
from loyalnest.messaging.values import Channel, Purpose, Reason, Standing, State, WhyNot

# Which of these stand in for a message that arrived after all: that may be told late.
_ARRIVED = """
SELECT m.id
FROM messages m
WHERE m.merchant_id = $1
  AND m.id = ANY ($2::uuid[])
  AND EXISTS (
      SELECT
      FROM messages e
      WHERE e.merchant_id = m.merchant_id
        AND e.source_id = m.source_id
        AND e.source_kind = m.source_kind
        AND e.step = m.step
        AND e.leg < m.leg
        AND (e.state IN ('delivered', 'read') OR e.clicked_at IS NOT NULL))
"""


@dataclass(frozen=True, slots=True)
class Go:
    """It may be handed over now."""

    due: Due
    customer: Customer | None
    """None: it is for somebody who is no customer."""
    to: str
    language: str | None
    """What they read, as far as it is known of them."""

    @property
    def whose(self) -> UUID:
        """Whom it reaches, by the id that their links carry."""
        whose = self.customer.id if self.customer else self.due.addressee_id
        assert whose
        return whose


@dataclass(frozen=True, slots=True)
class Stop:
    """It is over, without having been handed over now."""

    due: Due
    state: State
    reason: Reason | WhyNot
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """It has to wait: until an instant, or until what it belongs to goes on."""

    due: Due
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """The provider has told of it already, so it was taken, whatever we know of that."""

    due: Due


Fate: TypeAlias = Go | Stop | Wait | Told

_ANSWERS = {
    consents.Answer.NO_CONSENT: WhyNot.NO_CONSENT,
    consents.Answer.OPTED_OUT: WhyNot.OPTED_OUT,
    consents.Answer.SUPPRESSED: WhyNot.SUPPRESSED,
    consents.Answer.ERASED: WhyNot.ERASED,
}


async def judge(
    session: AsyncSession,
    dues: Sequence[Due],
    *,
    merchant_id: UUID,
    trust: Trust,
    journeys: Journeys | None,
    now: datetime,
) -> list[Fate]:
    """What becomes of each message now.

    Each question is asked of all that are left: whether they are wanted still, who they are for,
    whether what they belong to goes on, whether they may be written to, and how long ago they were.
    """
    fates: list[Fate] = []
    left: list[Due] = []
    for due in dues:
        fate = _over(due, trust, now)
        if fate is None:
            left.append(due)
        else:
            fates.append(fate)
    left = await _not_arrived(session, left, merchant_id, fates)
    left = await _of_running(session, left, journeys, fates)
    members = [due for due in left if due.addressee_id is None]
    reached = await _reached(session, members, fates)
    allowed = await _allowed(session, reached, merchant_id, fates, now)
    strangers = [due for due in left if due.addressee_id]
    allowed += await _of_strangers(session, strangers, merchant_id, fates, now)
    fates += await _not_too_soon(session, allowed, merchant_id, now)
    return fates


def _over(due: Due, trust: Trust, now: datetime) -> Fate | None:
    if due.state not in (State.WAITING, State.HELD):
        return Told(due)
    if due.doubtful:
        given = Try(due.purpose, due.tries, due.attempt, due.since or now)
        if not rules.may_repeat(given, trust=trust, now=now):
            return Stop(due, State.IN_DOUBT, Reason.UNCLEAR)
    if due.expires_at <= now:
        return _stopped(due, WhyNot.EXPIRED)
    return None


async def _not_arrived(
    session: AsyncSession, dues: list[Due], merchant_id: UUID, fates: list[Fate]
) -> list[Due]:
    """What somebody has had by an earlier channel meanwhile is wanted on no other."""
    following = [due.message_id for due in dues if due.root_id != due.message_id]
    if not following:
        return dues
    rows = await (await bulk(session)).fetch(_ARRIVED, merchant_id, following)
    arrived = {row[0] for row in rows}
    fates += [_stopped(due, WhyNot.EXPIRED) for due in dues if due.message_id in arrived]
    return [due for due in dues if due.message_id not in arrived]


async def _of_running(
    session: AsyncSession, dues: list[Due], journeys: Journeys | None, fates: list[Fate]
) -> list[Due]:
    ids = {due.journey_id for due in dues if due.journey_id}
    if not ids or journeys is None:
        return dues
    standing = await journeys(session, sorted(ids))
    left: list[Due] = []
    for due in dues:
        how = standing.get(due.journey_id, Standing.ENDED) if due.journey_id else Standing.RUNNING
        if how is Standing.RUNNING or due.doubtful:
            left.append(due)
        elif how is Standing.PAUSED:
            fates.append(Wait(due, None))
        else:
            fates.append(_stopped(due, WhyNot.ENDED))
    return left


async def _reached(session: AsyncSession, dues: Sequence[Due], fates: list[Fate]) -> list[Go]:
    """Who each message is for now, after merges, and where."""
    asked = [due.customer_id for due in dues if due.customer_id]
    found = await customers.find_many(session, asked)
    merged = [it.merged_into for it in found.values() if it.merged_into]
    found = {**await customers.find_many(session, merged), **found} if merged else found
    reached: list[Go] = []
    for due in dues:
        customer = _living(found, due.customer_id) if due.customer_id else None
        if customer is None or customer.erased_at:
            fates.append(_stopped(due, WhyNot.ERASED))
        elif to := _address(customer, due.channel):
            reached.append(Go(due, customer, to, customer.locale))
        else:
            fates.append(_stopped(due, WhyNot.NO_ADDRESS))
    return reached


def _living(found: Mapping[UUID, Customer], customer_id: UUID) -> Customer | None:
    customer = found.get(customer_id)
    return found.get(customer.merged_into) if customer and customer.merged_into else customer


def _address(customer: Customer, channel: Channel) -> str | None:
    return customer.email if channel is Channel.EMAIL else customer.phone


async def _allowed(
    session: AsyncSession,
    reached: Sequence[Go],
    merchant_id: UUID,
    fates: list[Fate],
    now: datetime,
) -> list[Go]:
    asked = [
        consents.Asked(
            it.whose,
            consents.Channel(it.due.channel),
            consents.Purpose(it.due.purpose),
            it.to,
        )
        for it in reached
    ]
    return _told(reached, await consents.may_send(session, merchant_id, asked, now), fates)


async def _of_strangers(
    session: AsyncSession,
    dues: Sequence[Due],
    merchant_id: UUID,
    fates: list[Fate],
    now: datetime,
) -> list[Go]:
    """Where those are reached who are no customers, and whether they may be."""
    if not dues:
        return []
    ids = [due.addressee_id for due in dues if due.addressee_id]
    found = await consents.find_addressees(session, ids)
    reached: list[Go] = []
    asked: list[tuple[consents.Addressee, consents.Purpose]] = []
    for due in dues:
        known = found.get(due.addressee_id) if due.addressee_id else None
        if known is None or known.address is None:
            fates.append(_stopped(due, WhyNot.ERASED))
        else:
            reached.append(Go(due, None, known.address, known.language))
            asked.append((known, consents.Purpose(due.purpose)))
    return _told(reached, await consents.may_write_to(session, merchant_id, asked, now), fates)


def _told(
    reached: Sequence[Go], verdicts: Sequence[consents.Verdict], fates: list[Fate]
) -> list[Go]:
    allowed: list[Go] = []
    for go, verdict in zip(reached, verdicts, strict=True):
        if verdict.allowed:
            allowed.append(go)
        elif verdict.answer is consents.Answer.QUIET:
            fates.append(Wait(go.due, verdict.until))
        else:
            why = _ANSWERS[verdict.answer]
            fates.append(_stopped(go.due, why, verdict.reason and verdict.reason.value))
    return allowed


async def _not_too_soon(
    session: AsyncSession, allowed: Sequence[Go], merchant_id: UUID, now: datetime
) -> list[Fate]:
    """Of messages that want something, one in seven days; two people may have become one."""
    wanting: dict[UUID, Go] = {}
    for go in allowed:
        if go.customer and go.due.purpose is Purpose.OUTREACH:
            wanting.setdefault(go.customer.id, go)
    if not wanting:
        return list(allowed)
    marked = await mark_outreach(
        session,
        [(customer_id, go.due.root_id) for customer_id, go in wanting.items()],
        merchant_id=merchant_id,
        between=rules.BETWEEN_OUTREACH,
        now=now,
    )
    return [
        go
        if go.customer is None
        or go.due.purpose is Purpose.TRANSACTIONAL
        or (go.customer.id in marked and wanting[go.customer.id] is go)
        else _stopped(go.due, WhyNot.TOO_SOON)
        for go in allowed
    ]


def _stopped(due: Due, why: WhyNot, code: str | None = None) -> Stop:
    """Dropped; but of what may have been taken already nobody knows more than that."""
    if due.doubtful:
        return Stop(due, State.IN_DOUBT, Reason.UNCLEAR)
    return Stop(due, State.DROPPED, why, code)
