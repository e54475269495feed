"""What we read in Shopify's refund bodies."""

from decimal import Decimal
from typing import Any

from loyalnest.integrations.shopify.facts import Nothing
from loyalnest.orders import Facts, Refund
from tests.contracts.shopify.bodies import order, read, refund


def refund_of(**parts: Any) -> Refund:
    facts = read("refunds/create", refund(**parts))
    assert isinstance(facts, Facts)
    return facts.refunds[0]


def test_a_refund_knows_its_order() -> None:
    facts = read("refunds/create", refund(order_id=77, lines={1: 2}))
    assert isinstance(facts, Facts)
    assert facts.external_id == "77"


def test_a_refund_without_money_counts_at_once() -> None:
    assert refund_of(lines={1: 1}).effective


def test_a_refund_whose_money_failed_does_not_count() -> None:
    failed = refund_of(lines={1: 1}, amount="5.00", status="failure")
    assert not failed.effective
    assert failed.amount == 0


def test_shipping_is_taken_off_the_money() -> None:
    adjusted = refund_of(
        amount="15.00",
        order_adjustments=[{"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "-1.00"}],
    )
    assert (adjusted.amount, adjusted.shipping) == (Decimal("10.00"), Decimal("5.00"))
    by_line = refund_of(
        amount="15.00",
        refund_shipping_lines=[
            {
                "subtotal_amount_set": {"shop_money": {"amount": "4.00"}},
                "tax_amount_set": {"shop_money": {"amount": "1.00"}},
            }
        ],
    )
    assert (by_line.amount, by_line.shipping) == (Decimal("10.00"), Decimal("5.00"))


def test_shipping_told_twice_is_taken_off_once() -> None:
    twice = refund_of(
        amount="15.00",
        order_adjustments=[{"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "0.00"}],
        refund_shipping_lines=[{"subtotal_amount_set": {"shop_money": {"amount": "5.00"}}}],
    )
    assert twice.amount == Decimal("10.00")


def test_tax_that_a_refund_states_is_taken_off_the_money() -> None:
    stated = refund_of(
        amount="12.00",
        order_adjustments=[
            {"kind": "refund_discrepancy", "amount": "-10.00", "tax_amount": "-2.00"}
        ],
    )
    assert (stated.amount, stated.tax) == (Decimal("10.00"), Decimal("2.00"))


def test_shipping_alone_leaves_no_money_for_goods() -> None:
    alone = refund_of(
        amount="5.00",
        order_adjustments=[{"kind": "shipping_refund", "amount": "-5.00", "tax_amount": "0.00"}],
    )
    assert alone.amount == 0


def test_a_voided_authorisation_settles_a_refund_and_moves_no_money() -> None:
    void = refund_of(
        lines={1: 1}, transactions=[{"kind": "void", "status": "success", "amount": "10.00"}]
    )
    assert void.effective
    assert void.amount == 0


def test_the_refund_of_a_test_order_says_nothing() -> None:
    test = [{"kind": "refund", "status": "success", "amount": "1.00", "test": True}]
    assert read("refunds/create", refund(transactions=test)) == Nothing()


def test_the_refunds_inside_an_order_are_the_same_refunds() -> None:
    lone = refund(9, lines={1: 1}, amount="10.00")
    facts = read("orders/updated", order(refunds=[lone]))
    assert isinstance(facts, Facts)
    assert facts.refunds == (refund_of(id_=9, lines={1: 1}, amount="10.00"),)
