"""What becomes of customers' stamp cards, as they are told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import stamps
from loyalnest.kernel.relay import LoggedEvent
from loyalnest.notices.telling import Members
from loyalnest.stamps import (
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
)
from loyalnest.templates import Occasion

TOLD = (CardOpened, CardRewardEarned, CardRewardUsed, StampGiven)
_REWARDED = {
    CardRewardEarned.type: Occasion.CARD_FULL,
    CardRewardUsed.type: Occasion.CARD_REDEEMED,
}

_THERE = {
    CardRewardEarned.type: RewardStanding.DUE,
    CardRewardUsed.type: RewardStanding.USED,
}


@dataclass(frozen=True, slots=True)
class Known:
    """The programs and rewards that news are about, of all merchants."""

    programs: Mapping[CardProgramId, CardProgram]
    rewards: Mapping[CardRewardId, CardReward]


async def known(session: AsyncSession, events: Sequence[LoggedEvent]) -> Known:
    """What has to be known to tell of these."""
    types = {it.type for it in TOLD}
    ours = [it for it in events if it.type in types]
    programs = {(it.merchant_id, UUID(it.data["program_id"])) for it in ours}
    rewards = {(it.merchant_id, UUID(it.data["reward_id"])) for it in ours if it.type in _REWARDED}
    return Known(
        await stamps.programs_of(session, programs), await stamps.rewards_of(session, rewards)
    )


def news(
    type_: str, data: Mapping[str, Any], about: Known, members: Members, customer_id: UUID
) -> tuple[Occasion, Mapping[str, Any]] | None:
    """What an event tells of a card, and what is filled in; nothing where it tells nothing.

    A reward on the way is no full card, and what is not there any more is not announced.
    """
    program = (
        about.programs.get(CardProgramId(UUID(data["program_id"])))
        if "program_id" in data
        else None
    )
    if program is None:
        return None
    terms = program.terms
    card = {"card": members.called(customer_id, terms.name, terms.names)}
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
    last = program.versions[found.version].stages[-1]
    if last.key != found.stage:
        return None
    return _REWARDED[type_], {**card, "reward": _called(last, members, customer_id)}


def _called(stage: Stage, members: Members, customer_id: UUID) -> str:
    return members.called(customer_id, stage.name, stage.names)
