"""From one merchant's news to what is asked for: who is told what, with what is to be filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, gamification, ledger, merchants, rewards, tiers
from loyalnest.customers import Customer, CustomerEnrolled
from loyalnest.gamification import BadgeAwarded
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.relay import LoggedEvent
from loyalnest.ledger import PointsAdjusted, PointsEarned, PointsReleased
from loyalnest.merchants import ProgramSettings, Switch
from loyalnest.messaging import Ask, Purpose, Source
from loyalnest.notices.values import SETTLING, NoticeSettings
from loyalnest.referrals import ReferralCompleted
from loyalnest.rewards import (
    Redemption,
    RedemptionId,
    Reward,
    RewardGiven,
    RewardId,
    RewardRedeemed,
)
from loyalnest.templates import Occasion
from loyalnest.tiers import Cause, TierLost, TierReached

TOLD = frozenset(
    it.type
    for it in (
        BadgeAwarded,
        CustomerEnrolled,
        PointsAdjusted,
        PointsEarned,
        PointsReleased,
        ReferralCompleted,
        RewardGiven,
        RewardRedeemed,
        TierLost,
        TierReached,
    )
)
_BY_THEMSELVES = frozenset({Cause.EARNED, Cause.REFUNDED, Cause.LAPSED, Cause.OVERRIDE})
"""A tier that changed because the ladder did is no news of the customer's."""
_JOURNEY = "journey"
_TOLD_OTHERWISE = frozenset({"badge", "tier", "referral", "action:signup", _JOURNEY})
"""Points that come with something which is told by itself."""


@dataclass(frozen=True, slots=True)
class _News:
    """Something to tell somebody."""

    event: LoggedEvent
    customer_id: UUID
    occasion: Occasion
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """What one merchant's news are about, read for all of them at once."""

    program: ProgramSettings
    redemptions: Mapping[RedemptionId, Redemption]
    rewards: Mapping[RewardId, Reward]
    ladder: tiers.Ladder | None
    game: gamification.Game | None
    asked_since: Mapping[str, datetime]
    held: frozenset[str]
    zone: ZoneInfo
    languages: Mapping[UUID, str]


async def announced(
    session: AsyncSession,
    events: Sequence[LoggedEvent],
    *,
    program: ProgramSettings,
    wanted: NoticeSettings,
    now: datetime,
) -> list[Ask]:
    """What one merchant's news ask for. Only members are told, and of themselves alone."""
    merchant_id = merchant_of(session)
    people = await _people(session, events)
    known = await _known(session, events, people, program=program, now=now)
    told = [*_earned(events, known), *(it for event in events for it in _news(event, known))]
    return [
        Ask(
            merchant_id=merchant_id,
            customer_id=member.id,
            source=Source("event", it.event.id, it.occasion),
            occasion=it.occasion,
            purpose=Purpose.TRANSACTIONAL,
            channels=notice.channels,
            variables={k: v for k, v in {**_name(member), **it.variables}.items() if v is not None},
        )
        for it in told
        if (notice := wanted.of(it.occasion)).on and (member := people.get(it.customer_id))
    ]


def _news(event: LoggedEvent, known: _Known) -> Iterable[_News]:
    """What a single event tells. Points that came in are told together: see `_earned`."""
    customer_id, data = event.customer_id, event.data
    assert customer_id is not None
    match event.type:
        case CustomerEnrolled.type:
            signup = known.program.actions["signup"]
            points = signup.points if signup.state is Switch.ON else None
            yield _News(event, customer_id, Occasion.WELCOME, {"points": points})
        case PointsAdjusted.type if data["unit"] == ledger.POINTS:
            balance = {"balance": data["balance"]["available"]}
            yield _News(event, customer_id, Occasion.POINTS_ADJUSTED, balance)
        case TierReached.type | TierLost.type if data["cause"] in _BY_THEMSELVES:
            reached = event.type == TierReached.type
            occasion = Occasion.TIER_REACHED if reached else Occasion.TIER_LOST
            tier = known.ladder and known.ladder.tier(data["to_tier" if reached else "from_tier"])
            if tier:
                called = _called(tier.name, tier.names, known.languages.get(customer_id))
                yield _News(event, customer_id, occasion, {"tier": called})
        case RewardRedeemed.type | RewardGiven.type if data.get("given_for") != _JOURNEY:
            if gift := _gift(RedemptionId(UUID(data["redemption_id"])), customer_id, known):
                yield _News(event, customer_id, Occasion.REWARD_ISSUED, gift)
        case ReferralCompleted.type:
            yield _News(event, customer_id, Occasion.REFERRAL_COMPLETED, {})
            friend_id = UUID(data["friend_id"])
            yield _News(event, friend_id, Occasion.REFERRAL_WELCOMED, {})
        case BadgeAwarded.type:
            badge = known.game and known.game.badge(data["badge"])
            since = known.asked_since.get(data["badge"])
            if badge and (since is None or event.occurred_at - since > SETTLING):
                called = _called(badge.name, badge.names, known.languages.get(customer_id))
                told = {"badge": called, "points": data["points"] or None}
                yield _News(event, customer_id, Occasion.BADGE_EARNED, told)
        case _:
            return


