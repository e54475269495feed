"""From what happened to who is told of it, and what is to be filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import gamification, ledger, merchants, rewards, tiers
from loyalnest.customers import CustomerEnrolled
from loyalnest.gamification import BadgeAwarded
from loyalnest.kernel.events import Event
from loyalnest.kernel.relay import LoggedEvent
from loyalnest.ledger import PointsAdjusted, PointsEarned, PointsReleased
from loyalnest.merchants import ProgramSettings, Switch
from loyalnest.messaging import Source
from loyalnest.notices import cards
from loyalnest.notices.telling import Members, News, last_day, members_of
from loyalnest.notices.values import SETTLING
from loyalnest.referrals import ReferralCompleted
from loyalnest.rewards import (
    Redemption,
    RedemptionId,
    Reward,
    RewardGiven,
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
        *cards.TOLD,
    )
)
_BY_THEMSELVES = frozenset({Cause.EARNED, Cause.REFUNDED, Cause.LAPSED, Cause.OVERRIDE})
"""A tier that changed because the ladder did is no news of the customer's."""
_JOURNEY = "journey"
_TOLD_OTHERWISE = frozenset({"badge", "tier", "referral", "action:signup", _JOURNEY})
"""Points that come with something which is told by itself."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the news are about, read for all merchants at once."""

    programs: Mapping[UUID, ProgramSettings]
    redemptions: Mapping[RedemptionId, Redemption]
    rewards: Mapping[tuple[UUID, UUID], Reward]
    ladders: Mapping[UUID, tiers.Ladder]
    games: Mapping[UUID, gamification.GameVersion]
    cards: cards.Known
    held: frozenset[str]
    zones: Mapping[UUID, ZoneInfo]
    members: Members


async def announced(
    session: AsyncSession,
    events: Sequence[LoggedEvent],
    *,
    programs: Mapping[UUID, ProgramSettings],
    now: datetime,
) -> tuple[list[News], Members]:
    """What events tell, of however many merchants, and whom. A query each for all of them."""
    known = await _known(session, events, programs=programs, now=now)
    told = [*_earned(events, known), *(it for event in events for it in _news(event, known))]
    return told, known.members


def _news(event: LoggedEvent, known: _Known) -> Iterable[News]:
    """What a single event tells. Points that came in are told together: see `_earned`."""
    customer_id, merchant_id, data = event.customer_id, event.merchant_id, event.data
    assert customer_id is not None
    match event.type:
        case CustomerEnrolled.type:
            signup = known.programs[merchant_id].actions["signup"]
            points = signup.points if signup.state is Switch.ON else None
            yield _of(event, customer_id, Occasion.WELCOME, {"points": points})
        case PointsAdjusted.type if data["unit"] == ledger.POINTS and not _given(event):
            balance = {"balance": data["balance"]["available"]}
            yield _of(event, customer_id, Occasion.POINTS_ADJUSTED, balance)
        case TierReached.type | TierLost.type if data["cause"] in _BY_THEMSELVES:
            reached = event.type == TierReached.type
            occasion = Occasion.TIER_REACHED if reached else Occasion.TIER_LOST
            ladder = known.ladders.get(merchant_id)
            tier = ladder and ladder.tier(data["to_tier" if reached else "from_tier"])
            if tier:
                called = known.members.called(customer_id, tier.name, tier.names)
                yield _of(event, customer_id, occasion, {"tier": called})
        case RewardRedeemed.type | RewardGiven.type if not _given(event):
            redemption = known.redemptions.get(RedemptionId(UUID(data["redemption_id"])))
            if gift := _gift(redemption, customer_id, known):
                yield _of(event, customer_id, Occasion.REWARD_ISSUED, gift)
        case ReferralCompleted.type:
            yield _of(event, customer_id, Occasion.REFERRAL_COMPLETED, {})
            friend_id = UUID(data["friend_id"])
            yield _of(event, friend_id, Occasion.REFERRAL_WELCOMED, {})
        case BadgeAwarded.type:
            game = known.games.get(merchant_id)
            badge = game and game.game.badge(data["badge"])
            since = game and game.asked_since.get(data["badge"])
            if badge and (since is None or event.occurred_at - since > SETTLING):
                called = known.members.called(customer_id, badge.name, badge.names)
                told = {"badge": called, "points": data["points"] or None}
                yield _of(event, customer_id, Occasion.BADGE_EARNED, told)
        case _:
            told = cards.news(event.type, data, known.cards, known.members, customer_id)
            if told:
                yield _of(event, customer_id, *told)


