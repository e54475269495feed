"""Friends bring friends: real orders, the relay, the passing of days."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from loyalnest import customers, referrals
from loyalnest.kernel.database import Database
from loyalnest.kernel.errors import DomainError
from loyalnest.referrals import CompletesOn, Mark, Referral, Review
from tests.conftest import NOW
from tests.referrals.friends import (
    BEA,
    CLEO,
    DORA,
    PAST_RETURNS,
    announced,
    both_get,
    bought,
    cancelled,
    code_of,
    days_pass,
    enrols,
    gave_back,
    gifts,
    heard,
    merges,
    offers,
    open_referring_shop,
    parts,
    person,
    points,
    promises,
    stands,
    states,
    uses,
)
from tests.shop import ADA, Shop


@pytest.fixture
async def shop(lasting_database: Database) -> AsyncGenerator[Shop]:
    shop = await open_referring_shop(lasting_database)
    yield shop
    assert await shop.books_balance()


async def test_a_friends_order_counts_once_its_return_window_is_over(shop: Shop) -> None:
    referral = await uses(shop)
    await shop.tells(bought(1))
    await days_pass(shop, NOW + timedelta(days=14))
    assert (await stands(shop, referral), await points(shop)) == (("pending", None), [0, 0])
    for _ in range(2):
        await days_pass(shop)
    assert (await stands(shop, referral), await points(shop)) == (("completed", None), [50, 50])
    assert await announced(shop) == ["referral.created", "referral.completed"]


async def test_an_order_that_is_not_paid_counts_for_nothing(shop: Shop) -> None:
    referral = await uses(shop)
    await shop.tells(bought(1, status="pending"))
    await days_pass(shop)
    assert await stands(shop, referral) == ("pending", None)


async def test_a_refund_after_completion_takes_back_what_both_got(shop: Shop) -> None:
    referral = await uses(shop)
    await shop.tells(bought(1))
    await days_pass(shop)
    for _ in range(2):
        await shop.tells(gave_back(1))
        await heard(shop, PAST_RETURNS)
    assert (await stands(shop, referral), await points(shop)) == (("pending", None), [0, 0])
    await days_pass(shop, NOW + timedelta(days=31))
    assert await stands(shop, referral) == ("expired", None)
    assert await announced(shop) == [
        "referral.created",
        "referral.completed",
        "referral.reopened",
        "referral.expired",
    ]


async def test_another_order_in_time_stands_in_for_the_one_given_back(shop: Shop) -> None:
    referral = await uses(shop)
    await shop.tells(bought(1), bought(2, days=3))
    await days_pass(shop)
    await shop.tells(gave_back(1))
    await heard(shop, PAST_RETURNS)
    assert (await stands(shop, referral), await points(shop)) == (("pending", None), [0, 0])
    await days_pass(shop, NOW + timedelta(days=17))
    assert (await stands(shop, referral), await points(shop)) == (("completed", None), [50, 50])


@pytest.mark.parametrize("last_word", [gave_back, cancelled], ids=["refund", "cancellation"])
@pytest.mark.parametrize("turn", list(itertools.permutations(range(3))), ids=str)
async def test_the_same_news_in_any_order_end_the_same(
    lasting_database: Database, last_word: Any, turn: tuple[int, ...]
) -> None:
    shop = await open_referring_shop(lasting_database)
    reward = await offers(shop)
    await both_get(shop, reward, advocate_points=50, friend_points=50)
    referral = await uses(shop)
    news = [bought(1), last_word(1), bought(2, days=2)]
    for n in turn:
        for _ in range(2):
            await shop.tells(news[n])
            await days_pass(shop)
    await days_pass(shop, NOW + timedelta(days=17))
    assert (await stands(shop, referral), await points(shop)) == (("completed", None), [50, 50])
    assert await gifts(shop, referral) == {"advocate": "issued", "friend": "issued"}
    # The friend's code came first and stayed; of the advocate's the last one is good.
    assert await states(shop, BEA) == ["issued"]
    assert set((await states(shop, ADA))[:-1]) <= {"cancelled"}
    assert await shop.books_balance()


async def test_points_that_were_spent_before_a_refund_are_owed(shop: Shop) -> None:
    await uses(shop)
    await shop.tells(bought(1))
    await days_pass(shop)
    await shop.spends(30, now=PAST_RETURNS)
    await shop.tells(gave_back(1))
    await heard(shop, PAST_RETURNS)
    assert (await shop.balance(ADA), await shop.balance(BEA)) == ((0, 0, 30), (0, 0, 0))


async def test_an_order_placed_in_time_that_comes_late_counts(shop: Shop) -> None:
    referral = await uses(shop)
    late = NOW + timedelta(days=40)
    await days_pass(shop, late)
    assert await stands(shop, referral) == ("expired", None)
    await shop.tells(bought(1, days=20))
    await heard(shop, late)
    assert (await stands(shop, referral), await points(shop)) == (("completed", None), [50, 50])


async def test_an_order_after_the_last_day_counts_for_nothing(shop: Shop) -> None:
    referral = await uses(shop)
    await shop.tells(bought(1, days=31))
    await days_pass(shop, NOW + timedelta(days=60))
    assert await stands(shop, referral) == ("expired", None)


async def test_an_order_below_the_least_spend_counts_for_nothing(
    lasting_database: Database,
) -> None:
    shop = await open_referring_shop(lasting_database, minimum_spend={"GBP": Decimal(50)})
    referral = await uses(shop)
    await shop.tells(bought(1, price="49.99"))
    await days_pass(shop)
    assert await stands(shop, referral) == ("pending", None)
    await shop.tells(bought(2, price="50.00", days=2))
    await days_pass(shop, NOW + timedelta(days=16))
    assert await stands(shop, referral) == ("completed", None)


async def test_where_a_sign_up_is_enough_it_counts_at_once(lasting_database: Database) -> None:
    shop = await open_referring_shop(lasting_database, completes_on=CompletesOn.SIGN_UP)
    first = await uses(shop)
    assert first.status.value == "pending"
    await enrols(shop, BEA)
    await heard(shop)
    assert (await stands(shop, first), await points(shop)) == (("completed", None), [50, 50])
    await enrols(shop, CLEO)
    assert (await uses(shop, CLEO)).status.value == "completed"
    await enrols(shop, DORA, now=NOW - timedelta(days=2))
    with pytest.raises(referrals.FriendNotNew):
        await uses(shop, DORA)


async def test_the_same_code_again_gets_the_same_answer(shop: Shop) -> None:
    first = await uses(shop)
    again = await uses(shop, code=f" {first.code[:4].lower()}-{first.code[4:].lower()} ")
    assert again == first
    assert await announced(shop) == ["referral.created"]


async def test_one_friend_with_two_codes_is_brought_by_the_first(shop: Shop) -> None:
    await uses(shop, DORA)
    with pytest.raises(referrals.DuplicateReferral):
        await uses(shop, DORA, await code_of(shop, BEA))


async def test_one_friend_with_two_codes_at_the_same_instant_is_brought_once(shop: Shop) -> None:
    codes = [await code_of(shop, ADA), await code_of(shop, BEA)]
    await person(shop, CLEO)
    ended = await asyncio.gather(
        *(uses(shop, CLEO, code) for code in codes), return_exceptions=True
    )
    assert {type(one) for one in ended} == {Referral, referrals.DuplicateReferral}


async def test_two_friends_at_the_same_instant_are_both_brought_and_both_counted(
    lasting_database: Database,
) -> None:
    shop = await open_referring_shop(lasting_database, per_day=1)
    code = await code_of(shop)
    await person(shop, BEA)
    await person(shop, CLEO)
    both = await asyncio.gather(uses(shop, BEA, code), uses(shop, CLEO, code))
    # One of them is the second of the day, whoever came first.
    assert sorted(list(one.signals) for one in both) == [[], ["velocity"]]
    await shop.tells(bought(1, BEA), bought(2, CLEO))
    await days_pass(shop)
    assert sorted(await points(shop, ADA, BEA, CLEO)) == [0, 50, 50]


async def test_nobody_brings_themselves(shop: Shop) -> None:
    with pytest.raises(referrals.SelfReferral):
        await uses(shop, ADA)


async def test_nobody_brings_themselves_by_a_merged_identity(shop: Shop) -> None:
    referral = await uses(shop)
    await shop.tells(bought(1))
    await days_pass(shop)
    merge_id = await merges(shop, ADA, BEA)
    await heard(shop, PAST_RETURNS)
    assert await stands(shop, referral) == ("rejected", "same_person")
    assert await points(shop, ADA) == [0]
    with pytest.raises(referrals.SelfReferral):
        await uses(shop, ADA, await code_of(shop, ADA))
    await parts(shop, merge_id)
    await heard(shop, PAST_RETURNS)
    assert (await stands(shop, referral), await points(shop)) == (("completed", None), [50, 50])


async def test_one_person_under_two_names_is_brought_once(shop: Shop) -> None:
    first = await uses(shop, BEA)
    second = await uses(shop, CLEO, await code_of(shop, DORA), now=NOW + timedelta(hours=1))
    await shop.tells(bought(1, BEA), bought(2, CLEO))
    await days_pass(shop)
    assert await points(shop, ADA, DORA, BEA, CLEO) == [50, 50, 50, 50]
    merge_id = await merges(shop, CLEO, BEA)
    await heard(shop, PAST_RETURNS)
    assert await stands(shop, first) == ("completed", None)
    assert await stands(shop, second) == ("rejected", "brought_before")
    assert await points(shop, ADA, DORA, CLEO) == [50, 0, 50]
    await parts(shop, merge_id)
    await heard(shop, PAST_RETURNS)
    assert await points(shop, ADA, DORA, BEA, CLEO) == [50, 50, 50, 50]


async def test_whoever_bought_before_is_no_friend_to_bring(shop: Shop) -> None:
    await shop.tells(bought(1, days=-5))
    with pytest.raises(referrals.FriendNotNew):
        await uses(shop)


async def test_an_earlier_order_that_comes_late_undoes_a_referral(shop: Shop) -> None:
    referral = await uses(shop)
    await shop.tells(bought(2))
    await days_pass(shop)
    await shop.tells(bought(1, days=-5))
    await heard(shop, PAST_RETURNS)
    assert (await stands(shop, referral), await points(shop)) == (("rejected", "not_new"), [0, 0])
    await shop.tells(gave_back(1))
    await heard(shop, PAST_RETURNS)
    assert (await stands(shop, referral), await points(shop)) == (("completed", None), [50, 50])


async def test_a_code_may_be_told_just_after_the_order(shop: Shop) -> None:
    await shop.tells(bought(1, days=-0.5))
    referral = await uses(shop)
    await days_pass(shop)
    assert await stands(shop, referral) == ("completed", None)


@pytest.mark.parametrize("mark", list(Mark))
async def test_what_two_people_share_waits_for_somebody_to_look(shop: Shop, mark: Mark) -> None:
    await uses(shop, BEA, marks={mark: "12 Elm St., Flat 3"})
    referral = await uses(shop, CLEO, marks={mark: "12 elm st flat 3"})
    assert (referral.signals, referral.review) == ((mark.value,), Review.WAITING)
    await shop.tells(bought(1, CLEO))
    await days_pass(shop)
    assert (await stands(shop, referral))[0] == "pending"
    await _says(shop, referrals.approve, referral)
    assert await points(shop, ADA, CLEO) == [50, 50]
    await _says(shop, referrals.reject, referral)
    assert await stands(shop, referral) == ("rejected", "reviewed")
    assert await points(shop, ADA, CLEO) == [0, 0]
    await _says(shop, referrals.approve, referral)
    assert await points(shop, ADA, CLEO) == [50, 50]


async def test_whoever_brought_the_advocate_has_something_too(lasting_database: Database) -> None:
    shop = await open_referring_shop(lasting_database, upline_points=(20, 5))
    first = await uses(shop, BEA)
    await uses(shop, CLEO, await code_of(shop, BEA))
    await uses(shop, DORA, await code_of(shop, CLEO))
    await shop.tells(bought(1, DORA))
    await days_pass(shop)
    assert await points(shop, ADA, BEA, CLEO, DORA) == [5, 20, 50, 50]
    await _says(shop, referrals.reject, first)
    assert await points(shop, ADA, BEA, CLEO, DORA) == [0, 20, 50, 50]
    await shop.tells(gave_back(1))
    await heard(shop, PAST_RETURNS)
    assert await points(shop, ADA, BEA, CLEO, DORA) == [0, 0, 0, 0]
    assert await shop.books_balance()


async def test_a_referral_keeps_what_was_promised_when_it_began(shop: Shop) -> None:
    await uses(shop)
    await promises(shop, enabled=False, advocate_points=1, friend_points=1)
    with pytest.raises(referrals.ReferralsOff):
        await uses(shop, CLEO, await _code_as_it_is(shop))
    await shop.tells(bought(1))
    await days_pass(shop)
    assert await points(shop) == [50, 50]


async def test_a_code_that_is_nobodys_is_refused(shop: Shop) -> None:
    for code in ("", "K7XQ2MNPA4", "'; --"):
        with pytest.raises(referrals.InvalidReferralCode):
            await uses(shop, code=code or " ")


async def test_a_customer_has_one_code_however_often_they_ask(shop: Shop) -> None:
    await person(shop, ADA)
    codes = await asyncio.gather(*(code_of(shop) for _ in range(4)))
    assert len(set(codes)) == 1


async def test_erasing_a_customer_forgets_their_marks_and_their_code_is_worth_nothing(
    shop: Shop,
) -> None:
    code = await code_of(shop)
    await uses(shop, BEA, code, marks={Mark.DEVICE: "a"})
    for email in (ADA, BEA):
        who = await person(shop, email)
        async with shop.database.tenant(shop.merchant_id) as session:
            await customers.erase_customer(
                session, merchant_id=shop.merchant_id, customer_id=who, now=NOW
            )
    await heard(shop)
    await shop.customer_id(CLEO)
    with pytest.raises(referrals.InvalidReferralCode):
        await uses(shop, CLEO, code)


async def test_the_reason_of_every_error_says_what_to_do(shop: Shop) -> None:
    for error in (referrals.InvalidReferralCode, referrals.DuplicateReferral):
        assert issubclass(error, DomainError)
        assert error().detail


async def _says(shop: Shop, verb: Any, referral: Referral) -> None:
    async with shop.database.tenant(shop.merchant_id) as session:
        await verb(session, referral.id, note="looked", actor="staff:1", now=PAST_RETURNS)


async def _code_as_it_is(shop: Shop) -> str:
    async with shop.database.tenant(shop.merchant_id) as session:
        found = await referrals.list_referrals(session, before=None, limit=1)
    return found[0].code
