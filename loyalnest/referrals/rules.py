"""When a referral counts, and for whom. Pure: values in, values out.

A referral's status is decided by what is known now and by nothing that was decided before, so the
same facts end the same in whatever order they came.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from loyalnest.kernel.ids import from_wire
from loyalnest.referrals.values import (
    CompletesOn,
    Gift,
    GiftState,
    HeldGift,
    InviteBy,
    Known,
    Reason,
    Referral,
    ReferralSettings,
    Review,
    RewardWhen,
    Side,
    Status,
    Verdict,
)
from loyalnest.rewards import REWARD, RewardId

# Without what is mistaken for something else when read aloud or written down: 0 O, 1 I L, U V.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH = 10
LANDINGS = "/r/"
"""Below the installation's address."""
TIMELY = timedelta(days=1)
"""How long before a code was told what it was used for may have happened: people buy or sign up
first, and say who sent them when they are asked."""


def make_code() -> str:
    """A code that nobody guesses: 29 to the 10th, or 48 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def normal_code(told: str) -> str:
    """A code as it is kept, however somebody typed it."""
    return "".join(told.split()).replace("-", "").upper()


def is_code(told: str) -> bool:
    """Whether this could be a code of ours, written as codes are kept."""
    return len(told) == CODE_LENGTH and set(told) <= set(ALPHABET)


def landing_of(installation: str, domain: str, code: str) -> str:
    """Where the friends of a shop's customers land, unless the merchant says otherwise."""
    return f"{installation}{LANDINGS}{domain}/{code}"


def link_by(link: str, by: InviteBy, *, ours: bool) -> str:
    """A link that says by which channel it came, where it leads to a page of ours."""
    return f"{link}?via={by}" if ours else link


def judge(referral: Referral, known: Known, now: datetime) -> Verdict:
    """Where a referral stands."""
    reason = _reason(referral, known)
    if reason is not None:
        return Verdict(Status.REJECTED, reason)
    done_at, due_at = _done_at(referral, known)
    if done_at is None or due_at is None:
        lapsed = now >= referral.expires_at
        return Verdict(Status.EXPIRED if lapsed else Status.PENDING)
    if now < due_at or referral.review is Review.WAITING:
        return Verdict(Status.PENDING, order_id=known.order_id, due_at=due_at)
    return Verdict(Status.COMPLETED, order_id=known.order_id, due_at=due_at, completed_at=due_at)


def _reason(referral: Referral, known: Known) -> Reason | None:
    if known.advocate == known.friend:
        return Reason.SAME_PERSON
    if not known.came_first:
        return Reason.BROUGHT_BEFORE
    if known.bought_before:
        return Reason.NOT_NEW
    return Reason.REVIEWED if referral.review is Review.REJECTED else None


def _done_at(referral: Referral, known: Known) -> tuple[datetime | None, datetime | None]:
    """When the friend did what it takes, and from when on that counts for good."""
    if known.settings.completes_on is CompletesOn.SIGN_UP:
        done_at = known.enrolled_at
        if done_at is None or not timely(done_at, referral.claimed_at, referral.expires_at):
            return None, None
        return done_at, max(done_at, referral.claimed_at)
    if known.paid_at is None:
        return None, None
    window = timedelta(days=known.settings.return_days)
    return known.paid_at, max(known.paid_at + window, referral.claimed_at)


def timely(at: datetime, claimed_at: datetime, expires_at: datetime) -> bool:
    """Whether something happened because of a code that was told at an instant."""
    return claimed_at - TIMELY <= at < expires_at


def gifts(referral: Referral, known: Known, verdict: Verdict) -> list[Gift]:
    """What everybody should have for a referral as it stands.

    Nothing for one that doesn't count, but for what the friend was given to begin with. Nobody gets
    something twice for one referral, whoever the people behind it turn out to be.
    """
    settings = known.settings
    counts = verdict.status is Status.COMPLETED
    welcome = known.friend not in known.erased and (
        counts or _welcomed(referral, settings, verdict)
    )
    due = [
        Gift(
            Side.ADVOCATE,
            referral.advocate_id,
            known.advocate,
            settings.advocate_points,
            reward_of(settings.advocate_reward_id),
            counts and known.advocate not in known.erased,
        ),
        Gift(
            Side.FRIEND,
            referral.friend_id,
            known.friend,
            settings.friend_points,
            reward_of(settings.friend_reward_id),
            welcome and (counts or verdict.status is Status.PENDING),
            welcome and verdict.status is Status.EXPIRED,
        ),
    ]
    seen = {known.advocate, known.friend}
    uplines = zip(known.upline, settings.upline_points, strict=False)
    for level, (above, points) in enumerate(uplines, 2):
        earns = above.stands and above.living not in seen
        seen.add(above.living)
        due.append(Gift(f"level_{level}", above.named, above.living, points if earns else 0))
    return due if counts else [msgspec.structs.replace(gift, points=0) for gift in due]


def _welcomed(referral: Referral, settings: ReferralSettings, verdict: Verdict) -> bool:
    """Whether the friend has a code to begin with.

    One who lets the time run out keeps it, for it has a date of its own and was theirs; but then
    nobody is given a new one.
    """
    at_once = settings.friend_reward_when is RewardWhen.JOINED
    waits = referral.review is Review.WAITING
    return at_once and not waits and verdict.status is not Status.REJECTED


def reward_of(told: str | None) -> RewardId | None:
    """The reward that settings name."""
    return RewardId(from_wire(REWARD, told)) if told else None


def rewards_of(settings: ReferralSettings) -> set[RewardId]:
    """The rewards whose codes settings promise."""
    told = (settings.advocate_reward_id, settings.friend_reward_id)
    return {RewardId(from_wire(REWARD, it)) for it in told if it}


def lacks_code(gift: Gift, held: HeldGift | None) -> bool:
    """Whether somebody should have a code now who has had none, or had it taken back.

    A code that was given counts whatever became of it: used, lapsed, or cancelled by somebody.
    """
    if gift.reward_kept:
        return held is not None and held.state is GiftState.OWED
    return gift.reward_due and (held is None or held.state is not GiftState.GIVEN)


def next_step(held: Sequence[int], due: int) -> tuple[str, int] | None:
    """The posting that brings what somebody holds for a referral to what is due, by its step."""
    more = due - sum(held)
    if not more:
        return None
    return f"{'earn' if more > 0 else 'claw'}:{len(held) + 1}", more
