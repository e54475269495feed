"""What a cart comes to. Pure: money in, money out, to the penny."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from demo_shop.catalogue import BY_ID, Product
from demo_shop.settings import CURRENCY

ZERO = Decimal("0.00")
DELIVERY = Decimal("3.95")
DELIVERED_FREE_FROM = Decimal("30.00")
MOST_PIECES = 50
_PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Worth:
    """What a code takes off, as LoyalNest says."""

    code: str
    kind: str
    amount: Decimal = ZERO
    """In the shop's currency, with `amount_off`."""
    percent: Decimal = ZERO
    product: str | None = None
    minimum: Decimal = ZERO

    @classmethod
    def of(cls, code: str, value: Mapping[str, str]) -> "Worth | None":
        """A code's value in our words; None for what can't be used at this checkout."""
        kind, currency = value["kind"], value.get("currency", CURRENCY)
        if kind not in ("amount_off", "percent_off", "free_shipping", "free_product"):
            return None
        if currency != CURRENCY:
            return None
        return cls(
            code=code,
            kind=kind,
            amount=Decimal(value.get("amount", "0")),
            percent=Decimal(value.get("percent", "0")),
            product=value.get("product"),
            minimum=Decimal(value.get("minimum_spend", "0")),
        )


OWN_CODES = {"HELLO10": Worth("HELLO10", "percent_off", percent=Decimal(10))}
"""Codes that the shop itself gives away, as every shop does. They are none of LoyalNest's."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cart, and what the code takes off it."""

    product: Product
    quantity: int
    discount: Decimal = ZERO

    @property
    def full(self) -> Decimal:
        """Before the discount."""
        return self.product.price * self.quantity


@dataclass(frozen=True, slots=True)
class Bill:
    """A cart with all that is paid for it."""

    lines: Sequence[Line]
    delivery: Decimal
    """Before the discount."""
    delivery_discount: Decimal
    worth: Worth | None
    """The code that counts; None without one, or while the cart is below its minimum."""

    @property
    def full(self) -> Decimal:
        """The goods before the discount."""
        return sum((line.full for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        """What is taken off the goods."""
        return sum((line.discount for line in self.lines), ZERO)

    @property
    def goods(self) -> Decimal:
        """What is paid for the goods; points are earned on this."""
        return self.full - self.discount

    @property
    def total(self) -> Decimal:
        """What is paid."""
        return self.goods + self.delivery - self.delivery_discount


def bill_of(cart: Mapping[int, int], worth: Worth | None = None) -> Bill:
    """What a cart (products and pieces) comes to, with a code where there is one."""
    lines = [
        Line(product, min(pieces, MOST_PIECES))
        for id_, pieces in cart.items()
        if (product := BY_ID.get(id_)) and pieces > 0
    ]
    full = sum((line.full for line in lines), ZERO)
    if worth is not None and full < worth.minimum:
        worth = None
    off = spread(_taken_off(lines, worth), lines) if worth else [ZERO] * len(lines)
    lines = [
        Line(line.product, line.quantity, discount)
        for line, discount in zip(lines, off, strict=True)
    ]
    goods = full - sum(off, ZERO)
    delivery = ZERO if goods >= DELIVERED_FREE_FROM or not lines else DELIVERY
    free = worth is not None and worth.kind == "free_shipping"
    return Bill(lines, delivery, delivery if free else ZERO, worth)


def spread(amount: Decimal, lines: Sequence[Line]) -> list[Decimal]:
    """Split a discount among lines by what they cost, to the penny and with none left over."""
    full = sum((line.full for line in lines), ZERO)
    if not full:
        return [ZERO] * len(lines)
    exact = [amount * line.full / full for line in lines]
    shares = [share.quantize(_PENNY, ROUND_DOWN) for share in exact]
    missing = int((amount - sum(shares, ZERO)) / _PENNY)
    by_loss = sorted(range(len(lines)), key=lambda n: shares[n] - exact[n])
    for n in by_loss[:missing]:
        shares[n] += _PENNY
    return shares


def _taken_off(lines: Sequence[Line], worth: Worth) -> Decimal:
    full = sum((line.full for line in lines), ZERO)
    if worth.kind == "amount_off":
        return min(worth.amount, full)
    if worth.kind == "percent_off":
        return (full * worth.percent / 100).quantize(_PENNY, ROUND_HALF_UP)
    if worth.kind == "free_product":
        named = [it.product.price for it in lines if str(it.product.id) == worth.product]
        return max(named, default=ZERO)
    return ZERO
