"""What becomes of a message after each try, and of whoever carries it. Pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from loyalnest.messaging.carrying import Accepted, Doubtful, Outcome, Refused
from loyalnest.messaging.values import Fault, Purpose, Reason, State

TRIES = 5
"""How often a message is handed over before it is given up."""
FIRST_PAUSE = timedelta(milliseconds=500)
UNREACHABLE_PAUSE = timedelta(minutes=5)
"""A mailbox that is full and a phone that is off need longer than a busy server."""
LASTS = timedelta(days=3)
"""How long a message is worth sending, where nobody says otherwise."""
FALLS_BACK_AFTER = timedelta(hours=1)
"""When outreach is tried on the next channel; what somebody waits for goes there at once."""
BETWEEN_OUTREACH = timedelta(days=7)
"""For so long a customer gets no other message that wants something of them."""

FAILURES_TO_OPEN = 5
FIRST_REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=5)
THROTTLED_REST = timedelta(seconds=1)
QUOTA_REST = timedelta(hours=1)

_RANKS = {
    State.WAITING: 0,
    State.HELD: 0,
    State.DROPPED: 0,
    State.IN_DOUBT: 0,
    State.QUEUED: 1,
    State.SENT: 2,
    State.FAILED: 3,
    State.DELIVERED: 4,
    State.READ: 5,
}


@dataclass(frozen=True, slots=True)
class Trust:
    """What may be done about a message that may have been taken."""

    repeats_safely_for: timedelta | None
    looks_up: bool
    repeats_in_doubt: bool


@dataclass(frozen=True, slots=True)
class Try:
    """A handing-over that has just happened, or was cut short."""

    purpose: Purpose
    tries: int
    """This one included."""
    attempt: int
    since: datetime
    """When this attempt's first handing-over was."""
    is_probe: bool = False
    """It was made to see whether the provider is well again, and counts for nobody."""


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of the message. `WAITING` is handed over again at `due_at`."""

    state: State
    tries: int
    attempt: int
    due_at: datetime | None = None
    doubtful: bool = False
    reason: Reason | None = None
    code: str | None = None
    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How a provider gets on with one account: the breaker, and what it asks for."""

    failures: int = 0
    paused_until: datetime | None = None
    paused_for: Reason | None = None
    broken_for: Reason | None = None
    """The account is no good until somebody mends it."""

    @property
    def is_open(self) -> bool:
        """Whether nothing but a probe goes through."""
        return self.failures >= FAILURES_TO_OPEN


def after(outcome: Outcome, given: Try, *, trust: Trust, now: datetime, chance: float) -> Step:
    """What becomes of a message. `chance` is drawn from 0 to 1, so that not all come back at once.

    What was certainly refused and may pass is another attempt, under another key; what may have
    been taken is the same attempt, or is left in doubt.
    """
    match outcome:
        case Accepted(provider_id, state):
            return Step(state, given.tries, given.attempt, provider_id=provider_id)
        case Doubtful(code):
            return _in_doubt(given, code, trust=trust, now=now, chance=chance)
        case Refused(reason, retry_after, code):
            return _refused(given, reason, retry_after, code, now=now, chance=chance)


def _refused(
    given: Try,
    reason: Reason,
    retry_after: timedelta | None,
    code: str | None,
    *,
    now: datetime,
    chance: float,
) -> Step:
    uncounted = given.is_probe or reason is Reason.THROTTLED or reason.fault is Fault.SENDER
    tries = given.tries - 1 if uncounted else given.tries
    if not uncounted and (not reason.passes or given.tries >= TRIES):
        return Step(State.FAILED, tries, given.attempt, reason=reason, code=code)
    pause = max(pause_after(given.tries, reason, chance), retry_after or timedelta(0))
    return Step(
        State.WAITING, tries, given.attempt + 1, due_at=now + pause, reason=reason, code=code
    )


def _in_doubt(given: Try, code: str | None, *, trust: Trust, now: datetime, chance: float) -> Step:
    left = Step(State.IN_DOUBT, given.tries, given.attempt, reason=Reason.UNCLEAR, code=code)
    if not may_repeat(given, trust=trust, now=now):
        return left
    pause = pause_after(given.tries, Reason.UNCLEAR, chance)
    return replace(left, state=State.WAITING, due_at=now + pause, doubtful=True)


def may_repeat(given: Try, *, trust: Trust, now: datetime) -> bool:
    """Whether a message that may have been taken may go once more."""
    if given.tries >= TRIES:
        return False
    if trust.repeats_safely_for is not None:
        return now - given.since < trust.repeats_safely_for
    if trust.looks_up:
        return True
    return given.purpose is Purpose.TRANSACTIONAL and trust.repeats_in_doubt


def pause_after(tries: int, reason: Reason, chance: float) -> timedelta:
    """How long a message waits before its next try: anything up to a bound that doubles."""
    first = UNREACHABLE_PAUSE if reason is Reason.UNREACHABLE else FIRST_PAUSE
    return first * 2 ** max(tries - 1, 0) * chance


def health_after(
    health: Health, outcomes: Sequence[Outcome], *, now: datetime, chance: float
) -> Health:
    """How a provider gets on with an account after one call's outcomes."""
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    for outcome in refused:
        if outcome.reason.fault is Fault.SENDER:
            return _sender_refused(health, outcome, now)
    throttled = [outcome for outcome in refused if outcome.reason is Reason.THROTTLED]
    if throttled:
        asked = max((it.retry_after or THROTTLED_REST for it in throttled), default=THROTTLED_REST)
        return Health(health.failures, _later(health, now + asked), Reason.THROTTLED)
    if not all(_came_to_nothing(outcome) for outcome in outcomes):
        return health if health.failures == 0 else Health()
    failures = health.failures + 1
    if failures < FAILURES_TO_OPEN:
        return replace(health, failures=failures)
    rest = min(LONGEST_REST, FIRST_REST * 2 ** min(failures - FAILURES_TO_OPEN, 10))
    asked = max((it.retry_after or timedelta(0) for it in refused), default=timedelta(0))
    until = now + max(rest * (0.5 + chance / 2), asked)
    return Health(failures, _later(health, until), Reason.UNAVAILABLE)


def _sender_refused(health: Health, outcome: Refused, now: datetime) -> Health:
    if outcome.reason is Reason.QUOTA_REACHED:
        until = now + (outcome.retry_after or QUOTA_REST)
        return Health(health.failures, _later(health, until), outcome.reason)
    return replace(health, broken_for=outcome.reason)


def _later(health: Health, until: datetime) -> datetime:
    return max(health.paused_until or until, until)


def _came_to_nothing(outcome: Outcome) -> bool:
    if isinstance(outcome, Refused):
        return outcome.reason in (Reason.UNAVAILABLE, Reason.UNCLEAR)
    return isinstance(outcome, Doubtful)


def masked(address: str) -> str:
    """Enough of an address to tell it from others, and too little to write to."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"{address[:3]}…{address[-2:]}" if len(address) > 6 else "…"


def climbs(current: State, told: State) -> bool:
    """Whether what a provider tells takes a message further; statuses come late and in any order.

    A message that didn't arrive may turn out to have arrived; never the other way round.
    """
    return _RANKS[told] > _RANKS[current]
