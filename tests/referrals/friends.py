"""Ada passes a code on, Bea uses it: the cast of these stories, and the verbs they share."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from loyalnest import customers, ledger, orders, referrals, rewards
from loyalnest.customers import Contact
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire, to_wire
from loyalnest.kernel.relay import settle
from loyalnest.referrals import Channel, Mark, Referral, ReferralSettings
from loyalnest.rewards import Redemption, Reward, RewardState, Terms
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order, refund
from tests.shop import ADA, Shop, Told, open_shop

BEA, CLEO, DORA = "bea@example.com", "cleo@example.com", "dora@example.com"
IDS = {ADA: 7, BEA: 8, CLEO: 9, DORA: 10}
RETURN_DAYS = 14
PAST_RETURNS = NOW + timedelta(days=RETURN_DAYS + 1)


async def open_referring_shop(database: Database, **settings: Any) -> Shop:
    """A shop whose orders earn nothing by themselves, so that the books tell of referrals alone."""
    shop = await open_shop(database)
    await shop.sets(default_rate=0, now=NOW - timedelta(days=60))
    await promises(shop, **settings)
    return shop


async def promises(shop: Shop, **settings: Any) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        promised = ReferralSettings.model_validate({"enabled": True} | settings)
        await referrals.save(session, promised, actor="test", now=NOW)


async def offers(
    shop: Shop, *, state: RewardState = RewardState.ACTIVE, stock: int | None = None, **terms: Any
) -> Reward:
    """A reward whose code may be somebody's gift: five pounds off, unless said otherwise."""
    told = {"kind": "amount_off", "name": "£5 off", "cost": 500, "amounts": {"GBP": 5}} | terms
    async with shop.database.tenant(shop.merchant_id) as session:
        return await rewards.create(
            session, Terms.model_validate(told), state=state, stock=stock, actor="test", now=NOW
        )


async def restocks(
    shop: Shop, reward: Reward, *, stock: int | None, state: RewardState = RewardState.ACTIVE
) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        await rewards.save(
            session, reward.id, reward.terms, state=state, stock=stock, actor="test", now=NOW
        )


async def both_get(shop: Shop, reward: Reward, **more: Any) -> None:
    """Both sides are promised a reward's code and no points."""
    ref = to_wire(rewards.REWARD, reward.id)
    named = {"advocate_reward_id": ref, "friend_reward_id": ref}
    await promises(shop, **{"advocate_points": 0, "friend_points": 0} | named | more)


async def gifts(shop: Shop, referral: Referral) -> dict[str, str]:
    """Where the code of each side stands."""
    async with shop.database.tenant(shop.merchant_id) as session:
        found = (await referrals.gifts_of(session, [referral.id]))[referral.id]
    return {it.side.value: (it.code_state or it.state).value for it in found}


async def codes(shop: Shop, email: str) -> list[Redemption]:
    """What somebody was given or redeemed, the first one first."""
    who = await person(shop, email)
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await rewards.list_redemptions(session, customer_id=who, limit=100)
    return found[::-1]


async def states(shop: Shop, email: str) -> list[str]:
    return [it.state.value for it in await codes(shop, email)]


async def spends_code(shop: Shop, code: Redemption, *, now: datetime = NOW) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        await rewards.use(session, code.id, actor="test", now=now)


async def person(shop: Shop, email: str) -> UUID:
    return from_wire("cus", await shop.customer_id(email))


async def enrols(shop: Shop, email: str, *, now: datetime = NOW) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        contact = Contact(merchant_id=shop.merchant_id, email=email)
        await customers.enrol(session, contact, now=now)


async def code_of(shop: Shop, email: str = ADA) -> str:
    who = await person(shop, email)
    async with shop.database.tenant(shop.merchant_id) as session:
        return (await referrals.code_of(session, who, now=NOW)).code


async def uses(
    shop: Shop,
    email: str = BEA,
    code: str | None = None,
    *,
    marks: dict[Mark, str] | None = None,
    now: datetime = NOW,
) -> Referral:
    """A friend uses a code, Ada's unless another is named."""
    code = code or await code_of(shop)
    who = await person(shop, email)
    async with shop.database.tenant(shop.merchant_id) as session:
        claimed = await referrals.claim(
            session,
            code=code,
            friend_id=who,
            channel=Channel.WHATSAPP,
            marks=marks,
            actor="test",
            now=now,
        )
    return claimed.referral


def bought(
    number: int, email: str = BEA, price: str = "40.00", *, days: float = 1, status: str = "paid"
) -> Told:
    """Somebody buys, so many days after NOW."""
    at = (NOW + timedelta(days=days)).isoformat()
    body = order(
        number,
        lines=[line(price=price)],
        created_at=at,
        updated_at=at,
        processed_at=at,
        email=email,
        customer={"id": IDS[email], "email": email},
        financial_status=status,
    )
    return ("orders/create", body)


def gave_back(number: int) -> Told:
    return ("refunds/create", refund(500 + number, order_id=number, lines={1: 1}))


def cancelled(number: int, email: str = BEA) -> Told:
    _, body = bought(number, email)
    at = (NOW + timedelta(days=2)).isoformat()
    return ("orders/cancelled", body | {"cancelled_at": at, "updated_at": at})


async def heard(shop: Shop, now: datetime = NOW) -> None:
    """The relay has brought everybody the news."""
    await settle(shop.database, [referrals.REFERRALS], clock=lambda: now)


async def days_pass(shop: Shop, now: datetime = PAST_RETURNS) -> None:
    """The news are heard, and then the return window is over."""
    await heard(shop, now)
    await referrals.judge_due(shop.database, now)


async def stands(shop: Shop, referral: Referral) -> tuple[str, str | None]:
    """A referral's status and why."""
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await referrals.get(session, referral.id)
    return found.status.value, found.reason and found.reason.value


async def points(shop: Shop, *emails: str) -> list[int]:
    """What people have, debt taken off."""
    found = [await shop.balance(email) for email in emails or (ADA, BEA)]
    return [available + pending - debt for available, pending, debt in found]


async def merges(shop: Shop, kept: str, merged: str) -> UUID:
    kept_id, merged_id = await person(shop, kept), await person(shop, merged)
    async with shop.database.tenant(shop.merchant_id) as session:
        return await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=kept_id,
            merged_id=merged_id,
            actor="test",
            now=NOW,
        )


async def parts(shop: Shop, merge_id: UUID) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        await ledger.unmerge(
            session,
            merchant_id=shop.merchant_id,
            merge_id=merge_id,
            earned_through=orders.sources_of,
            actor="test",
            now=NOW,
        )


async def announced(shop: Shop, kind: str = "referral.") -> list[str]:
    await settle(shop.database, [], clock=lambda: NOW)
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await session.scalars(
            text(
                "SELECT type FROM events WHERE merchant_id = :id AND starts_with(type, :kind)"
                " ORDER BY position"
            ),
            {"id": shop.merchant_id, "kind": kind},
        )
        return list(found)
