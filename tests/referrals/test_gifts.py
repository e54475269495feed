"""A referral's gift is a reward's code: given once, taken back unused, and never lost."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

import pytest

from loyalnest import customers, referrals, rewards
from loyalnest.entrypoints import wiring
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.ids import to_wire
from loyalnest.referrals import Mark, Referral, ReferralSettings
from loyalnest.referrals.routes import router as referrals_router
from loyalnest.referrals.service import judge_many
from loyalnest.rewards import RewardState
from loyalnest.rewards.redemption_routes import redemptions_router
from loyalnest.rewards.routes import router as rewards_router
from tests.conftest import NOW
from tests.doors import caller_for, door
from tests.referrals.friends import (
    BEA,
    CLEO,
    DORA,
    PAST_RETURNS,
    announced,
    both_get,
    bought,
    code_of,
    codes,
    days_pass,
    enrols,
    gave_back,
    gifts,
    heard,
    merges,
    offers,
    open_referring_shop,
    parts,
    points,
    promises,
    restocks,
    spends_code,
    stands,
    states,
    uses,
)
from tests.shop import ADA, Shop

AGAIN = NOW + timedelta(days=20)


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_referring_shop(lasting_database)
    yield shop
    assert await shop.books_balance()


async def test_a_friend_has_a_discount_for_the_first_order_and_the_advocate_points_after_it(
    shop: Shop,
) -> None:
    reward = await offers(shop, valid_days=30, tiers=("gold",), per_customer=1, where="counter")
    friends = {"friend_reward_id": to_wire(rewards.REWARD, reward.id), "friend_points": 0}
    await promises(shop, **friends)
    referral = await uses(shop)
    assert await gifts(shop, referral) == {"friend": "issued"}
    (code,) = await codes(shop, BEA)
    assert (code.cost, code.entry_id, code.expires_at) == (0, None, NOW + timedelta(days=30))
    assert code.value == {"kind": "amount_off", "amount": "5", "currency": "GBP"}
    assert code.given_for
    assert code.given_for.id == to_wire(referrals.WIRE_PREFIX, referral.id)
    await spends_code(shop, code)
    await shop.tells(bought(1))
    await days_pass(shop)
    assert await points(shop) == [50, 0]
    assert (await gifts(shop, referral), await states(shop, ADA)) == ({"friend": "used"}, [])
    assert await announced(shop, "reward.") == ["reward.saved", "reward.given", "reward.used"]


async def told_ten_times(shop: Shop, *news: Any, now: Any) -> None:
    for _ in range(10):
        await shop.tells(*news)
        await days_pass(shop, now)


@pytest.mark.parametrize(
    ("fate", "refunded", "in_the_end"),
    [
        ("unused", ["cancelled"], ["cancelled", "issued"]),
        ("used", ["used"], ["used"]),
        ("lapsed", ["expired"], ["expired"]),
        ("cancelled by staff", ["cancelled"], ["cancelled"]),
    ],
)
async def test_a_refund_takes_an_unused_code_back_and_another_order_brings_one_again(
    shop: Shop, fate: str, refunded: list[str], in_the_end: list[str]
) -> None:
    reward = await offers(shop, valid_days=2, stock=5)
    await both_get(shop, reward, friend_reward_when="completed")
    referral = await uses(shop)
    await told_ten_times(shop, bought(1), now=PAST_RETURNS)
    (adas,), (beas,) = await codes(shop, ADA), await codes(shop, BEA)
    now = PAST_RETURNS
    if fate == "used":
        await spends_code(shop, adas, now=now)
        await spends_code(shop, beas, now=now)
    if fate == "lapsed":
        now += timedelta(days=2)
        await rewards.expire(shop.database, now)
    if fate == "cancelled by staff":
        async with shop.database.tenant(shop.merchant_id) as session:
            for code in (adas, beas):
                await rewards.cancel(session, code.id, reason=None, actor="staff:1", now=now)
    await told_ten_times(shop, gave_back(1), now=now)
    assert await stands(shop, referral) == ("pending", None)
    assert (await states(shop, ADA), await states(shop, BEA)) == (refunded, refunded)
    await told_ten_times(shop, bought(2, days=5), gave_back(1), now=AGAIN)
    assert await stands(shop, referral) == ("completed", None)
    assert (await states(shop, ADA), await states(shop, BEA)) == (in_the_end, in_the_end)
    async with shop.database.tenant(shop.merchant_id) as session:
        out = (await rewards.get_reward(session, reward.id)).taken
    assert out == 2 * sum(state in ("issued", "used") for state in in_the_end)


async def test_a_merge_of_both_takes_unused_codes_back_and_parting_them_brings_new_ones(
    shop: Shop,
) -> None:
    await both_get(shop, await offers(shop))
    referral = await uses(shop)
    await shop.tells(bought(1))
    await days_pass(shop)
    merge_id = await merges(shop, ADA, BEA)
    for _ in range(3):
        await heard(shop, PAST_RETURNS)
        assert await stands(shop, referral) == ("rejected", "same_person")
        assert await states(shop, ADA) == ["cancelled", "cancelled"]
    await parts(shop, merge_id)
    await heard(shop, PAST_RETURNS)
    assert await states(shop, ADA) == await states(shop, BEA) == ["cancelled", "issued"]
    assert await gifts(shop, referral) == {"advocate": "issued", "friend": "issued"}


async def test_nobody_has_a_code_before_somebody_looked_and_a_used_one_stays_used(
    shop: Shop,
) -> None:
    await both_get(shop, await offers(shop))
    await uses(shop, CLEO, marks={Mark.IP: "203.0.113.9"})
    referral = await uses(shop, marks={Mark.IP: "203.0.113.9"})
    assert await gifts(shop, referral) == {"advocate": "promised", "friend": "promised"}
    await _says(shop, referrals.approve, referral)
    assert await gifts(shop, referral) == {"advocate": "promised", "friend": "issued"}
    await _says(shop, referrals.reject, referral)
    assert await gifts(shop, referral) == {"advocate": "promised", "friend": "promised"}
    await _says(shop, referrals.approve, referral)
    await spends_code(shop, (await codes(shop, BEA))[-1])
    await _says(shop, referrals.reject, referral)
    assert await gifts(shop, referral) == {"advocate": "promised", "friend": "used"}
    await _says(shop, referrals.approve, referral)
    assert await states(shop, BEA) == ["cancelled", "used"]


async def test_a_friend_who_lets_the_time_run_out_keeps_what_they_were_given(shop: Shop) -> None:
    await both_get(shop, await offers(shop))
    referral = await uses(shop)
    await days_pass(shop, NOW + timedelta(days=31))
    assert await stands(shop, referral) == ("expired", None)
    assert await gifts(shop, referral) == {"advocate": "promised", "friend": "issued"}


async def test_after_their_time_friends_are_given_nothing_new_but_what_was_owed(
    shop: Shop,
) -> None:
    reward = await offers(shop, stock=1)
    await both_get(shop, reward)
    first, owed = await uses(shop, BEA), await uses(shop, CLEO)
    assert await gifts(shop, owed) == {"advocate": "promised", "friend": "owed"}
    too_late = NOW + timedelta(days=31)
    await days_pass(shop, too_late)
    await _says(shop, referrals.reject, first, too_late)
    await _says(shop, referrals.approve, first, too_late)
    assert await stands(shop, first) == ("expired", None)
    assert await gifts(shop, first) == {"advocate": "promised", "friend": "promised"}
    assert await states(shop, BEA) == ["cancelled"]
    await referrals.give_owed(shop.database, too_late)
    assert await gifts(shop, owed) == {"advocate": "promised", "friend": "issued"}


async def test_codes_from_before_there_was_a_limit_give_nothing_back_to_it(shop: Shop) -> None:
    reward = await offers(shop)
    await both_get(shop, reward)
    referral = await uses(shop)
    await restocks(shop, reward, stock=1)
    await _says(shop, referrals.reject, referral)
    assert await states(shop, BEA) == ["cancelled"]
    await uses(shop, CLEO)
    async with shop.database.tenant(shop.merchant_id) as session:
        assert (await rewards.get_reward(session, reward.id)).taken == 1


async def test_what_was_owed_to_somebody_who_was_erased_goes_to_the_living(shop: Shop) -> None:
    reward = await offers(shop, stock=1)
    await both_get(shop, reward)
    holder, gone, waiting = await uses(shop, BEA), await uses(shop, CLEO), await uses(shop, DORA)
    async with shop.database.tenant(shop.merchant_id) as session:
        await customers.erase_customer(
            session, merchant_id=shop.merchant_id, customer_id=gone.friend_id, now=NOW
        )
    await _says(shop, referrals.reject, holder)
    await referrals.give_owed(shop.database, NOW)
    standing = [(await gifts(shop, it))["friend"] for it in (gone, waiting)]
    assert standing == ["promised", "issued"]


@pytest.mark.parametrize("state", [RewardState.ACTIVE, RewardState.PAUSED, RewardState.ARCHIVED])
async def test_what_cannot_be_given_is_owed_and_given_to_the_first_as_soon_as_it_can(
    shop: Shop, state: RewardState
) -> None:
    reward = await offers(shop, stock=1)
    await both_get(shop, reward)
    first = await uses(shop, BEA)
    await restocks(shop, reward, stock=1, state=state)
    second, third = await uses(shop, CLEO), await uses(shop, DORA)

    async def owed() -> list[Any]:
        async with shop.database.tenant(shop.merchant_id) as session:
            found = await referrals.list_referrals(session, owed=True, before=None, limit=9)
        return [it.id for it in found]

    assert await owed() == [third.id, second.id]
    await referrals.give_owed(shop.database, NOW)
    assert await owed() == [third.id, second.id]
    await restocks(shop, reward, stock=1)
    await restocks(shop, reward, stock=2)
    for _ in range(3):
        await asyncio.gather(*(referrals.give_owed(shop.database, NOW) for _ in range(2)))
    assert await owed() == [third.id]
    standing = [(await gifts(shop, it))["friend"] for it in (first, second, third)]
    assert standing == ["issued", "issued", "owed"]
    await _says(shop, referrals.reject, third)
    assert await owed() == []


async def test_two_workers_at_once_give_one_code_and_the_last_item_once(shop: Shop) -> None:
    reward = await offers(shop, stock=3)
    await both_get(shop, reward, friend_reward_when="completed")
    code = await code_of(shop)
    pair = [await uses(shop, BEA, code), await uses(shop, CLEO, code)]
    await shop.tells(bought(1, BEA), bought(2, CLEO))
    await heard(shop)
    await asyncio.gather(*(referrals.judge_due(shop.database, PAST_RETURNS) for _ in range(4)))
    standing = sorted([side for it in pair for side in (await gifts(shop, it)).values()])
    assert standing == ["issued", "issued", "issued", "owed"]
    async with shop.database.tenant(shop.merchant_id) as session:
        assert (await rewards.get_reward(session, reward.id)).taken == 3
        assert len(await rewards.list_redemptions(session, limit=9)) == 3


async def test_many_are_given_by_no_more_statements_than_one(shop: Shop) -> None:
    reward = await offers(shop, stock=99)
    await both_get(shop, reward, completes_on="sign_up", friend_points=5, per_day=99)
    code, friends = await code_of(shop), [f"friend-{n}@example.com" for n in range(20)]
    brought = [(shop.merchant_id, (await uses(shop, it, code)).id) for it in friends]
    for email in friends:
        await enrols(shop, email)
    counts: list[int] = []
    for keys in (brought[:1], brought[1:]):
        seen: list[object] = []
        async with shop.database.tenant(shop.merchant_id) as session:
            driver: Any = await bulk(session)
            driver.add_query_logger(seen.append)
            await judge_many(session, keys, now=NOW)
            driver.remove_query_logger(seen.append)
        counts.append(len(seen))
    assert await states(shop, ADA) == ["issued"] * 20
    assert 0 < counts[1] <= counts[0]


async def test_the_api_promises_only_what_is_on_offer_and_tells_what_was_given(
    shop: Shop,
) -> None:
    reward = await offers(shop, stock=1)
    paused = await offers(shop, state=RewardState.PAUSED)
    yen = await offers(shop, amounts={"JPY": 900})
    caller = caller_for(shop.merchant_id)
    routers = (referrals_router, rewards_router, redemptions_router)
    async with door(shop.database, *routers, caller=caller, now=PAST_RETURNS) as client:

        async def promise(ref: str, **more: Any) -> tuple[int, str]:
            settings = {"enabled": True, "friend_reward_id": ref, **more}
            answer = await client.put("/v1/api/referrals/settings", json={"settings": settings})
            return answer.status_code, answer.json().get("code", "")

        wire = [to_wire(rewards.REWARD, it.id) for it in (reward, paused, yen)]
        assert await promise("rwd_" + "0" * 32) == (404, "REWARD_NOT_FOUND")
        assert (await promise("five off"))[0] == 422
        assert await promise(wire[1]) == (409, "REWARD_NOT_ACTIVE")
        assert await promise(wire[2]) == (422, "REWARD_NOT_IN_CURRENCY")
        assert await promise(wire[0]) == (200, "")
        # What was promised before may be kept when anything else is changed.
        await restocks(shop, reward, stock=1, state=RewardState.PAUSED)
        assert await promise(wire[0], per_day=9) == (200, "")
        await restocks(shop, reward, stock=1)

        referral = await uses(shop)
        (code,) = await codes(shop, BEA)
        redemption = to_wire(rewards.REDEMPTION, code.id)
        path = f"/v1/api/referrals/{to_wire(referrals.WIRE_PREFIX, referral.id)}"
        assert (await client.get(path)).json()["gifts"] == [
            {
                "side": "friend",
                "reward_id": wire[0],
                "reward_name": "£5 off",
                "state": "issued",
                "redemption_id": redemption,
            }
        ]
        told = (await client.get(f"/v1/api/redemptions/{redemption}")).json()
        assert told["given_for"] == {"kind": "referral", "id": path.rpartition("/")[2]}
        await uses(shop, CLEO)
        await spends_code(shop, code)
        owing = (await client.get("/v1/api/referrals/status?owed=true")).json()["items"]
        assert [[gift["state"] for gift in it["gifts"]] for it in owing] == [["owed"]]
        found = (await client.get("/v1/api/referrals/analytics")).json()
        told = {name: found[f"codes_{name}"] for name in ("given", "used", "owed", "unpriced")}
        assert told == {"given": 1, "used": 1, "owed": 1, "unpriced": 0}
        assert found["discounts"] == {"GBP": "5"}


def test_settings_that_were_saved_before_there_were_gifts_are_read_as_they_were() -> None:
    before = '{"enabled": true, "advocate_points": 70, "friend_points": 30}'
    read = ReferralSettings.model_validate_json(before)
    assert (read.advocate_points, read.advocate_reward_id, read.friend_reward_id) == (
        70,
        None,
        None,
    )


def test_the_worker_knows_the_timetable() -> None:
    assert {referrals.DUE, referrals.OWED, referrals.DAILY} <= set(wiring.TIMETABLE)


async def _says(shop: Shop, verb: Any, referral: Referral, now: datetime = NOW) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        await verb(session, referral.id, note=None, actor="staff:1", now=now)
