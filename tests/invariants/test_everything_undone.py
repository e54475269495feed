"""One order lifts a tier, completes a referral, earns in a campaign that has ended since, and pays
for a reward that the next order uses: whatever is undone in whatever order, and however often it
is told, everybody ends with what is theirs.
"""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from loyalnest import campaigns, referrals, rewards, tiers
from loyalnest.kernel import relay
from loyalnest.kernel.ids import from_wire
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.invariants.test_everything_on import SUBSCRIBERS
from tests.shop import ADA, Shop, Told

CLEO = "cleo@example.com"
OPENED = datetime(2026, 10, 1, tzinfo=UTC)
USED_CODE = datetime(2026, 10, 25, tzinfo=UTC)
FIRST, SECOND = "2026-11-01T10:00:00Z", "2026-11-16T10:00:00Z"
LATER = NOW + timedelta(days=2)
CAMPAIGN_ENDS = datetime(2026, 11, 10, tzinfo=UTC)

SILVER = tiers.Tier(
    key="silver", name="Silver", threshold=Decimal(50), multiplier=Decimal(2), entry_points=7
)
FIVE_MORE = campaigns.Rule(
    name="Five more",
    state=campaigns.State.ACTIVE,
    starts_at=OPENED,
    effect=campaigns.Bonus(points=5),
)
LOAF = rewards.Terms(kind=rewards.Kind.FREE_SHIPPING, name="Sent for nothing", cost=30)


def bought(number: int, price: str, units: int, placed: str) -> Told:
    body = order(
        number,
        [line(1, price, quantity=units)],
        email=CLEO,
        customer={"id": 9, "email": CLEO},
        created_at=placed,
        updated_at=placed,
    )
    return ("orders/paid", body)


def returned(id_: int, number: int, units: int) -> Told:
    return ("refunds/create", refund(id_, number, lines={1: units}))


async def hears(shop: Shop, *news: Told, now: datetime = NOW) -> None:
    """Each is told, twice at once and again later, and everybody takes note in between."""
    for told in (*news, *news):
        await shop.tells(told, told, now=now)
        await relay.settle(shop.database, SUBSCRIBERS, clock=lambda: now)
    assert await shop.books_balance()


async def promise(shop: Shop, reward: rewards.Terms = LOAF) -> rewards.RewardId:
    """The program, and a friend who has used a code. The campaign's end is not yet known."""
    ada, cleo = [from_wire("cus", await shop.customer_id(it)) for it in (ADA, CLEO)]
    async with shop.database.tenant(shop.merchant_id) as session:
        await tiers.save(session, tiers.Ladder(tiers=(SILVER,)), actor="test", now=OPENED)
        promised = referrals.ReferralSettings(enabled=True)
        await referrals.save(session, promised, actor="test", now=OPENED)
        code = await referrals.code_of(session, ada, now=OPENED)
        await referrals.claim(session, code=code.code, friend_id=cleo, actor="test", now=USED_CODE)
        made = await rewards.create(
            session, reward, state=rewards.RewardState.ACTIVE, stock=9, actor="test", now=OPENED
        )
        campaign = await campaigns.create(session, FIVE_MORE, actor="test", now=OPENED)
        ended = FIVE_MORE.model_copy(update={"ends_at": CAMPAIGN_ENDS})
        await campaigns.save(session, campaign.id, ended, budget=None, actor="test", now=OPENED)
    return made.id


async def redeem(shop: Shop, reward_id: rewards.RewardId) -> rewards.RedemptionId:
    async with shop.database.tenant(shop.merchant_id) as session:
        redeemed = await rewards.redeem(
            session,
            rewards.LocalCodes(),
            reward_id=reward_id,
            customer_id=from_wire("cus", await shop.customer_id(CLEO)),
            actor="test",
            now=NOW,
        )
    return redeemed.redemption.id


async def use(shop: Shop, redemption_id: rewards.RedemptionId, number: int) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        order_id = await session.scalar(
            text("SELECT id FROM orders WHERE merchant_id = :id AND external_id = :number"),
            {"id": shop.merchant_id, "number": str(number)},
        )
        await rewards.use(session, redemption_id, order_id=order_id, actor="test", now=NOW)


async def state_of(shop: Shop, codes: list[rewards.RedemptionId]) -> list[str]:
    async with shop.database.tenant(shop.merchant_id) as session:
        return [(await rewards.get_redemption(session, code)).state for code in codes]


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3)))[::2], ids=str)
async def test_an_order_that_did_everything_is_undone_with_all_it_did(
    shop: Shop, turn: tuple[int, ...]
) -> None:
    reward_id = await promise(shop)
    await hears(shop, bought(1, "20.00", 3, FIRST))
    # 60 by the order, 5 by the campaign, 7 for silver, 50 for being a friend.
    assert await shop.balance(CLEO) == (60 + 5 + 7 + 50, 0, 0)
    assert await shop.balance() == (50, 0, 0)
    code = await redeem(shop, reward_id)
    await hears(shop, bought(2, "10.00", 2, SECOND))
    # Twice as much as silver, and nothing from a campaign that is over.
    assert await shop.balance(CLEO) == (122 - 30 + 40, 0, 0)
    await use(shop, code, 2)

    # Everything of the first order; of the second one unit, then the other.
    news = [returned(501, 1, 3), returned(502, 2, 1), returned(503, 2, 1)]
    # The first takes 65, the tier's 7 and the friend's 50; the others 20 each, and give back 15 of
    # the reward's cost each.
    costs = [122, 5, 5]
    left, advocates = 132, 50
    for n in turn:
        await hears(shop, news[n])
        left, advocates = left - costs[n], 0 if n == 0 else advocates
        assert await shop.balance(CLEO) == (left, 0, 0)
        assert await shop.balance() == (advocates, 0, 0)
    assert left == 0
    await hears(shop, *reversed(news))
    assert (await shop.balance(CLEO), await shop.balance()) == ((0, 0, 0), (0, 0, 0))


@pytest.mark.parametrize("turn", list(itertools.permutations(range(3)))[::2], ids=str)
async def test_codes_that_come_back_pay_what_a_refund_left_owing(
    shop: Shop, turn: tuple[int, ...]
) -> None:
    """Of three codes one is taken back, one lapses, one is used for an order that is refunded; and
    the order whose points bought all three is refunded as well."""
    reward_id = await promise(shop, LOAF.model_copy(update={"valid_days": 1}))
    await hears(shop, bought(1, "40.00", 1, FIRST), bought(2, "10.00", 1, SECOND))
    # 40 and 5; 10; silver and the friend's.
    assert await shop.balance(CLEO) == (45 + 10 + 7 + 50, 0, 0)
    taken_back, lapsing, used = [await redeem(shop, reward_id) for _ in range(3)]
    await use(shop, used, 2)

    async def take_back() -> None:
        async with shop.database.tenant(shop.merchant_id) as session:
            await rewards.cancel(session, taken_back, reason=None, actor="test", now=NOW)

    deeds = [
        lambda: hears(shop, returned(501, 1, 1)),
        lambda: hears(shop, returned(502, 2, 1)),
        take_back,
    ]
    for n in turn:
        await deeds[n]()
    async with shop.database.tenant(shop.merchant_id) as session:
        await rewards.expire_due(session, now=LATER)
    again = (returned(502, 2, 1), returned(501, 1, 1), bought(1, "40.00", 1, FIRST))
    await hears(shop, *again, now=LATER)
    assert await state_of(shop, [taken_back, lapsing, used]) == ["cancelled", "expired", "used"]
    assert (await shop.balance(CLEO), await shop.balance()) == ((0, 0, 0), (0, 0, 0))
