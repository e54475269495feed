"""What the shop tells is what Shopify would: held against bodies that Shopify has published."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from demo_shop import payloads
from demo_shop.catalogue import PRODUCTS
from demo_shop.checkout import Worth, bill_of
from demo_shop.payloads import Body
from loyalnest.integrations.shopify.facts import Bought
from loyalnest.orders import Facts, kept_spend
from tests.conftest import NOW
from tests.contracts.shopify.bodies import official, order_in, read

CART = {PRODUCTS[0].id: 2, PRODUCTS[1].id: 3}
"""25.50 + 8.85 = 34.35, and 3.95 for the delivery once five pounds are off."""
FIVE_OFF = Worth("7KQ2M-BX4D-9RTW", "amount_off", Decimal("5.00"))
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def ids() -> Iterator[int]:
    return itertools.count(1_800_000_000_000_000)


def bought(ids: Iterator[int], worth: Worth | None = FIVE_OFF, **more: Any) -> Body:
    buyer = payloads.customer(7, "ada@example.com", "Ada Lovelace", has_account=True,
                              since=NOW, now=NOW)  # fmt: skip
    about: dict[str, Any] = {"cart": CART, "referral_code": None} | more
    return payloads.order(
        ids,
        number=1001,
        token="t",
        bill=bill_of(about["cart"], worth),
        buyer=buyer,
        referral_code=about["referral_code"],
        language="en",
        now=NOW,
    )


def strangers(ours: Any, theirs: Any, where: str = "") -> list[str]:
    """What Shopify's body doesn't have, or has as something else."""
    differ = len({_kind(ours), _kind(theirs)} - {"NoneType"}) > 1
    if isinstance(ours, dict) and isinstance(theirs, dict):
        own, shopifys = cast(Body, ours), cast(Body, theirs)
        new = [f"{where}.{key}" for key in own if key not in shopifys]
        known = [key for key in own if key in shopifys]
        return new + [f for k in known for f in strangers(own[k], shopifys[k], f"{where}.{k}")]
    if isinstance(ours, list) and isinstance(theirs, list):
        items, examples = cast(list[Any], ours), cast(list[Any], theirs)
        # Where theirs has none, it says nothing of what one would look like.
        return [f for it in items if examples for f in strangers(it, examples[0], f"{where}[]")]
    return [where] if differ else []


def _kind(value: object) -> str:
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_orders_refunds_and_customers_have_the_shape_of_shopifys(ids: Iterator[int]) -> None:
    order = bought(ids, referral_code="K7XQ2MNPA4")
    cart = {line["id"]: 1 for line in order["line_items"]}
    partly, refund = payloads.refunded(order, ids, cart, delivery=True, now=LATER)
    called_off, _ = payloads.cancelled(order, ids, now=LATER)
    for body in (order, partly):
        assert strangers(body, official("order_resource_2026-07.json")) == []
    cancelled = official("order_cancelled_resource_2026-07.json")
    assert strangers(called_off, cancelled) == []
    assert strangers(refund, official("refund_resource_2026-07.json")) == []
    assert strangers(order["customer"], official("customer_resource_2026-07.json")) == []


def test_an_order_says_what_was_paid_and_by_which_code(ids: Iterator[int]) -> None:
    said = read("orders/paid", bought(ids, referral_code="K7XQ2MNPA4"))
    assert isinstance(said, Bought)
    assert (said.codes, said.referral_code) == ((FIVE_OFF.code,), "K7XQ2MNPA4")
    snapshot = said.facts.snapshot
    assert snapshot is not None
    assert (snapshot.spend, snapshot.total) == (Decimal("29.35"), Decimal("33.30"))
    assert said.facts.paid_at is not None
    plain = read("orders/create", bought(ids, None))
    assert isinstance(plain, Facts)


def kept(body: Body) -> Decimal:
    return kept_spend(order_in(read("orders/updated", body)))


def test_returning_piece_by_piece_gives_back_what_was_paid_to_the_penny(
    ids: Iterator[int],
) -> None:
    order = bought(ids)
    paid = Decimal(order["subtotal_price"])
    for number in range(3):
        pieces = {line["id"]: 1 for line in order["line_items"]}
        order, _ = payloads.refunded(order, ids, pieces, delivery=False, now=LATER)
        assert kept(order) + payloads.returned_money(order) == pytest.approx(
            paid, abs=Decimal("0.02")
        )
        assert order["financial_status"] == ("refunded" if number == 2 else "partially_refunded")
    assert payloads.returned_money(order) == paid
    again, nothing = payloads.refunded(order, ids, {1: 5}, delivery=False, now=LATER)
    assert nothing["refund_line_items"] == []
    assert payloads.returned_money(again) == paid


def test_delivery_goes_back_once_and_with_a_cancelled_order(ids: Iterator[int]) -> None:
    small = bought(ids, None, cart={PRODUCTS[1].id: 2})
    assert small["total_price"] == "9.85"
    line = small["line_items"][0]["id"]
    first, _ = payloads.refunded(small, ids, {line: 1}, delivery=True, now=LATER)
    assert payloads.returned_money(first) == Decimal("6.90")
    second, _ = payloads.refunded(first, ids, {line: 1}, delivery=True, now=LATER)
    assert payloads.returned_money(second) == Decimal("9.85")
    called_off, _ = payloads.cancelled(small, ids, now=LATER)
    assert payloads.returned_money(called_off) == Decimal("9.85")
    assert kept(called_off) == 0
