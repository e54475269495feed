"""Refunds, the classics: each ends with books that balance (the fixture sees to it)."""

import itertools
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from loyalnest import campaigns
from loyalnest.campaigns import Multiplier, Rule, State
from tests.conftest import NOW
from tests.contracts.shopify.bodies import Body, line, order, refund
from tests.shop import Shop, Told

TWO = Decimal(2)
BREAD_AND_CAKE = [line(1, "3.00"), line(2, "1.00", quantity=7)]


def created(body: Body) -> Told:
    return ("orders/create", body)


def updated(body: Body, minute: int = 1) -> Told:
    return ("orders/updated", body | {"updated_at": f"2026-11-06T10:{minute:02}:00Z"})


def cancelled(body: Body) -> Told:
    at = "2026-11-07T10:00:00Z"
    return ("orders/cancelled", body | {"cancelled_at": at, "updated_at": at})


def refunded(body: Body) -> Told:
    return ("refunds/create", body)


async def test_a_refund_uses_the_rule_that_awarded_and_not_todays(shop: Shop) -> None:
    await shop.sets(default_rate=Decimal(2))
    bought = order(
        lines=BREAD_AND_CAKE,
        created_at="2026-11-20T12:00:00Z",
        updated_at="2026-11-20T12:00:00Z",
    )
    await shop.tells(created(bought))
    await shop.sets(default_rate=Decimal(50), now=NOW + timedelta(hours=1))
    await shop.tells(refunded(refund(lines={1: 1})))
    assert await shop.balance() == (14, 0, 0)


async def test_many_partial_refunds_equal_one_full_refund(shop: Shop) -> None:
    bought = order(lines=[line(1, "3.33", quantity=7), line(2, "0.99", quantity=3)])
    await shop.tells(created(bought))
    parts = [{1: 3}, {2: 1}, {1: 1}, {2: 2}, {1: 3}]
    for n, lines in enumerate(parts):
        await shop.tells(refunded(refund(600 + n, lines=lines)))
    assert await shop.balance() == (0, 0, 0)


async def test_many_partial_refunds_of_money_equal_one_full_refund(shop: Shop) -> None:
    await shop.tells(created(order(lines=[line(price="10.00")])))
    for n, amount in enumerate(["3.33", "3.33", "3.34"]):
        await shop.tells(refunded(refund(600 + n, amount=amount)))
    assert await shop.balance() == (0, 0, 0)


async def test_a_refund_that_arrives_before_its_order_ends_with_nothing_earned(shop: Shop) -> None:
    await shop.tells(refunded(refund(lines={1: 1})))
    await shop.tells(created(order()))
    assert await shop.balance() == (0, 0, 0)


async def test_a_refund_without_lines_takes_back_by_its_money(shop: Shop) -> None:
    await shop.tells_in_turn(
        created(order(lines=[line(price="10.00")])), refunded(refund(amount="2.50"))
    )
    assert await shop.balance() == (8, 0, 0)


async def test_a_refund_above_what_was_earned_takes_back_what_was_earned(shop: Shop) -> None:
    await shop.tells_in_turn(
        created(order(lines=[line(price="10.00")])),
        refunded(refund(1, amount="99.00")),
        refunded(refund(2, lines={1: 1})),
    )
    assert await shop.balance() == (0, 0, 0)


async def test_a_refund_after_the_points_were_spent_is_owed_and_repaid(shop: Shop) -> None:
    await shop.tells(created(order(lines=[line(price="10.00")])))
    await shop.spends(8)
    await shop.tells(refunded(refund(lines={1: 1})))
    assert await shop.balance() == (0, 0, 8)
    await shop.tells(created(order(1002, lines=[line(price="5.00")])))
    assert await shop.balance() == (0, 0, 3)
    await shop.tells(created(order(1003, lines=[line(price="5.00")])))
    assert await shop.balance() == (2, 0, 0)


