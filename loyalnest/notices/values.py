"""The words of this module: what is announced, and how a merchant wants it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from loyalnest.messaging import Channel
from loyalnest.templates import Occasion

FRESH = timedelta(days=1)
"""Older news are not announced any more.

A worker that was down for a night still tells what happened meanwhile. A history that is brought in
or replayed tells nobody of points they have had for years.
"""
SETTLING = timedelta(minutes=15)
"""How long after a badge was drawn up nobody is told of it.

Everybody who had earned it before has it then, and that is no news to them.
"""


def _each_once(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    if len(set(channels)) < len(channels):
        raise ValueError("name each channel once")
    return channels


Chain = Annotated[tuple[Channel, ...], Field(min_length=1), AfterValidator(_each_once)]


class Closed(BaseModel):
    """Closed and unchangeable, like all settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Notice(Closed):
    """Whether customers are told of something, and where it is tried, in this order."""

    on: bool = True
    channels: Chain = (Channel.EMAIL,)


class NoticeAhead(Notice):
    """The same of what is to come: it is told some days before."""

    days: int = Field(default=30, ge=1, le=90, description="So many days ahead.")


class NoticeSettings(Closed):
    """What customers are told: as it happens, and what is to come."""

    welcome: Notice = Field(default=Notice(), description="They joined.")
    points_earned: Notice = Field(
        default=Notice(on=False),
        description="Points came in that can be spent. Off until it is wanted: every order would"
        " bring a message beside the shop's own.",
    )
    points_adjusted: Notice = Field(
        default=Notice(), description="Somebody gave or took points by hand."
    )
    tier_reached: Notice = Field(default=Notice(), description="They climbed.")
    tier_lost: Notice = Field(default=Notice(), description="They fell.")
    reward_issued: Notice = Field(
        default=Notice(), description="They have a reward's code, redeemed or given."
    )
    referral_completed: Notice = Field(
        default=Notice(), description="A friend whom they brought counts."
    )
    referral_welcomed: Notice = Field(default=Notice(), description="They are that friend.")
    badge_earned: Notice = Field(default=Notice(), description="They have a new badge.")
    card_opened: Notice = Field(
        default=Notice(on=False),
        description="They have a stamp card. Off until it is wanted: who joins is welcomed.",
    )
    stamp_given: Notice = Field(
        default=Notice(on=False),
        description="Their card was stamped. Off until it is wanted: every visit would bring a"
        " message.",
    )
    card_reward_earned: Notice = Field(
        default=Notice(), description="Their stamps bring a reward on the way to a full card."
    )
    card_full: Notice = Field(default=Notice(), description="Their card is full.")
    card_redeemed: Notice = Field(
        default=Notice(on=False),
        description="They were handed what a full card brings. Off until it is wanted: they were"
        " there.",
    )
    points_expiring: NoticeAhead = Field(
        default=NoticeAhead(),
        description="Points lapse unless they are spent. Silent while a journey that starts with"
        " points that lapse is active or paused.",
    )
    reward_expiring: NoticeAhead = Field(
        default=NoticeAhead(days=7), description="A reward's code lapses unless it is used."
    )
    card_expiring: NoticeAhead = Field(
        default=NoticeAhead(days=14),
        description="Stamps on a card lapse; told in the second half of their time at the"
        " earliest.",
    )
    tier_at_risk: NoticeAhead = Field(
        default=NoticeAhead(),
        description="A tier ends unless more is bought. Outreach: for those who agreed to it.",
    )

    def of(self, occasion: Occasion) -> Notice:
        """What is wanted on an occasion."""
        return getattr(self, occasion)


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """Settings, and how often they were changed."""

    version: int
    settings: NoticeSettings