def _given(event: LoggedEvent) -> bool:
    """Whether a journey gave it, or took it back: what there is to say of it, the journey says."""
    return _JOURNEY in (event.data.get("given_for"), event.data.get("source_kind"))


def _earned(events: Sequence[LoggedEvent], known: _Known) -> Iterable[News]:
    """What came in to spend, a customer's together: an order and its campaign are one message."""
    mine: dict[UUID, list[LoggedEvent]] = {}
    for it in events:
        if it.customer_id and _is_spendable(it, known):
            mine.setdefault(it.customer_id, []).append(it)
    for customer_id, together in mine.items():
        points = sum(it.data["amount"] for it in together)
        told = {"points": points, "balance": together[-1].data["balance"]["available"]}
        yield _of(together[0], customer_id, Occasion.POINTS_EARNED, told)


def _is_spendable(event: LoggedEvent, known: _Known) -> bool:
    data = event.data
    if event.type == PointsReleased.type:
        return data["unit"] == ledger.POINTS
    if event.type != PointsEarned.type or data["unit"] != ledger.POINTS:
        return False
    return data["source_kind"] not in _TOLD_OTHERWISE and data["entry_id"] not in known.held


def _gift(
    redemption: Redemption | None, customer_id: UUID, known: _Known
) -> Mapping[str, Any] | None:
    """A reward's code; nothing where it is gone already."""
    if redemption is None or redemption.state is not rewards.State.ISSUED:
        return None
    reward = known.rewards.get((redemption.merchant_id, redemption.reward_id))
    if reward is None:
        return None
    ends, zone = redemption.expires_at, known.zones[redemption.merchant_id]
    return {
        "reward": known.members.called(customer_id, reward.terms.name, reward.terms.names),
        "code": redemption.code,
        "expires_on": ends and last_day(ends, zone).isoformat(),
    }


def _of(
    event: LoggedEvent, customer_id: UUID, occasion: Occasion, variables: Mapping[str, Any]
) -> News:
    source = Source("event", event.id, occasion)
    return News(event.merchant_id, customer_id, occasion, source, variables)


async def _known(
    session: AsyncSession,
    events: Sequence[LoggedEvent],
    *,
    programs: Mapping[UUID, ProgramSettings],
    now: datetime,
) -> _Known:
    redeemed = [
        (it.merchant_id, RedemptionId(UUID(it.data["redemption_id"])))
        for it in events
        if it.type in (RewardGiven.type, RewardRedeemed.type)
    ]
    redemptions = await rewards.redemptions_of(session, redeemed)
    bought = {(it.merchant_id, it.reward_id) for it in redemptions.values()}
    of_tiers = _merchants_of(events, TierReached, TierLost)
    ladders = await tiers.ladders_of(session, of_tiers) if of_tiers else {}
    of_badges = _merchants_of(events, BadgeAwarded)
    games = await gamification.games_of(session, of_badges) if of_badges else {}
    entries = [
        (it.merchant_id, it.data["entry_id"]) for it in events if it.type == PointsEarned.type
    ]
    held = await ledger.held_entries(session, entries, now=now) if entries else frozenset[str]()
    return _Known(
        programs=programs,
        redemptions=redemptions,
        rewards=await rewards.rewards_of(session, list(bought)),
        ladders={id_: it.ladder for id_, it in ladders.items()},
        games=games,
        cards=await cards.known(session, events, now=now),
        held=held,
        zones=await merchants.zones_of(session, list(programs)),
        members=await members_of(session, set(_named(events))),
    )


def _merchants_of(events: Sequence[LoggedEvent], *types: type[Event]) -> list[UUID]:
    wanted = {it.type for it in types}
    return sorted({it.merchant_id for it in events if it.type in wanted})


def _named(events: Sequence[LoggedEvent]) -> Iterable[tuple[UUID, UUID]]:
    """Whom the news are of."""
    for it in events:
        if it.customer_id:
            yield it.merchant_id, it.customer_id
        if it.type == ReferralCompleted.type:
            yield it.merchant_id, UUID(it.data["friend_id"])