async def test_where_no_debt_is_allowed_the_rest_is_written_off(shop: Shop) -> None:
    await shop.sets(debt={"allowed": False})
    bought = order(created_at="2026-11-20T12:00:00Z", updated_at="2026-11-20T12:00:00Z")
    await shop.tells(created(bought))
    await shop.spends(8)
    await shop.tells(refunded(refund(lines={1: 1})))
    assert await shop.balance() == (0, 0, 0)


async def test_a_cancellation_and_then_a_refund_take_back_once(shop: Shop) -> None:
    bought = order(lines=BREAD_AND_CAKE)
    await shop.tells_in_turn(
        created(bought), cancelled(bought), refunded(refund(lines={1: 1, 2: 7}, amount="10.00"))
    )
    assert await shop.balance() == (0, 0, 0)


async def test_a_cancellation_is_final_whatever_comes_after_it(shop: Shop) -> None:
    bought = order(lines=BREAD_AND_CAKE)
    await shop.tells_in_turn(cancelled(bought), created(bought), updated(bought, 59))
    await shop.tells(("orders/paid", bought | {"updated_at": "2026-11-09T10:00:00Z"}))
    assert await shop.balance() == (0, 0, 0)


async def test_an_order_deleted_at_its_shop_gives_everything_back(shop: Shop) -> None:
    await shop.tells_in_turn(("orders/delete", {"id": 1001}), created(order()))
    assert await shop.balance() == (0, 0, 0)


async def test_a_refund_told_ten_times_and_inside_its_order_counts_once(shop: Shop) -> None:
    bought = order(lines=BREAD_AND_CAKE)
    back = refund(lines={2: 2}, amount="2.00")
    await shop.tells(created(bought))
    for minute in range(10):
        await shop.tells(refunded(back))
        await shop.tells(updated(bought | {"refunds": [back]}, minute))
    await shop.tells(*[refunded(back)] * 10, updated(bought | {"refunds": [back]}, 30))
    assert await shop.balance() == (8, 0, 0)
    assert await shop.entries() == [("earn:1", 10), ("claw:2", -2)]


