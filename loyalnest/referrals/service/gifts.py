"""Codes of rewards for referrals: what is due is given, what is due no more taken back if unused.

A code that was used stays used: a discount that somebody had makes no debt.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import rewards
from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import to_wire
from loyalnest.referrals import rules, storage
from loyalnest.referrals.values import (
    SOURCE_KIND,
    WIRE_PREFIX,
    Gift,
    GiftState,
    HeldGift,
    Referral,
)

_CODES = rewards.LocalCodes()
_NOTHING = HeldGift(GiftState.PROMISED, 0, None)

Promised = tuple[Referral, Gift]
"""One side of a referral that was promised a code."""


class Steps(NamedTuple):
    """What brings the codes to what is due."""

    give: list[tuple[Referral, Gift, HeldGift]]
    take_back: list[rewards.Redemption]
    back: list[tuple[Referral, Gift, HeldGift]]
    """What has nothing due any more, or has not yet, as it is to be kept from now on."""


async def weigh(session: AsyncSession, due: Sequence[Promised], *, now: datetime) -> Steps:
    """What is missing and what is too much, of locked referrals; codes to take back are held.

    A code that was used, lapsed or was cancelled by somebody is not too much: it is what it is.
    """
    promised = [(it, gift) for it, gift in due if gift.reward_id]
    if not promised:
        return Steps([], [], [])
    connection = await bulk(session)
    keys = list({(it.merchant_id, it.id) for it, _ in promised})
    kept = await storage.gifts_of(connection, keys)
    sides = [(it, gift, kept.get((it.id, gift.side))) for it, gift in promised]
    give = [
        (it, gift, held or _NOTHING) for it, gift, held in sides if rules.lacks_code(gift, held)
    ]
    idle = [
        (it, gift, held) for it, gift, held in sides if not gift.reward_due and not gift.reward_kept
    ]
    codes = await rewards.hold(
        session,
        [
            (it.merchant_id, held.redemption_id)
            for it, _, held in idle
            if held and held.redemption_id
        ],
    )
    good = {id_: code for id_, code in codes.items() if rewards.is_good(code, now)}
    back = [
        (it, gift, HeldGift(GiftState.PROMISED, held.codes if held else 0, None))
        for it, gift, held in idle
        if held is None
        or held.state is GiftState.OWED
        or (held.redemption_id and held.redemption_id in good)
    ]
    return Steps(give, list(good.values()), back)


async def settle(session: AsyncSession, steps: Steps, *, now: datetime) -> None:
    """Take back and give; what can't be given now is owed."""
    await rewards.lock_stock(
        session,
        [
            *((it.merchant_id, it.reward_id) for it in steps.take_back),
            *((it.merchant_id, gift.reward_id) for it, gift, _ in steps.give if gift.reward_id),
        ],
    )
    await rewards.take_back(session, steps.take_back, reason=None, actor="system", now=now)
    grants = [_grant(it, gift, held.codes + 1) for it, gift, held in steps.give]
    codes = await rewards.give_many(session, _CODES, grants, actor="system", now=now)
    given = [
        (it, gift, _after(held, code))
        for (it, gift, held), code in zip(steps.give, codes, strict=True)
    ]
    await storage.put_gifts(await bulk(session), [*steps.back, *given])


def _after(held: HeldGift, code: rewards.Redemption | None) -> HeldGift:
    if code is None:
        return HeldGift(GiftState.OWED, held.codes, None)
    return HeldGift(GiftState.GIVEN, held.codes + 1, code.id)


def _grant(it: Referral, gift: Gift, number: int) -> rewards.Grant:
    assert gift.reward_id
    return rewards.Grant(
        merchant_id=it.merchant_id,
        reward_id=gift.reward_id,
        customer_id=gift.living,
        given_for=rewards.GivenFor(
            SOURCE_KIND, to_wire(WIRE_PREFIX, it.id), f"{gift.side}:{number}"
        ),
    )
