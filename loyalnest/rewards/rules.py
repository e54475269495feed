"""Who may redeem what, and what a code is worth. Pure: values in, values out."""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal

from loyalnest.kernel.errors import DomainError
from loyalnest.rewards import errors
from loyalnest.rewards.values import (
    Kind,
    OnRefund,
    Redemption,
    Reward,
    RewardState,
    State,
    Terms,
    Where,
)

# Without look-alikes and vowels, so that a code spells nothing: 13 of 28 signs are 62 bits.
_LETTERS = "23456789BCDFGHJKLMNPQRSTVWXZ"
_GROUPS = (5, 4, 4)


class LocalCodes:
    """Codes of our own, good at the counter and wherever a person looks at them."""

    name = "local"

    def draw(self) -> str:
        """`7KQ2M-BX4D-9RTW`: 62 bits out of the system's randomness."""
        return "-".join(
            "".join(secrets.choice(_LETTERS) for _ in range(length)) for length in _GROUPS
        )


def normalised_code(code: str) -> str:
    """A code as it is looked up: people type small letters, spaces and no hyphens."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def obstacle(
    reward: Reward,
    *,
    tier: str | None,
    redeemed: int,
    where: Where,
    currency: str,
    now: datetime,
) -> DomainError | None:
    """Why a customer can't have a reward, points aside; None if nothing is in the way."""
    terms = reward.terms
    if not _on_offer(reward, now):
        return errors.RewardNotActive()
    if Where.BOTH not in (terms.where, where) and terms.where is not where:
        return errors.RewardNotHere()
    if terms.tiers and tier not in terms.tiers:
        return errors.TierTooLow()
    if terms.amounts and currency not in terms.amounts:
        return errors.RewardNotInCurrency()
    if reward.stock is not None and reward.taken >= reward.stock:
        return errors.RewardSoldOut()
    if terms.per_customer is not None and redeemed >= terms.per_customer:
        return errors.RewardLimitReached()
    return None


def is_offered(reward: Reward, *, where: Where, currency: str, now: datetime) -> bool:
    """Whether there is anybody who may have a reward there, points aside."""
    tier = next(iter(reward.terms.tiers), None)
    found = obstacle(reward, tier=tier, redeemed=0, where=where, currency=currency, now=now)
    return found is None


def gift_obstacle(reward: Reward, *, currency: str, now: datetime) -> DomainError | None:
    """Why a reward can't be given to anybody, stock aside; None if nothing is in the way.

    A gift is the merchant's own promise: for whom, how often and where a reward may be redeemed
    does not limit it.
    """
    if not _on_offer(reward, now):
        return errors.RewardNotActive()
    if reward.terms.amounts and currency not in reward.terms.amounts:
        return errors.RewardNotInCurrency()
    return None


def value_of(terms: Terms, currency: str) -> dict[str, str]:
    """What a code of these terms is worth in a currency."""
    value = {"kind": terms.kind.value}
    if terms.kind in (Kind.AMOUNT_OFF, Kind.GIFT_CARD):
        value |= {"amount": str(terms.amounts[currency]), "currency": currency}
    if terms.percent is not None:
        value["percent"] = str(terms.percent)
    if terms.product is not None:
        value["product"] = terms.product
    if currency in terms.minimum_spend:
        value |= {"minimum_spend": str(terms.minimum_spend[currency]), "currency": currency}
    return value


def expires_at(terms: Terms, now: datetime) -> datetime | None:
    """Until when a code that is issued now is good."""
    return None if terms.valid_days is None else now + timedelta(days=terms.valid_days)


def is_good(redemption: Redemption, now: datetime) -> bool:
    """Whether a code is unused and in time."""
    return redemption.state is State.ISSUED and not _lapsed(redemption, now)


def was_good(redemption: Redemption, at: datetime) -> bool:
    """Whether a code that nobody has used was good at an instant, whatever became of it since."""
    if redemption.state is State.USED or _lapsed(redemption, at):
        return False
    cancelled_at = redemption.settled_at if redemption.state is State.CANCELLED else None
    return cancelled_at is None or at < cancelled_at


def check_usable(redemption: Redemption, now: datetime) -> None:
    """Whether a code may be used now. Raises RedemptionUsed, -Cancelled, -Expired."""
    if redemption.state is State.USED:
        raise errors.RedemptionUsed
    if redemption.state is State.CANCELLED:
        raise errors.RedemptionCancelled
    if redemption.state is State.EXPIRED or _lapsed(redemption, now):
        raise errors.RedemptionExpired


def to_restore(
    redemption: Redemption, policy: OnRefund, *, spend: Decimal, kept: Decimal, gone: bool
) -> int:
    """How many of its points a used reward gives back for what was refunded of its order, in all.

    `spend` is what the order's goods came to and `kept` what is left of it. A cancelled order gives
    everything back, whichever share it came to, unless the merchant gives nothing at all.
    """
    if policy is OnRefund.NONE:
        return 0
    if gone or kept <= 0:
        return redemption.cost
    if policy is OnRefund.FULL or spend <= 0:
        return 0
    return int(redemption.cost * (spend - kept) / spend)


def _lapsed(redemption: Redemption, now: datetime) -> bool:
    return redemption.expires_at is not None and now >= redemption.expires_at


def _on_offer(reward: Reward, now: datetime) -> bool:
    starts_at, ends_at = reward.terms.starts_at, reward.terms.ends_at
    begun = starts_at is None or starts_at <= now
    return reward.state is RewardState.ACTIVE and begun and (ends_at is None or now < ends_at)
