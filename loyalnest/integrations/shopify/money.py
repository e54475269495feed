"""Amounts out of Shopify's bodies, in the shop's currency, and within reason."""

from collections.abc import Iterable
from decimal import Decimal

from loyalnest.integrations.shopify.payloads import Allocation, RefundBody, ShopMoney, Tax
from loyalnest.orders import AmountOutOfRange

ZERO = Decimal(0)
LIMIT = Decimal(10) ** 12
"""Beyond any purchase in any currency, and far within what sums and points can hold."""
_SMALLEST = -20
"""The power of ten below which an amount is nonsense rather than money."""


def shop_amount(plain: Decimal | None, both: ShopMoney | None, field: str) -> Decimal:
    """The amount in the shop's currency; nothing said is zero.

    Raises AmountOutOfRange for one that is negative, not a number, or absurd.
    """
    amount = signed_amount(plain, both, field)
    if amount < 0:
        raise AmountOutOfRange(fields={field: "is negative"})
    return amount


def signed_amount(plain: Decimal | None, both: ShopMoney | None, field: str) -> Decimal:
    """Like `shop_amount`, for the few amounts that Shopify signs."""
    amount = both.shop_money.amount if both is not None and both.shop_money is not None else plain
    if amount is None:
        return ZERO
    if not amount.is_finite():
        raise AmountOutOfRange(fields={field: "is not a number"})
    if not -LIMIT < amount < LIMIT:
        raise AmountOutOfRange(fields={field: "is too large"})
    if amount.adjusted() < _SMALLEST:
        raise AmountOutOfRange(fields={field: "has too many decimals"})
    return +amount


def discount_of(allocations: list[Allocation] | None, total: Decimal | None) -> Decimal:
    """What discounts took off a line: the allocations, or what older bodies say in one number."""
    if allocations:
        return sum(
            (shop_amount(it.amount, it.amount_set, "discount_allocations") for it in allocations),
            ZERO,
        )
    return shop_amount(total, None, "total_discount")


def tax_of(taxes: Iterable[Tax] | None) -> Decimal:
    """The tax on a line."""
    if not taxes:
        return ZERO
    return sum((shop_amount(it.price, it.price_set, "tax_lines") for it in taxes), ZERO)


def money_moved(body: RefundBody) -> tuple[Decimal, str | None, bool]:
    """The sum of the successful transactions, its currency, and whether there was any.

    Taking back an authorisation (`void`) moves no money, but it settles the refund all the same.
    """
    amount, currency, moved = ZERO, None, False
    for it in body.transactions or ():
        if it.status != "success" or it.kind not in ("refund", "void"):
            continue
        moved = True
        if it.kind == "refund":
            amount += shop_amount(it.amount, it.amount_set, "transactions")
            shop = it.amount_set.shop_money if it.amount_set else None
            currency = (shop.currency_code or shop.currency if shop else it.currency) or currency
    return amount, currency, moved


def given_back_besides_goods(body: RefundBody) -> tuple[Decimal, Decimal]:
    """The shipping (with its tax) and the stated tax of goods in a refund. Adjustments are signed:
    what leaves the shop is negative."""
    shipping = tax = ZERO
    for line in body.refund_shipping_lines or ():
        shipping += shop_amount(None, line.subtotal_amount_set, "refund_shipping_lines")
        shipping += shop_amount(None, line.tax_amount_set, "refund_shipping_lines")
    told_by_line = bool(body.refund_shipping_lines)
    for it in body.order_adjustments or ():
        its_tax = -signed_amount(it.tax_amount, it.tax_amount_set, "order_adjustments")
        if it.kind != "shipping_refund":
            tax += its_tax
        elif not told_by_line:
            shipping += its_tax - signed_amount(it.amount, it.amount_set, "order_adjustments")
    return max(ZERO, shipping), max(ZERO, tax)
