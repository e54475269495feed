import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.customers import CustomerId, MergeId
from loyalnest.kernel.database import merchant_of
from tests.conftest import NOW
from tests.customers.cast import contact, identify, shopper
from tests.customers.news import announced


async def member(session: AsyncSession, number: str) -> CustomerId:
    (customer_id,) = await identify(
        session, shopper(session, number, email=f"{number}@example.com", name=f"No {number}")
    )
    assert customer_id is not None
    return customer_id


async def merge(session: AsyncSession, kept: CustomerId, merged: CustomerId) -> MergeId:
    return await customers.merge_identities(
        session,
        merchant_id=merchant_of(session),
        kept_id=kept,
        merged_id=merged,
        actor="staff",
        now=NOW,
    )


async def unmerge(session: AsyncSession, merge_id: MergeId) -> tuple[CustomerId, CustomerId]:
    return await customers.unmerge_identities(
        session, merchant_id=merchant_of(session), merge_id=merge_id, actor="staff", now=NOW
    )


async def who_has(session: AsyncSession, *numbers: str) -> list[CustomerId | None]:
    by_id = await identify(session, *(shopper(session, number) for number in numbers))
    by_email = await identify(
        session, *(contact(session, email=f"{number}@example.com") for number in numbers)
    )
    assert by_id == by_email
    return by_id


async def living(session: AsyncSession, *ids: CustomerId) -> list[CustomerId]:
    merchant_id = merchant_of(session)
    current = await customers.current_many(session, [(merchant_id, id_) for id_ in ids])
    return [current[id_] for id_ in ids]


async def test_a_merged_customers_identities_name_the_one_that_was_kept(
    session: AsyncSession,
) -> None:
    anna, ann = await member(session, "1"), await member(session, "2")
    await merge(session, anna, ann)
    assert await who_has(session, "1", "2") == [anna, anna]
    assert await living(session, anna, ann) == [anna, anna]
    assert await announced(session, "customer.merged") == [anna]


async def test_unmerging_gives_back_exactly_what_came_over(session: AsyncSession) -> None:
    anna, ann = await member(session, "1"), await member(session, "2")
    merge_id = await merge(session, anna, ann)
    await identify(session, shopper(session, "1", email="new@example.com"))
    assert await unmerge(session, merge_id) == (anna, ann)
    assert await who_has(session, "1", "2") == [anna, ann]
    assert await identify(session, contact(session, email="new@example.com")) == [anna]
    assert await living(session, anna, ann) == [anna, ann]


async def test_merging_twice_is_one_merge(session: AsyncSession) -> None:
    anna, ann = await member(session, "1"), await member(session, "2")
    assert await merge(session, anna, ann) == await merge(session, anna, ann)


async def test_a_chain_of_merges_leads_to_the_one_that_is_left(session: AsyncSession) -> None:
    a, b, c = [await member(session, number) for number in "123"]
    await merge(session, a, b)
    await merge(session, c, a)
    assert await living(session, a, b, c) == [c, c, c]
    assert await who_has(session, "1", "2", "3") == [c, c, c]


async def test_undoing_the_last_of_a_chain_gives_the_whole_branch_back(
    session: AsyncSession,
) -> None:
    a, b, c = [await member(session, number) for number in "123"]
    first, last = await merge(session, a, b), await merge(session, c, a)
    with pytest.raises(customers.MergeCovered):
        async with session.begin_nested():
            await unmerge(session, first)
    await unmerge(session, last)
    assert await who_has(session, "1", "2", "3") == [a, a, c]
    assert await living(session, a, b, c) == [a, a, c]
    await unmerge(session, first)
    assert await who_has(session, "1", "2", "3") == [a, b, c]


async def test_merges_into_one_customer_are_undone_in_any_order(session: AsyncSession) -> None:
    a, b, c = [await member(session, number) for number in "123"]
    first, second = await merge(session, a, b), await merge(session, a, c)
    await unmerge(session, first)
    assert await who_has(session, "1", "2", "3") == [a, b, a]
    await unmerge(session, second)
    assert await who_has(session, "1", "2", "3") == [a, b, c]


async def test_what_was_unknown_is_filled_in_and_given_back(session: AsyncSession) -> None:
    (nameless,) = await identify(session, shopper(session, "1"))
    anna = await member(session, "2")
    assert nameless is not None
    await customers.enrol(session, shopper(session, "2"), now=NOW)
    merge_id = await merge(session, nameless, anna)
    kept = await customers.get(session, nameless)
    assert (kept.email, kept.name, kept.enrolled_at) == ("2@example.com", "No 2", NOW)
    await unmerge(session, merge_id)
    alone = await customers.get(session, nameless)
    assert (alone.email, alone.name, alone.enrolled_at) == (None, None, None)


async def test_a_merge_that_makes_no_sense_is_refused(session: AsyncSession) -> None:
    a, b, c = [await member(session, number) for number in "123"]
    await merge(session, a, b)
    for kept, merged in ((a, a), (b, c), (c, b)):
        with pytest.raises(customers.MergeImpossible):
            await merge(session, kept, merged)


async def test_a_merge_is_undone_once(session: AsyncSession) -> None:
    a, b = [await member(session, number) for number in "12"]
    merge_id = await merge(session, a, b)
    await unmerge(session, merge_id)
    with pytest.raises(customers.MergeNotFound):
        await unmerge(session, merge_id)
    assert await merge(session, b, a) != merge_id
