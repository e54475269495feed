"""Facts about an order join to the same whole, however they come."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from loyalnest.orders import Facts, Refund, join
from tests.orders.strategies import BEGINNING, facts


@given(facts, facts)
def test_joining_does_not_care_which_fact_came_first(one: Facts, other: Facts) -> None:
    assert join(one, other) == join(other, one)


@given(facts, facts, facts)
def test_joining_does_not_care_what_was_joined_before(a: Facts, b: Facts, c: Facts) -> None:
    assert join(join(a, b), c) == join(a, join(b, c))


@given(facts, facts)
def test_a_fact_told_again_changes_nothing(one: Facts, other: Facts) -> None:
    both = join(one, other)
    assert join(both, one) == both
    assert join(both, other) == both


@given(facts, facts)
def test_a_cancellation_is_final(one: Facts, other: Facts) -> None:
    if one.gone_at:
        assert join(one, other).gone_at is not None


@given(st.permutations(["pending", "failed", "success"]))
def test_a_refund_counts_from_the_moment_its_money_has_moved(order: list[str]) -> None:
    seen = [
        Refund(id="a", occurred_at=BEGINNING, effective=status == "success", lines={"1": 1})
        for status in order
    ]
    whole = _facts(seen[0])
    for refund in seen[1:]:
        whole = join(whole, _facts(refund))
    assert whole.refunds[0].effective


def test_a_stale_snapshot_is_ignored_but_not_what_it_adds() -> None:
    newer = _facts(None)
    older = Facts(
        merchant_id=newer.merchant_id,
        store_id=newer.store_id,
        external_id=newer.external_id,
        paid_at=BEGINNING - timedelta(hours=1),
    )
    assert join(newer, older).paid_at == older.paid_at


def _facts(refund: Refund | None) -> Facts:
    from uuid import UUID

    return Facts(
        merchant_id=UUID(int=1),
        store_id=UUID(int=2),
        external_id="1001",
        refunds=(refund,) if refund else (),
    )