async def test_shipping_alone_takes_nothing_back(shop: Shop) -> None:
    shipping = [{"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "-0.80"}]
    await shop.tells_in_turn(
        created(order(shipping_lines=[{"price": "4.00"}])),
        refunded(refund(amount="4.80", order_adjustments=shipping)),
    )
    assert await shop.balance() == (10, 0, 0)


@pytest.mark.parametrize("status", ["failure", "error", "pending"])
async def test_a_refund_whose_money_did_not_move_takes_nothing_back(
    shop: Shop, status: str
) -> None:
    await shop.tells_in_turn(
        created(order()), refunded(refund(lines={1: 1}, amount="10.00", status=status))
    )
    assert await shop.balance() == (10, 0, 0)


async def test_a_refund_takes_back_once_its_pending_money_has_moved(shop: Shop) -> None:
    pending = refund(lines={1: 1}, amount="10.00", status="pending")
    moved = refund(lines={1: 1}, amount="10.00")
    await shop.tells_in_turn(
        created(order()), refunded(pending), updated(order(refunds=[moved])), refunded(pending)
    )
    assert await shop.balance() == (0, 0, 0)


async def test_with_taxes_included_the_tax_is_neither_earned_nor_taken_back(shop: Shop) -> None:
    taxed = line(1, "12.00", quantity=2, tax_lines=[{"price": "4.00"}])
    await shop.tells(created(order(lines=[taxed], taxes_included=True)))
    assert await shop.balance() == (20, 0, 0)
    await shop.tells(refunded(refund(lines={1: 1}, amount="12.00")))
    assert await shop.balance() == (10, 0, 0)
    await shop.tells(refunded(refund(502, amount="6.00")))
    assert await shop.balance() == (5, 0, 0)


async def test_an_edit_and_then_a_refund_take_back_each_unit_once(shop: Shop) -> None:
    bought = order(lines=[line(quantity=3)])
    removed = refund(700, lines={1: 1})
    edited = order(lines=[line(quantity=3, current_quantity=2)], refunds=[removed])
    await shop.tells_in_turn(created(bought), updated(edited))
    assert await shop.balance() == (20, 0, 0)
    await shop.tells_in_turn(refunded(removed), refunded(refund(701, lines={1: 1}, amount="10.00")))
    assert await shop.balance() == (10, 0, 0)
    last = order(lines=[line(quantity=3, current_quantity=1)])
    await shop.tells_in_turn(updated(last, 2), refunded(refund(702, lines={1: 1}, amount="10.00")))
    assert await shop.balance() == (0, 0, 0)


async def test_an_edit_that_adds_a_line_earns_the_difference(shop: Shop) -> None:
    await shop.tells(created(order(lines=[line(1, "10.60")])))
    await shop.tells(updated(order(lines=[line(1, "10.60"), line(2, "5.60")])))
    assert await shop.balance() == (16, 0, 0)
    await shop.tells(refunded(refund(lines={1: 1, 2: 1})))
    assert await shop.balance() == (0, 0, 0)


async def test_an_edit_that_lowers_a_price_corrects_what_was_earned(shop: Shop) -> None:
    await shop.tells(created(order(lines=[line(1, "10.00")])))
    await shop.tells(updated(order(lines=[line(1, "10.00", total_discount="4.00")])))
    assert await shop.balance() == (6, 0, 0)


async def test_a_unit_that_is_put_back_gives_its_points_back(shop: Shop) -> None:
    await shop.tells(created(order(lines=[line(quantity=2, current_quantity=1)])))
    assert await shop.balance() == (10, 0, 0)
    await shop.tells(updated(order(lines=[line(quantity=2)])))
    assert await shop.balance() == (20, 0, 0)


@pytest.mark.parametrize(
    ("currency", "price", "earned", "left"), [("JPY", "1501", 3002, 1501), ("KWD", "1.505", 3, 2)]
)
async def test_currencies_of_0_and_3_decimals_earn_and_give_back(
    shop: Shop, currency: str, price: str, earned: int, left: int
) -> None:
    bought = order(lines=[line(1, price, quantity=2)], currency=currency)
    await shop.tells(created(bought))
    assert await shop.balance() == (earned, 0, 0)
    await shop.tells(refunded(refund(lines={1: 1})))
    assert await shop.balance() == (left, 0, 0)


async def test_a_refund_takes_from_pending_points_of_its_own_order_first(shop: Shop) -> None:
    await shop.tells(created(order(1000, lines=[line(price="4.00")])))
    await shop.sets(hold={"kind": "fulfilled"})
    later = {"created_at": "2026-11-20T12:00:00Z", "updated_at": "2026-11-20T12:00:00Z"}
    await shop.tells(created(order(1001, lines=BREAD_AND_CAKE) | later))
    assert await shop.balance() == (4, 10, 0)
    await shop.tells(refunded(refund(lines={2: 7})))
    assert await shop.balance() == (4, 3, 0)


async def test_points_held_for_an_order_are_spendable_once_it_is_fulfilled(shop: Shop) -> None:
    await shop.sets(hold={"kind": "fulfilled"})
    later = {"created_at": "2026-11-20T12:00:00Z", "updated_at": "2026-11-20T12:00:00Z"}
    await shop.tells(created(order() | later))
    assert await shop.balance() == (0, 10, 0)
    shipped = {"fulfillment_status": "fulfilled", "updated_at": "2026-11-20T13:00:00Z"}
    await shop.tells(("orders/fulfilled", order() | later | shipped), now=NOW + timedelta(hours=2))
    assert await shop.balance() == (10, 0, 0)


async def test_an_order_and_its_refund_at_the_same_instant(shop: Shop) -> None:
    for n in range(10):
        bought, back = order(n, lines=BREAD_AND_CAKE), refund(n, n, lines={1: 1})
        await shop.tells_at_once([created(bought)], [refunded(back)])
    assert await shop.balance() == (70, 0, 0)


async def test_an_order_and_its_cancellation_at_the_same_instant(shop: Shop) -> None:
    for n in range(10):
        bought = order(n, lines=BREAD_AND_CAKE)
        await shop.tells_at_once([created(bought)], [cancelled(bought)])
    assert await shop.balance() == (0, 0, 0)


async def test_two_first_orders_of_a_new_customer_at_the_same_instant(shop: Shop) -> None:
    for n in range(10):
        who = {
            "email": f"new{n}@example.com",
            "customer": {"id": n, "email": f"new{n}@example.com"},
        }
        await shop.tells_at_once([created(order(2 * n) | who)], [created(order(2 * n + 1) | who)])
        assert await shop.balance(f"new{n}@example.com") == (20, 0, 0)


async def test_the_same_batch_by_two_workers_in_opposite_order(shop: Shop) -> None:
    for n in range(5):
        news = [created(order(100 * n + m)) for m in range(10)]
        await shop.tells_at_once(news, news[::-1])
    assert await shop.balance() == (500, 0, 0)


@pytest.mark.parametrize("budget", [None, 10])
@pytest.mark.parametrize("turns", list(itertools.permutations(range(4)))[::5])
async def test_a_campaign_that_has_ended_takes_back_what_it_gave_in_any_order(
    shop: Shop, turns: tuple[int, ...], budget: int | None
) -> None:
    opened = datetime(2026, 11, 1, tzinfo=NOW.tzinfo)
    rule = Rule(
        name="Double Friday", state=State.ACTIVE, starts_at=opened, effect=Multiplier(factor=TWO)
    )
    async with shop.database.tenant(shop.merchant_id) as session:
        campaign = await campaigns.create(session, rule, budget=budget, actor="test", now=opened)
    first = order(1, lines=BREAD_AND_CAKE, created_at="2026-11-06T10:00:00Z")
    later = order(2, lines=BREAD_AND_CAKE, created_at="2026-11-20T10:00:00Z")
    ended = rule.model_copy(update={"ends_at": datetime(2026, 11, 10, tzinfo=NOW.tzinfo)})
    async with shop.database.tenant(shop.merchant_id) as session:
        day = datetime(2026, 11, 9, tzinfo=NOW.tzinfo)
        await campaigns.save(session, campaign.id, ended, budget=budget, actor="test", now=day)
    news = [
        created(first),
        refunded(refund(order_id=1, lines={2: 7})),
        created(later),
        refunded(refund(502, 2, lines={1: 1})),
    ]
    await shop.tells_in_turn(*(news[turn] for turn in turns))
    assert await shop.balance() == (6 + 7, 0, 0)
    await shop.tells_in_turn(refunded(refund(503, 1, lines={1: 1})), *news)
    assert await shop.balance() == (7, 0, 0)


def merged(kept: int, gone: int) -> Told:
    gid = "gid://shopify/Customer/"
    return (
        "customers/merge",
        {
            "admin_graphql_api_id_customer_kept": f"{gid}{kept}",
            "admin_graphql_api_id_customer_deleted": f"{gid}{gone}",
            "status": "completed",
        },
    )


def buyer(n: int) -> Body:
    email = f"buyer{n}@example.com"
    return {"email": email, "customer": {"id": n, "email": email}}


async def test_a_refund_after_a_merge_takes_from_whom_the_points_moved_to(shop: Shop) -> None:
    await shop.tells(created(order(1, lines=BREAD_AND_CAKE) | buyer(1)))
    await shop.tells(created(order(2, lines=BREAD_AND_CAKE) | buyer(2)))
    await shop.tells(merged(1, 2))
    assert await shop.balance("buyer1@example.com") == (20, 0, 0)
    await shop.tells(refunded(refund(order_id=2, lines={2: 7})))
    assert await shop.balance("buyer1@example.com") == (13, 0, 0)
    await shop.tells(created(order(3) | buyer(2)))
    assert await shop.balance("buyer2@example.com") == (23, 0, 0)


async def test_a_merge_and_an_earning_at_the_same_instant(shop: Shop) -> None:
    for n in range(0, 20, 2):
        await shop.tells(created(order(3 * n) | buyer(n)), created(order(3 * n + 1) | buyer(n + 1)))
        await shop.tells_at_once([merged(n, n + 1)], [created(order(3 * n + 2) | buyer(n + 1))])
        assert await shop.balance(f"buyer{n}@example.com") == (30, 0, 0)
