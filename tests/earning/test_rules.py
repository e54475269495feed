"""What an order earns and gives back, decided without a database."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalnest.earning import rules
from loyalnest.earning.values import Posted, Target
from loyalnest.kernel.shares import share_out
from loyalnest.merchants import (
    AwardOn,
    Counts,
    Hold,
    HoldKind,
    ProgramSettings,
    Rounding,
    Switch,
    Switches,
)
from loyalnest.orders import Facts, Line, Refund, Snapshot
from tests.orders.strategies import facts as any_facts

PLACED = datetime(2026, 11, 1, 10, tzinfo=UTC)
PROGRAM = ProgramSettings()


def line(id_: str, net: str, quantity: int = 1, **more: object) -> Line:
    return msgspec.structs.replace(
        Line(id=id_, quantity=quantity, current_quantity=quantity, net=Decimal(net)), **more
    )


def bought(*lines: Line, currency: str = "GBP", **more: object) -> Facts:
    """A paid order."""
    snapshot = Snapshot(
        version=PLACED,
        placed_at=PLACED,
        number="#1",
        channel="web",
        currency=currency,
        total=sum((it.net + it.tax for it in lines), Decimal(0)),
        lines=lines,
    )
    return Facts(
        merchant_id=UUID(int=1),
        store_id=UUID(int=2),
        external_id="1",
        snapshot=msgspec.structs.replace(snapshot, **more),
        paid_at=PLACED,
    )


def refunded(order: Facts, *refunds: Refund) -> Facts:
    return msgspec.structs.replace(order, refunds=refunds)


def by_lines(**units: int) -> Refund:
    id_ = "-".join(f"{key}{value}" for key, value in units.items())
    lines = {key.removeprefix("line"): count for key, count in units.items()}
    return Refund(id=id_, occurred_at=PLACED, effective=True, lines=lines)


def by_amount(amount: str, **more: object) -> Refund:
    refund = Refund(id=amount, occurred_at=PLACED, effective=True, lines={}, amount=Decimal(amount))
    return msgspec.structs.replace(refund, **more)


def goal(order: Facts, settings: ProgramSettings = PROGRAM) -> tuple[int, int]:
    target = rules.target(order, settings)
    return target.earned, target.clawed


def counting(**what: bool) -> ProgramSettings:
    return ProgramSettings(counts=Counts(**what))


def test_points_are_rounded_once_for_the_order_and_not_for_each_line() -> None:
    assert goal(bought(line("1", "0.60"), line("2", "0.60"))) == (1, 0)


@pytest.mark.parametrize(
    ("rounding", "points"), [(Rounding.DOWN, 2), (Rounding.NEAREST, 3), (Rounding.UP, 3)]
)
def test_a_fraction_of_a_point_goes_as_the_merchant_chose(rounding: Rounding, points: int) -> None:
    assert goal(bought(line("1", "2.50")), ProgramSettings(rounding=rounding)) == (points, 0)


def test_a_currency_may_have_a_rate_of_its_own() -> None:
    settings = ProgramSettings(default_rate=Decimal(1), rates={"JPY": Decimal("0.01")})
    assert goal(bought(line("1", "1500"), currency="JPY"), settings) == (15, 0)
    assert goal(bought(line("1", "1500"), currency="GBP"), settings) == (1500, 0)


def test_a_currency_of_three_decimals_earns_on_all_of_them() -> None:
    settings = ProgramSettings(rates={"KWD": Decimal(1000)})
    assert goal(bought(line("1", "1.505"), currency="KWD"), settings) == (1505, 0)


def test_what_counts_as_spent_is_the_merchants_choice() -> None:
    order = bought(
        line("1", "10.00", discount=Decimal("2.00"), tax=Decimal("1.00")),
        line("2", "50.00", gift_card=True),
        shipping=Decimal("4.00"),
        tips=Decimal("3.00"),
    )
    assert goal(order)[0] == 10
    assert goal(order, counting(discounted=False))[0] == 12
    assert goal(order, counting(tax=True))[0] == 11
    assert goal(order, counting(gift_cards=True))[0] == 60
    assert goal(order, counting(shipping=True))[0] == 14
    assert goal(order, counting(tips=True))[0] == 13


@pytest.mark.parametrize("moment", list(AwardOn))
def test_an_order_earns_at_the_moment_the_merchant_chose(moment: AwardOn) -> None:
    settings = ProgramSettings(award_on=moment)
    order = msgspec.structs.replace(bought(line("1", "10.00")), paid_at=None)
    met = {
        AwardOn.CREATED: order,
        AwardOn.PAID: msgspec.structs.replace(order, paid_at=PLACED),
        AwardOn.FULFILLED: msgspec.structs.replace(order, fulfilled_at=PLACED),
    }
    assert goal(met[moment], settings) == (10, 0)
    if moment is not AwardOn.CREATED:
        assert goal(order, settings) == (0, 0)


def test_a_paused_program_earns_nothing() -> None:
    assert goal(
        bought(line("1", "10.00")), ProgramSettings(switches=Switches(program=Switch.PAUSED))
    ) == (0, 0)


def test_a_cancelled_or_deleted_order_gives_everything_back() -> None:
    order = bought(line("1", "10.00"))
    for gone in ({"cancelled_at": PLACED}, {"deleted_at": PLACED}):
        assert goal(msgspec.structs.replace(order, **gone)) == (10, 10)


def test_a_line_gives_back_its_own_share() -> None:
    order = bought(line("1", "3.00"), line("2", "7.00", 7))
    assert goal(refunded(order, by_lines(line1=1))) == (10, 3)
    assert goal(refunded(order, by_lines(line2=3))) == (10, 3)


def test_many_partial_refunds_give_back_what_one_full_refund_does() -> None:
    order = bought(line("1", "9.99", 7), line("2", "0.99", 3))
    full = goal(refunded(order, by_lines(line1=7, line2=3)))
    parts = [by_lines(line1=2), by_lines(line1=1), by_lines(line2=3), by_lines(line1=4)]
    assert goal(refunded(order, *parts)) == full == (10, 10)


def test_more_units_refunded_than_were_bought_give_back_no_more_than_was_earned() -> None:
    assert goal(refunded(bought(line("1", "5.00")), by_lines(line1=99))) == (5, 5)


def test_an_edit_and_a_refund_of_the_same_unit_count_once() -> None:
    order = bought(line("1", "9.00", 3, current_quantity=1))
    assert goal(refunded(order, by_lines(line1=2))) == (9, 6)
    assert goal(order) == (9, 6)


def test_a_refund_of_money_gives_back_by_its_share_of_the_goods() -> None:
    order = bought(line("1", "10.00"))
    assert goal(refunded(order, by_amount("2.55"))) == (10, 2)
    assert goal(refunded(order, by_amount("2.55"), by_amount("7.45"))) == (10, 10)
    assert goal(refunded(order, by_amount("99.00"))) == (10, 10)


def test_money_given_back_on_a_taxed_order_holds_its_tax_unless_stated() -> None:
    order = bought(line("1", "100.00", tax=Decimal("20.00")))
    assert goal(refunded(order, by_amount("60.00"))) == (100, 50)
    assert goal(refunded(order, by_amount("50.00", tax=Decimal("10.00")))) == (100, 50)


def test_money_given_back_in_the_buyers_currency_counts_in_the_shops() -> None:
    order = bought(
        line("1", "100.00"),
        presentment_currency="USD",
        presentment_total=Decimal("130.00"),
    )
    assert goal(refunded(order, by_amount("65.00", currency="USD"))) == (100, 50)


def test_shipping_given_back_takes_nothing_unless_shipping_had_earned() -> None:
    order = bought(line("1", "10.00"), shipping=Decimal("4.00"))
    back = Refund(id="s", occurred_at=PLACED, effective=True, lines={}, shipping=Decimal("4.00"))
    assert goal(refunded(order, back)) == (10, 0)
    assert goal(refunded(order, back), counting(shipping=True)) == (14, 4)


def test_lines_and_money_together_never_exceed_what_was_earned() -> None:
    order = bought(line("1", "10.00"))
    assert goal(refunded(order, by_lines(line1=1), by_amount("10.00"))) == (10, 10)


def test_a_refund_that_did_not_take_effect_gives_nothing_back() -> None:
    failed = msgspec.structs.replace(by_lines(line1=1), effective=False)
    assert goal(refunded(bought(line("1", "10.00")), failed)) == (10, 0)


def test_largest_remainder_over_a_thousand_random_carts() -> None:
    chance = random.Random(20261120)
    for _ in range(1000):
        cart = [Decimal(chance.randrange(0, 10**6)) / 100 for _ in range(chance.randint(1, 30))]
        if not sum(cart):
            continue
        points = chance.randrange(1, 10**7)
        shares = share_out(points, cart)
        assert sum(shares) == points
        exact = [points * amount / sum(cart) for amount in cart]
        assert all(abs(share - due) < 1 for share, due in zip(shares, exact, strict=True))
        assert all(share == 0 for share, amount in zip(shares, cart, strict=True) if not amount)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any), st.integers(1, 10**12))
def test_shares_add_up_whatever_the_cart(cents: list[int], points: int) -> None:
    assert sum(share_out(points, [Decimal(it) / 100 for it in cents])) == points


def test_of_equal_remainders_the_earlier_line_comes_first() -> None:
    assert share_out(10, [Decimal(1)] * 3) == [4, 3, 3]


@given(any_facts)
def test_no_more_is_given_back_than_was_earned(order: Facts) -> None:
    earned, clawed = goal(order)
    assert 0 <= clawed <= earned


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_the_steps_lead_to_the_goal(a: int, b: int, c: int, d: int) -> None:
    posted = Posted(earned=a, clawed=b, steps=3)
    aim = Target(c, d, rules.NOTHING, PLACED)
    steps = rules.steps_to(aim, posted)
    assert a - b + sum(step.amount for step in steps) == c - d
    assert all(step.amount for step in steps)
    reached = rules.posted_by(
        [("earn:1", a), ("claw:2", -b), *[(step.name, step.amount) for step in steps]]
    )
    assert (reached.earned, reached.clawed) == (c, d)


def test_points_are_held_as_the_merchant_chose() -> None:
    aim = rules.target(bought(line("1", "10.00")), PROGRAM)
    ever = datetime.max.replace(tzinfo=UTC)
    days = ProgramSettings(hold=Hold(kind=HoldKind.DAYS, days=14))
    shipped = ProgramSettings(hold=Hold(kind=HoldKind.FULFILLED))
    assert rules.held_until(aim, PROGRAM, None, ever=ever) is None
    assert rules.held_until(aim, days, None, ever=ever) == PLACED + timedelta(days=14)
    assert rules.held_until(aim, shipped, None, ever=ever) == ever
    assert rules.held_until(aim, shipped, PLACED, ever=ever) is None
