"""What becomes of customers' stamp cards, as they are told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import stamps
from loyalnest.kernel.relay import LoggedEvent
from loyalnest.notices.telling import Members
from loyalnest.stamps import (
    CardId,
    CardOpened,
    CardProgram,
    CardProgramId,
    CardReward,
    CardRewardEarned,
    CardRewardId,
    CardRewardUsed,
    RewardStanding,
    Stage,
    StampGiven,
    StampKind,
    enrolling,
)
from loyalnest.templates import Occasion

TOLD = (CardOpened, CardRewardEarned, CardRewardUsed, StampGiven)
_THERE = {
    CardRewardEarned.type: RewardStanding.DUE,
    CardRewardUsed.type: RewardStanding.USED,
}


@dataclass(frozen=True, slots=True)
class Known:
    """The programs and rewards that news are about, of all merchants, and where cards are seen."""

    programs: Mapping[CardProgramId, CardProgram]
    rewards: Mapping[CardRewardId, CardReward]
    links: Mapping[CardId, str]


async def known(session: AsyncSession, events: Sequence[LoggedEvent], *, now: datetime) -> Known:
    """What has to be known to tell of these."""
    types = {it.type for it in TOLD}
    ours = [it for it in events if it.type in types]
    programs = {(it.merchant_id, UUID(it.data["program_id"])) for it in ours}
    rewards = {(it.merchant_id, UUID(it.data["reward_id"])) for it in ours if it.type in _THERE}
    cards = {CardId(UUID(it.data["card_id"])): it.merchant_id for it in ours}
    return Known(
        await stamps.programs_of(session, programs),
        await stamps.rewards_of(session, rewards),
        await enrolling.links_to(session, cards, now=now),
    )


def news(
    type_: str, data: Mapping[str, Any], about: Known, members: Members, customer_id: UUID
) -> tuple[Occasion, Mapping[str, Any]] | None:
    """What an event tells of a card, and what is filled in; nothing where it tells nothing.

    A reward on the way is no full card; of one that is handed out nothing is told, for the card
    goes on. What is not there any more is not announced.
    """
    program = (
        about.programs.get(CardProgramId(UUID(data["program_id"])))
        if "program_id" in data
        else None
    )
    if program is None:
        return None
    terms = program.terms
    card = {
        "card": members.called(customer_id, terms.name, terms.names),
        "link": about.links[CardId(UUID(data["card_id"]))],
    }
    if type_ == CardOpened.type:
        reward = _called(terms.stages[-1], members, customer_id)
        return Occasion.CARD_OPENED, {**card, "reward": reward, "needed": terms.needed}
    if type_ == StampGiven.type:
        missing = data["needed"] - data["collected"]
        if data["kind"] == StampKind.WELCOME or missing <= 0:
            return None
        return Occasion.STAMP_GIVEN, {**card, "stamps": data["collected"], "missing": missing}
    found = about.rewards.get(CardRewardId(UUID(data["reward_id"])))
    if found is None or found.state is not _THERE[type_]:
        return None
    stages = program.versions[found.version].stages
    stage = next((it for it in stages if it.key == found.stage), None)
    if stage is None:
        return None
    told = {**card, "reward": _called(stage, members, customer_id)}
    is_last = stage is stages[-1]
    if type_ == CardRewardUsed.type:
        return (Occasion.CARD_REDEEMED, told) if is_last else None
    return Occasion.CARD_FULL if is_last else Occasion.CARD_REWARD_EARNED, told


def _called(stage: Stage, members: Members, customer_id: UUID) -> str:
    return members.called(customer_id, stage.name, stage.names)
