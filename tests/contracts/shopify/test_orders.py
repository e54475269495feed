"""What we read in Shopify's order bodies, official ones and those that are known to be tricky."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from loyalnest.integrations.shopify.errors import PayloadNotUnderstood
from loyalnest.integrations.shopify.facts import Bought, Nothing
from loyalnest.integrations.shopify.translate import HANDLED, REQUESTS
from loyalnest.kernel.errors import DomainError
from loyalnest.orders import AmountOutOfRange, Facts, Snapshot, UnknownCurrency
from tests.contracts.shopify.bodies import Body, line, official, order, order_in, read


def facts_of(body: Body, topic: str = "orders/create") -> Facts:
    return order_in(read(topic, body))


def snapshot_of(body: Body) -> Snapshot:
    snapshot = facts_of(body).snapshot
    assert snapshot is not None
    return snapshot


def nets(body: Body) -> list[Decimal]:
    return [it.net for it in snapshot_of(body).lines]


def test_the_official_order_is_read_with_its_discounts_refund_and_buyer() -> None:
    facts = facts_of(official("order_resource_2026-07.json"), "orders/paid")
    assert facts.external_id == "450789469"
    assert facts.snapshot is not None
    assert facts.snapshot.spend == Decimal("587.00")
    assert facts.snapshot.total == Decimal("598.94")
    assert facts.snapshot.placed_at == datetime(2008, 1, 10, 16, tzinfo=UTC)
    assert [it.current_quantity for it in facts.snapshot.lines] == [0, 1, 0]
    assert facts.paid_at is not None
    assert facts.contact is not None
    assert facts.contact.external_id == "207119551"
    (refund,) = facts.refunds
    assert refund.lines == {"703073504": 1, "466157049": 1}
    assert refund.effective


def test_the_official_cancelled_order_is_cancelled() -> None:
    facts = facts_of(official("order_cancelled_resource_2026-07.json"), "orders/cancelled")
    assert facts.cancelled_at is not None


def test_the_official_refund_is_the_same_fact_by_itself_and_inside_its_order() -> None:
    alone = read("refunds/create", official("refund_resource_2026-07.json"))
    inside = facts_of(official("order_resource_2026-07.json"))
    assert isinstance(alone, Facts)
    assert alone.key == inside.key
    assert alone.refunds[0].id == inside.refunds[0].id
    assert alone.refunds[0].lines == inside.refunds[0].lines


def test_an_older_librarys_order_is_read() -> None:
    assert snapshot_of(official("shopify_python_api/order.json")).spend == Decimal("597.00")


def test_a_test_order_says_nothing() -> None:
    assert read("orders/create", official("go-shopify/order.json")) == Nothing()


def test_ids_beyond_two_to_the_53_and_ids_as_strings_are_the_same_ids() -> None:
    number = 820982911946154508
    assert facts_of(order(number)).key == facts_of(order(str(number))).key
    assert facts_of(order(10**40)).external_id == "1" + "0" * 40


def test_decimals_are_exact_as_strings_and_as_numbers() -> None:
    assert nets(order(lines=[line(price="0.10"), line(price="195.66")])) == [
        Decimal("0.10"),
        Decimal("195.66"),
    ]
    raw = b'{"id":1,"currency":"GBP","line_items":[{"id":1,"quantity":3,"price":0.1}]}'
    facts = read("orders/create", raw)
    assert isinstance(facts, Facts)
    assert facts.snapshot is not None
    assert facts.snapshot.spend == Decimal("0.3")


def test_money_is_the_shops_and_never_the_buyers() -> None:
    both = {
        "shop_money": {"amount": "10.00", "currency_code": "GBP"},
        "presentment_money": {"amount": "13.00", "currency_code": "USD"},
    }
    body = order(
        lines=[line(price="13.00", price_set=both)],
        currency="GBP",
        presentment_currency="USD",
        total_price="10.00",
        total_price_set=both,
    )
    snapshot = snapshot_of(body)
    assert snapshot.currency == "GBP"
    assert snapshot.spend == Decimal("10.00")
    assert snapshot.presentment_currency == "USD"
    assert snapshot.presentment_total == Decimal("13.00")


def test_the_tax_of_a_line_is_no_spend_where_prices_include_it() -> None:
    taxed = line(price="120.00", tax_lines=[{"price": "20.00", "rate": 0.2}])
    assert nets(order(lines=[taxed], taxes_included=True)) == [Decimal("100.00")]
    assert nets(order(lines=[taxed], taxes_included=False)) == [Decimal("120.00")]


def test_discounts_are_taken_off_the_line_they_were_allocated_to() -> None:
    cut = line(price="10.00", quantity=2, discount_allocations=[{"amount": "3.33"}])
    assert nets(order(lines=[cut])) == [Decimal("16.67")]


def test_an_older_bodys_discount_counts_where_there_are_no_allocations() -> None:
    assert nets(order(lines=[line(price="5.00", total_discount="5.00")])) == [Decimal("0.00")]


def test_gift_cards_tips_and_shipping_are_no_goods() -> None:
    body = order(
        lines=[line(1, "10.00"), line(2, "50.00", gift_card=True), line(3, "2.00", tip={})],
        total_tip_received="2.00",
        shipping_lines=[{"price": "4.00", "discount_allocations": [{"amount": "1.00"}]}],
    )
    snapshot = snapshot_of(body)
    assert snapshot.spend == Decimal("10.00")
    assert snapshot.tips == Decimal("2.00")
    assert snapshot.shipping == Decimal("3.00")
    assert [it.id for it in snapshot.lines] == ["1", "2"]


@pytest.mark.parametrize(("currency", "price"), [("JPY", "1500"), ("KWD", "1.505")])
def test_currencies_have_as_many_decimals_as_they_have(currency: str, price: str) -> None:
    assert nets(order(lines=[line(price=price)], currency=currency)) == [Decimal(price)]


def test_a_guest_order_has_a_buyer_by_e_mail_or_none() -> None:
    guest = facts_of(order(customer=None)).contact
    assert guest is not None
    assert (guest.provider, guest.external_id, guest.email) == (None, None, "ada@example.com")
    nobody = facts_of(order(customer=None, email=None)).contact
    assert nobody is not None
    assert nobody.email is None


@pytest.mark.parametrize("status", ["paid", "partially_refunded", "refunded"])
def test_what_was_refunded_was_paid(status: str) -> None:
    assert facts_of(order(financial_status=status)).paid_at is not None


def test_an_order_is_paid_with_its_last_payment_however_late_we_hear_of_it() -> None:
    payments = [
        {"kind": "authorization", "status": "success", "processed_at": "2026-11-01T10:00:00Z"},
        {"kind": "capture", "status": "success", "processed_at": "2026-11-03T10:00:00Z"},
        {"kind": "sale", "status": "success", "processed_at": "2026-11-02T10:00:00Z"},
        {"kind": "sale", "status": "failure", "processed_at": "2026-11-04T10:00:00Z"},
    ]
    told_later = order(updated_at="2026-11-18T10:00:00Z", transactions=payments)
    assert facts_of(told_later).paid_at == datetime(2026, 11, 3, 10, tzinfo=UTC)
    unpaid = facts_of(order(financial_status="pending", transactions=payments))
    assert unpaid.paid_at is None, "a part of it may have been"
    without = facts_of(order(updated_at="2026-11-18T10:00:00Z"))
    assert without.paid_at == datetime(2026, 11, 18, 10, tzinfo=UTC)


@pytest.mark.parametrize("status", ["pending", "authorized", "partially_paid", "voided", None])
def test_what_is_not_paid_yet_is_not_paid(status: str | None) -> None:
    assert facts_of(order(financial_status=status)).paid_at is None


def test_a_deleted_order_is_known_by_its_id_alone() -> None:
    facts = read("orders/delete", {"id": 1001})
    assert isinstance(facts, Facts)
    assert facts.deleted_at is not None
    assert facts.snapshot is None


def test_nul_and_half_an_emoji_become_the_replacement_character() -> None:
    number = snapshot_of(order(name="a\0b")).number
    assert number == "a�b"
    raw = b'{"id":1,"currency":"GBP","name":"cut \\ud83d","line_items":[]}'
    facts = read("orders/create", raw)
    assert isinstance(facts, Facts)
    assert facts.snapshot is not None
    assert facts.snapshot.number == "cut ?"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (order(currency="XXQ"), UnknownCurrency),
        (order(currency=""), UnknownCurrency),
        (order(lines=[line(price="-1.00")]), AmountOutOfRange),
        (order(lines=[line(price="1e400")]), AmountOutOfRange),
        (order(lines=[line(price="NaN")]), AmountOutOfRange),
        (order(lines=[line(price="Infinity")]), AmountOutOfRange),
        (order(lines=[line(price="1e-300")]), AmountOutOfRange),
        (order(lines=[line(price="999999999999", quantity=2)]), AmountOutOfRange),
        (order(lines=[line(quantity=-1)]), AmountOutOfRange),
        (order(lines=[line(quantity=10**30)]), AmountOutOfRange),
        (order(lines=[line(price="ten")]), PayloadNotUnderstood),
        (order(lines=[line(price=True)]), PayloadNotUnderstood),  # type: ignore[arg-type]
        (order(lines=[{"quantity": 1}]), PayloadNotUnderstood),
        (order(id_=""), PayloadNotUnderstood),
        (order(id_=10**4000), PayloadNotUnderstood),
        (order(id_="9" * 5000), PayloadNotUnderstood),
        (order(created_at="yesterday"), PayloadNotUnderstood),
        (order(created_at="0001-01-01T00:00:00Z"), PayloadNotUnderstood),
        (order(created_at="9999-12-31T23:59:59.999999Z"), PayloadNotUnderstood),
        (order(updated_at="0001-01-01T00:00:00+14:00"), PayloadNotUnderstood),
        (order(line_items={}), PayloadNotUnderstood),
        ({}, PayloadNotUnderstood),
        (b"[]", PayloadNotUnderstood),
        (b"{", PayloadNotUnderstood),
        (b"", PayloadNotUnderstood),
        (b'{"id":' + b"[" * 100_000, PayloadNotUnderstood),
        (b'{"id":1,"name":"\xff"}', PayloadNotUnderstood),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_name(
    body: Body | bytes, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        read("orders/create", body)


def test_every_topic_is_either_handled_or_a_request() -> None:
    assert not HANDLED & REQUESTS
    assert len(HANDLED) == 16
    assert {"shop/redact"} == REQUESTS


def test_the_codes_an_order_was_paid_with_are_named_once_and_as_they_were_typed() -> None:
    official_one = read("orders/create", official("order_resource_2026-07.json"))
    assert isinstance(official_one, Bought)
    assert (official_one.codes, official_one.referral_code) == (("TENOFF",), None)
    told = [{"code": code, "amount": "1.00"} for code in ("b-1", "A 2", "b-1", "", "X" * 300)]
    several = read("orders/paid", order(discount_codes=[*told, {"code": None}, {}]))
    assert isinstance(several, Bought)
    assert several.codes == ("b-1", "A 2")
    nothing: tuple[Body, ...] = ({"discount_codes": []}, {"discount_codes": None}, {})
    for said in nothing:
        assert isinstance(read("orders/create", order() | said), Facts)


def test_who_sent_the_buyer_is_one_attribute_of_the_cart_among_others() -> None:
    colour = {"name": "colour", "value": "green"}
    for value, told in ((" k7xq2mnpa4 ", "k7xq2mnpa4"), ("", None), ("x" * 300, None), (7, None)):
        notes = [colour, {"name": "loyalnest_ref", "value": value}, {}]
        said = read("orders/create", order(note_attributes=notes))
        assert (said.referral_code if isinstance(said, Bought) else None) == told
