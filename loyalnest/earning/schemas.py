"""What earning looks like on the wire."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loyalnest import ledger
from loyalnest.customers import WIRE_PREFIX
from loyalnest.earning.service import Deed
from loyalnest.kernel.ids import from_wire, to_wire

_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class EarnRequest(BaseModel):
    """Something a customer did."""

    model_config = ConfigDict(extra="forbid")

    customer_id: str = Field(examples=["cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    action_type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = Field(
        description="`purchase`, or an action of the program's settings.", examples=["review"]
    )
    order_id: _Name | None = Field(
        default=None, description="Your own name for the order; it earns once for an action."
    )
    amount: Annotated[Decimal, Field(ge=0, le=10**12, decimal_places=6)] | None = Field(
        default=None, description="What was spent, for a purchase.", examples=["12.50"]
    )
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = Field(
        default=None, description="ISO 4217; the merchant's own when left out."
    )
    locale: Annotated[str, Field(max_length=35)] | None = Field(
        default=None, description="The customer's language; not used yet for earning."
    )

    def deed(self, key: str) -> Deed:
        """The request as the use case takes it."""
        return Deed(
            customer_id=from_wire(WIRE_PREFIX, self.customer_id),
            action=self.action_type,
            key=key,
            order_id=self.order_id,
            amount=self.amount,
            currency=self.currency,
        )


class EarnedView(BaseModel):
    """What it earned."""

    transaction_id: str = Field(examples=["ent_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    points: int = Field(examples=[100])
    balance: int = Field(description="Available + pending - debt, once this was written.")

    @classmethod
    def of(cls, entry: ledger.Entry) -> "EarnedView":
        """The entry as the API shows it."""
        return cls(
            transaction_id=to_wire("ent", entry.id),
            points=entry.amount,
            balance=entry.balance_after,
        )