def _earned(events: Sequence[LoggedEvent], known: _Known) -> Iterable[_News]:
    """What came in to spend, a customer's together: an order and its campaign are one message."""
    mine: dict[UUID, list[LoggedEvent]] = {}
    for it in events:
        if it.customer_id and _is_spendable(it, known):
            mine.setdefault(it.customer_id, []).append(it)
    for customer_id, together in mine.items():
        points = sum(it.data["amount"] for it in together)
        told = {"points": points, "balance": together[-1].data["balance"]["available"]}
        yield _News(together[0], customer_id, Occasion.POINTS_EARNED, told)


def _is_spendable(event: LoggedEvent, known: _Known) -> bool:
    data = event.data
    if event.type == PointsReleased.type:
        return data["unit"] == ledger.POINTS
    if event.type != PointsEarned.type or data["unit"] != ledger.POINTS:
        return False
    return data["source_kind"] not in _TOLD_OTHERWISE and data["entry_id"] not in known.held


def _gift(
    redemption_id: RedemptionId, customer_id: UUID, known: _Known
) -> Mapping[str, Any] | None:
    """A reward's code; nothing where it is gone already."""
    redemption = known.redemptions.get(redemption_id)
    reward = redemption and known.rewards.get(redemption.reward_id)
    if redemption is None or reward is None or redemption.state is not rewards.State.ISSUED:
        return None
    ends = redemption.expires_at
    terms = reward.terms
    return {
        "reward": _called(terms.name, terms.names, known.languages.get(customer_id)),
        "code": redemption.code,
        "expires_on": ends and ends.astimezone(known.zone).date().isoformat(),
    }


def _called(name: str, names: Mapping[str, str], language: str | None) -> str:
    """What something is called in somebody's language, as far as the merchant has said so."""
    if language is None:
        return name
    return names.get(language) or names.get(language.partition("-")[0]) or name


def _name(member: Customer) -> Mapping[str, str | None]:
    return {"name": member.name.split()[0] if member.name and member.name.strip() else None}


async def _people(session: AsyncSession, events: Sequence[LoggedEvent]) -> dict[UUID, Customer]:
    """Whom the news are of, as the customers they are now; members only."""
    named = {it.customer_id for it in events if it.customer_id}
    named |= {UUID(it.data["friend_id"]) for it in events if it.type == ReferralCompleted.type}
    living = await customers.living_many(session, named)
    found = await customers.find_many(session, list({*named, *living.values()}))
    now_is = {id_: found[living.get(id_, id_)] for id_ in named if living.get(id_, id_) in found}
    return {id_: it for id_, it in now_is.items() if it.enrolled_at and not it.erased_at}


async def _known(
    session: AsyncSession,
    events: Sequence[LoggedEvent],
    people: Mapping[UUID, Customer],
    *,
    program: ProgramSettings,
    now: datetime,
) -> _Known:
    merchant_id, types = merchant_of(session), {it.type for it in events}
    redeemed = [
        RedemptionId(UUID(it.data["redemption_id"]))
        for it in events
        if it.type in (RewardGiven.type, RewardRedeemed.type)
    ]
    redemptions = await rewards.find_redemptions(session, redeemed) if redeemed else {}
    bought = {it.reward_id for it in redemptions.values()}
    found = await rewards.find_many(session, bought) if bought else []
    ladder = game = None
    if types & {TierReached.type, TierLost.type}:
        ladder = (await tiers.ladders_of(session, [merchant_id])).get(merchant_id)
    if BadgeAwarded.type in types:
        game = await gamification.game_of(session)
    entries = [it.data["entry_id"] for it in events if it.type == PointsEarned.type]
    held = await ledger.held_entries(session, entries, now=now) if entries else frozenset[str]()
    zones = await merchants.zones_of(session, [merchant_id])
    return _Known(
        program=program,
        redemptions=redemptions,
        rewards={it.id: it for it in found},
        ladder=ladder and ladder.ladder,
        game=game and game.game,
        asked_since=game.asked_since if game else {},
        held=held,
        zone=zones[merchant_id],
        languages=await _languages(session, merchant_id, people),
    )


async def _languages(
    session: AsyncSession, merchant_id: UUID, people: Mapping[UUID, Customer]
) -> dict[UUID, str]:
    """What each of them reads, as far as they or their shop have said so."""
    chosen = await consents.preferences_of(
        session, merchant_id, list({it.id for it in people.values()})
    )
    read = {id_: chosen[it.id].language or it.locale for id_, it in people.items()}
    return {id_: language for id_, language in read.items() if language}
