"""Whether a message may be sent now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from loyalnest.consents.rules.quiet import quiet_until
from loyalnest.consents.values import (
    ALLOWED_UNTIL_REFUSED,
    Answer,
    Channel,
    Clock,
    Purpose,
    Reason,
    State,
    Verdict,
)

_ALLOWED = Verdict(Answer.ALLOWED)
# Where several reasons hold, the one that says most about the person comes first.
_RANK = (
    Reason.COMPLAINED,
    Reason.STOPPED,
    Reason.UNSUBSCRIBED,
    Reason.INVALID,
    Reason.BOUNCED,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one message's addressee."""

    gone: bool
    state: State | None
    reasons: Collection[Reason]
    clock: Clock


def judge(channel: Channel, purpose: Purpose, facts: Facts, now: datetime) -> Verdict:
    """Whether a message may go out, and why not. What lasts is told before what passes."""
    if facts.gone:
        return Verdict(Answer.ERASED)
    held = [it for it in _RANK if it in facts.reasons and purpose in it.holds_back]
    if held:
        return Verdict(Answer.SUPPRESSED, reason=held[0])
    if facts.state is State.WITHDRAWN:
        return Verdict(Answer.OPTED_OUT)
    if facts.state is not State.GRANTED and purpose not in ALLOWED_UNTIL_REFUSED:
        return Verdict(Answer.NO_CONSENT)
    if is_held_by_night(channel, purpose, facts.clock):
        until = quiet_until(facts.clock.hours, facts.clock.zone, now)
        if until is not None:
            return Verdict(Answer.QUIET, until=until)
    return _ALLOWED


def is_held_by_night(channel: Channel, purpose: Purpose, clock: Clock) -> bool:
    """Whether quiet hours hold a message back.

    Outreach always waits. A message about what somebody did waits only where they asked for quiet
    themselves, and where it would wake them: a mail wakes nobody.
    """
    return purpose is Purpose.OUTREACH or (clock.own and channel.rings)
