"""What orders look like on the wire. Amounts are decimal strings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from loyalnest import ledger
from loyalnest.kernel.http import Instant
from loyalnest.kernel.ids import to_wire
from loyalnest.merchants import Currency
from loyalnest.orders.rates import ExchangeRate
from loyalnest.orders.values import Line, Order, Refund


class LineView(BaseModel):
    """One line; money is the whole line's, after discounts and without tax."""

    id: str
    product: str | None
    variant: str | None
    quantity: int
    current_quantity: int = Field(description="Units left after edits and refunds.")
    net: Decimal
    tax: Decimal
    discount: Decimal
    gift_card: bool

    @classmethod
    def of(cls, line: Line) -> "LineView":
        """The line as the API shows it."""
        return cls(
            id=line.id,
            product=line.product,
            variant=line.variant,
            quantity=line.quantity,
            current_quantity=line.current_quantity,
            net=line.net,
            tax=line.tax,
            discount=line.discount,
            gift_card=line.gift_card,
        )


class RefundView(BaseModel):
    """What was given back at one time."""

    id: str = Field(description="The shop's own id.")
    occurred_at: datetime
    effective: bool = Field(description="False while its money has not moved.")
    lines: dict[str, int] = Field(description="Units by line.")
    amount: Decimal = Field(description="Money for goods: without shipping and stated tax.")
    shipping: Decimal

    @classmethod
    def of(cls, refund: Refund) -> "RefundView":
        """The refund as the API shows it."""
        return cls(
            id=refund.id,
            occurred_at=refund.occurred_at,
            effective=refund.effective,
            lines=refund.lines,
            amount=refund.amount,
            shipping=refund.shipping,
        )


class OrderView(BaseModel):
    """A purchase. What its shop has not told yet is null."""

    id: str = Field(examples=["ord_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    store_id: str
    external_id: str = Field(description="The shop's own id.")
    customer_id: str | None
    number: str | None
    channel: str | None
    currency: str | None
    total: Decimal | None
    spend: Decimal | None = Field(description="Goods after discounts, without tax or gift cards.")
    rate: Decimal | None = Field(
        description="What a unit of its currency was worth in the merchant's own that day. Null:"
        " it is the merchant's own, or nobody has said."
    )
    placed_at: datetime | None = Field(description="Null: the shop has told of no order yet.")
    paid_at: datetime | None
    fulfilled_at: datetime | None
    cancelled_at: datetime | None = Field(description="When it was cancelled or deleted.")
    lines: list[LineView]
    refunds: list[RefundView]

    @classmethod
    def of(cls, order: Order) -> "OrderView":
        """The order as the API shows it."""
        return cls(**_shown(order))


class NewRate(BaseModel):
    """What a currency is worth from an instant on."""

    model_config = ConfigDict(extra="forbid")

    currency: Currency = Field(examples=["USD"])
    rate: Decimal = Field(
        gt=0,
        le=10**9,
        max_digits=20,
        decimal_places=10,
        description="What one unit of it is worth in the merchant's own currency.",
        examples=["0.92"],
    )
    effective_from: Instant | None = Field(default=None, description="Now, if left out.")
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class RateView(BaseModel):
    """What a currency is worth in the merchant's own, from an instant on."""

    currency: str
    rate: Decimal
    effective_from: datetime
    source: str
    created_by: str
    recorded_at: datetime

    @classmethod
    def of(cls, it: ExchangeRate) -> "RateView":
        """The rate as the API shows it."""
        return cls(
            currency=it.currency,
            rate=it.rate,
            effective_from=it.effective_from,
            source=it.source,
            created_by=it.created_by,
            recorded_at=it.recorded_at,
        )


class StepView(BaseModel):
    """One entry that the order caused, and the figures behind it."""

    id: str = Field(examples=["ent_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    kind: str
    amount: int
    occurred_at: datetime
    recorded_at: datetime
    program_version: int | None
    basis: Mapping[str, Any] | None = Field(
        description="Of an earning: spend, rate, and `parts`, each line's id, spend and points. "
        "Of what was taken back: what the order had earned, and what of it is taken back by now."
    )

    @classmethod
    def of(cls, entry: ledger.Entry) -> "StepView":
        """The entry as the API shows it."""
        return cls(
            id=to_wire("ent", entry.id),
            kind=entry.kind,
            amount=entry.amount,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            program_version=entry.program_version,
            basis=entry.basis,
        )


class ExplainedOrderView(OrderView):
    """A purchase with everything it did to the books."""

    points: int = Field(description="What it has earned, less what was taken back.")
    entries: list[StepView]

    @classmethod
    def explained(cls, order: Order, entries: Sequence[ledger.Entry]) -> "ExplainedOrderView":
        """The order and its entries, oldest first."""
        return cls(
            **_shown(order),
            points=sum(entry.amount for entry in entries if entry.kind in ("earn", "refund")),
            entries=[StepView.of(entry) for entry in entries],
        )


def _shown(order: Order) -> dict[str, Any]:
    facts, snapshot = order.facts, order.facts.snapshot
    return {
        "id": to_wire("ord", order.id),
        "store_id": to_wire("sto", facts.store_id),
        "external_id": facts.external_id,
        "customer_id": to_wire("cus", order.customer_id) if order.customer_id else None,
        "number": snapshot and snapshot.number,
        "channel": snapshot and snapshot.channel,
        "currency": snapshot and snapshot.currency,
        "total": snapshot and snapshot.total,
        "spend": snapshot and snapshot.spend,
        "rate": order.rate,
        "placed_at": snapshot and snapshot.placed_at,
        "paid_at": facts.paid_at,
        "fulfilled_at": facts.fulfilled_at,
        "cancelled_at": facts.gone_at,
        "lines": [LineView.of(line) for line in snapshot.lines] if snapshot else [],
        "refunds": [RefundView.of(refund) for refund in facts.refunds],
    }
