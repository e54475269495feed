"""What steps give: a code of one's own, or points, to whoever can be told of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, ledger, merchants, rewards, templates
from loyalnest.journeys.service.addressing import NOBODY, Reader
from loyalnest.journeys.service.due import Due
from loyalnest.journeys.values import (
    ENROLMENT,
    SOURCE,
    WIRE_PREFIX,
    EnrolmentId,
    Journey,
    PointsGift,
    RewardGift,
)
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.messaging import Channel

_CODES = rewards.LocalCodes()
_PLANNED = frozenset({consents.Answer.ALLOWED, consents.Answer.QUIET})


async def give(
    session: AsyncSession,
    journey: Journey,
    dues: Sequence[Due],
    readers: Mapping[UUID, Reader],
    *,
    now: datetime,
) -> dict[EnrolmentId, dict[str, Any]]:
    """Give what the steps of these customers bring; what their words are to say of it.

    Who can't be told on any channel of the step gets nothing, so that nobody owes for what nobody
    knows of. While the program is paused nothing is given.
    """
    giving = [it for it in dues if it.tell.gift is not None]
    if not giving:
        return {}
    program = await merchants.program_of(session, journey.merchant_id)
    if not program.at(now).settings.running:
        return {}
    asked = [(it.customer_id, it.tell.channels, it.tell.occasion) for it in giving]
    reachable = await reach(session, journey.merchant_id, asked, now=now)
    giving = [it for it, found in zip(giving, reachable, strict=True) if found]
    given = await _rewards(session, journey, giving, readers, now)
    return given | await _points(session, journey, giving, now)


async def reach(
    session: AsyncSession,
    merchant_id: UUID,
    asked: Sequence[tuple[UUID, Sequence[Channel], templates.Occasion]],
    *,
    now: datetime,
) -> list[Channel | None]:
    """The first channel that each of these customers can be told on, as far as is known now."""
    people = await customers.find_many(session, [it[0] for it in asked])
    questions = [
        consents.Asked(
            who, consents.Channel(channel), consents.Purpose(templates.terms_of(occasion).purpose)
        )
        for who, channels, occasion in asked
        for channel in channels
    ]
    verdicts = iter(await consents.may_send(session, merchant_id, questions, now))
    found: list[Channel | None] = []
    for who, channels, _ in asked:
        told = [(channel, next(verdicts).answer in _PLANNED) for channel in channels]
        there = (channel for channel, may in told if may and _address(people.get(who), channel))
        found.append(next(there, None))
    return found


def _address(customer: customers.Customer | None, channel: Channel) -> str | None:
    if customer is None:
        return None
    return customer.email if channel is Channel.EMAIL else customer.phone


async def _rewards(
    session: AsyncSession,
    journey: Journey,
    dues: Sequence[Due],
    readers: Mapping[UUID, Reader],
    now: datetime,
) -> dict[EnrolmentId, dict[str, Any]]:
    wanted = [(it, it.tell.gift) for it in dues]
    grants = [
        (
            it,
            rewards.Grant(
                journey.merchant_id,
                rewards.RewardId(from_wire(rewards.REWARD, gift.reward_id)),
                it.customer_id,
                rewards.GivenFor(SOURCE, to_wire(ENROLMENT, it.id), str(it.step)),
            ),
        )
        for it, gift in wanted
        if isinstance(gift, RewardGift)
    ]
    if not grants:
        return {}
    codes = await rewards.give_many(
        session, _CODES, [grant for _, grant in grants], actor="system", now=now
    )
    found = await rewards.find_many(session, {grant.reward_id for _, grant in grants})
    terms = {reward.id: reward.terms for reward in found}
    zone = (await merchants.zones_of(session, [journey.merchant_id]))[journey.merchant_id]
    return {
        it.id: _said(code, readers.get(it.customer_id, NOBODY).called(terms[code.reward_id]), zone)
        for (it, _), code in zip(grants, codes, strict=True)
        if code is not None
    }


def _said(code: rewards.Redemption, name: str, zone: ZoneInfo) -> dict[str, Any]:
    said: dict[str, Any] = {"reward": name, "code": code.code}
    if code.expires_at is not None:
        last_instant = code.expires_at - timedelta(microseconds=1)
        said["expires_on"] = last_instant.astimezone(zone).date().isoformat()
    return said


async def _points(
    session: AsyncSession, journey: Journey, dues: Sequence[Due], now: datetime
) -> dict[EnrolmentId, dict[str, Any]]:
    giving = [(it, it.tell.gift.points) for it in dues if isinstance(it.tell.gift, PointsGift)]
    if not giving:
        return {}
    units = await ledger.unit_ids_of(session, [journey.merchant_id])
    postings = [
        ledger.Posting(
            merchant_id=journey.merchant_id,
            customer_id=it.customer_id,
            unit_id=units[journey.merchant_id],
            kind=ledger.EntryKind.EARN,
            amount=points,
            source=ledger.Source(SOURCE, to_wire(ENROLMENT, it.id)),
            step=f"gift:{it.step}",
            occurred_at=now,
            basis={"journey": to_wire(WIRE_PREFIX, journey.id), "version": journey.version},
        )
        for it, points in giving
    ]
    await ledger.post_many(session, postings, now=now)
    return {it.id: {"points": points} for it, points in giving}
