"""What a cart comes to, to the penny."""

from decimal import Decimal

import pytest

from demo_shop.catalogue import PRODUCTS
from demo_shop.checkout import DELIVERY, Bill, Line, Worth, bill_of, spread

STAND, LANTERN, BAG = PRODUCTS[0], PRODUCTS[1], PRODUCTS[2]
CART = {STAND.id: 1, LANTERN.id: 2, BAG.id: 3}
"""12.75 + 5.90 + 6.24 = 24.89."""


def worth(kind: str, **more: str) -> Worth:
    found = Worth.of("CODE", {"kind": kind, **more})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "off"),
    [
        (worth("amount_off", amount="5.00", currency="GBP"), "5.00"),
        (worth("amount_off", amount="500", currency="GBP"), "24.89"),
        (worth("percent_off", percent="15"), "3.73"),
        (worth("free_product", product=str(LANTERN.id)), "2.95"),
        (worth("free_product", product="1"), "0"),
        (worth("free_shipping"), "0"),
    ],
)
def test_a_discount_is_shared_by_the_lines_with_no_penny_left_over(code: Worth, off: str) -> None:
    bill = bill_of(CART, code)
    assert bill.discount == Decimal(off)
    assert all(0 <= line.discount <= line.full for line in bill.lines)
    assert bill.total == Decimal("24.89") - Decimal(off) + bill.delivery - bill.delivery_discount


def test_shares_are_whole_pennies_and_go_by_what_a_line_costs() -> None:
    lines = [Line(BAG, 1), Line(BAG, 1), Line(BAG, 1)]
    assert sorted(spread(Decimal("0.10"), lines)) == [Decimal(p) for p in ("0.03", "0.03", "0.04")]
    assert spread(Decimal("1.00"), []) == []


def test_delivery_is_free_from_an_amount_on_and_with_its_code() -> None:
    def delivered(bill: Bill) -> Decimal:
        return bill.delivery - bill.delivery_discount

    assert delivered(bill_of(CART)) == DELIVERY
    assert delivered(bill_of(CART, worth("free_shipping"))) == 0
    assert delivered(bill_of({STAND.id: 3})) == 0
    assert bill_of({}).total == 0


def test_a_code_waits_for_its_minimum_and_is_refused_where_it_is_not_for_this_checkout() -> None:
    least = worth("amount_off", amount="5.00", currency="GBP", minimum_spend="24.90")
    assert bill_of(CART, least).worth is None
    assert bill_of({**CART, BAG.id: 4}, least).discount == 5
    for kind in ("gift_card", "voucher"):
        assert Worth.of("CODE", {"kind": kind}) is None
    assert Worth.of("CODE", {"kind": "amount_off", "amount": "5", "currency": "EUR"}) is None


def test_what_is_not_sold_here_is_not_in_the_cart() -> None:
    assert bill_of({1: 3, STAND.id: 0}).lines == []
    assert bill_of({STAND.id: 1000}).lines[0].quantity == 50
