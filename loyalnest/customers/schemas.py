"""What customers look like on the wire."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, Protocol, cast
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from loyalnest.customers.values import WIRE_PREFIX, Customer
from loyalnest.kernel.ids import to_wire

WireId = Annotated[str, BeforeValidator(lambda id_: id_ and to_wire(WIRE_PREFIX, UUID(id_)))]
_ID = "cus_01890a5d7b3e7c4f8a1b2c3d4e5f6071"


class Holding(Protocol):
    """What a customer has in one unit, as whoever keeps the books says it."""

    @property
    def unit(self) -> str: ...
    @property
    def available(self) -> int: ...
    @property
    def pending(self) -> int: ...
    @property
    def debt(self) -> int: ...


class Coming(Protocol):
    """How often a customer comes, as whoever counts visits says it."""

    @property
    def visits(self) -> int: ...
    @property
    def first_at(self) -> datetime: ...
    @property
    def last_at(self) -> datetime: ...
    @property
    def gap_days(self) -> Decimal: ...
    @property
    def late_at(self) -> datetime: ...
    @property
    def lost_at(self) -> datetime: ...
    def standing(self, now: datetime) -> str:
        """Whether they are expected, late, or given up at an instant."""
        ...


class Group(NamedTuple):
    """A tier's key and a segment, where there are any; as a question, None is whichever."""

    tier: str | None = None
    segment: str | None = None


class AccountView(BaseModel):
    """A customer's balance in one unit: `available + pending - debt`."""

    unit: str = Field(description="The unit's code.", examples=["points"])
    available: int = Field(ge=0, description="Can be spent now.", examples=[320])
    pending: int = Field(ge=0, description="Earned, and held back for now.", examples=[0])
    debt: int = Field(ge=0, description="Owed; what comes in pays it first.", examples=[0])

    @classmethod
    def of(cls, held: Holding) -> "AccountView":
        return cls(unit=held.unit, available=held.available, pending=held.pending, debt=held.debt)


class FrequencyView(BaseModel):
    """How often a customer comes to the counter."""

    visits: int = Field(description="How often they came.", examples=[12])
    first_at: datetime
    last_at: datetime
    gap_days: float = Field(
        description="Their typical gap between two days they come on.", examples=[7.0]
    )
    late_at: datetime = Field(description="From when on they are late by their own rhythm.")
    lost_at: datetime = Field(description="From when on they are no longer expected.")
    standing: Literal["regular", "at_risk", "lost"] = Field(
        description="`at_risk` from `late_at` on, `lost` from `lost_at` on."
    )
    at_risk: bool = Field(description="Late by their own rhythm, and not lost yet.")

    @classmethod
    def of(cls, coming: Coming, now: datetime) -> "FrequencyView":
        """What is known of their visits, and where that puts them now."""
        standing = coming.standing(now)
        return cls(
            visits=coming.visits,
            first_at=coming.first_at,
            last_at=coming.last_at,
            gap_days=float(coming.gap_days),
            late_at=coming.late_at,
            lost_at=coming.lost_at,
            standing=cast(Any, str(standing)),
            at_risk=standing == "at_risk",
        )


class CustomerView(BaseModel):
    """A member of your program."""

    id: str = Field(examples=[_ID])
    email: str | None = Field(examples=["anna@example.com"])
    phone: str | None = Field(examples=["+442079460958"])
    name: str | None = Field(examples=["Anna Lee"])
    birthday: date | None
    locale: str | None = Field(examples=["en"])
    enrolled_at: datetime | None = Field(description="When they signed up; null if they never did.")
    merged_into: str | None = Field(description="Who this customer turned out to be.")
    erased_at: datetime | None = Field(description="When everything personal was removed.")
    created_at: datetime
    updated_at: datetime
    accounts: list[AccountView]
    tier: str | None = Field(description="The key of the tier that counts.", examples=["gold"])
    segment: str | None = Field(
        description="The RFM segment; null before the first order.", examples=["loyal"]
    )
    frequency: FrequencyView | None = Field(
        description="How often they come to the counter; null for who never did."
    )

    @classmethod
    def of(
        cls,
        customer: Customer,
        accounts: Sequence[Holding],
        group: Group,
        frequency: FrequencyView | None,
    ) -> "CustomerView":
        """The customer as the API shows it."""
        into = customer.merged_into
        return cls(
            id=to_wire(WIRE_PREFIX, customer.id),
            email=customer.email,
            phone=customer.phone,
            name=customer.name,
            birthday=customer.birthday,
            locale=customer.locale,
            enrolled_at=customer.enrolled_at,
            merged_into=to_wire(WIRE_PREFIX, into) if into else None,
            erased_at=customer.erased_at,
            created_at=customer.created_at,
            updated_at=customer.updated_at,
            accounts=list(map(AccountView.of, accounts)),
            tier=group.tier,
            segment=group.segment,
            frequency=frequency,
        )


class NewCustomer(BaseModel):
    """Somebody to take into the program. An e-mail or a verified phone says who it is."""

    model_config = ConfigDict(extra="forbid")

    email: str | None = Field(default=None, max_length=320, examples=["anna@example.com"])
    phone: str | None = Field(default=None, max_length=64, examples=["+442079460958"])
    phone_verified: bool = Field(
        default=False, description="You have made sure that the phone is theirs."
    )
    name: str | None = Field(default=None, max_length=1000, examples=["Anna Lee"])
    locale: str | None = Field(default=None, max_length=35, examples=["en"])
    birthday: date | None = None
    enrol: bool = Field(
        default=True, description="They signed up; false to only know them from now on."
    )


class CustomerChanges(BaseModel):
    """What to change; what is left out stays. null removes a name or a locale."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, max_length=1000)
    locale: str | None = Field(default=None, max_length=35)
    birthday: date | None = Field(
        default=None, description="Given once; afterwards only staff can correct it."
    )


class ExportedCustomer(BaseModel):
    """A customer as it is held, merged and erased ones too."""

    id: WireId = Field(examples=[_ID])
    email: str | None
    phone: str | None
    name: str | None
    birthday: date | None
    locale: str | None
    enrolled_at: datetime | None
    merged_into: WireId | None
    erased_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ExportedIdentity(BaseModel):
    """What a customer is recognised by."""

    kind: str = Field(description="`email`, `phone`, or the provider that gave the id.")
    value: str
    verified: bool
    since: datetime


class CustomerExport(BaseModel):
    """All that is known of a person, and of whoever was merged into them."""

    customers: list[ExportedCustomer]
    identities: list[ExportedIdentity]
    held: dict[str, Any] = Field(
        description="What else is held of them, by its kind: `consents`, `preferences`,"
        " `messages`, `journeys`, `privacy_requests` …"
    )


class ErasureRequest(BaseModel):
    """Says twice who is meant."""

    confirm: str = Field(description="The customer's id once more.", examples=[_ID])


class NotOnePerson(BaseModel):
    """A pair that was offered for merging and is two people."""

    customer_id: str = Field(examples=[_ID])
    other_id: str = Field(examples=[_ID])


class MergeCandidateView(BaseModel):
    """Two customers who may be one person: an identity of one was used by the other."""

    customer_id: str = Field(examples=[_ID])
    other_id: str = Field(examples=[_ID])


class CustomerSessionView(BaseModel):
    """What a customer's browser asks with, for a while."""

    customer_id: str = Field(description="Whose it is, after any merge.", examples=[_ID])
    token: str = Field(description="Send it as `Authorization: Bearer …`.", examples=["lnc_…"])
    expires_at: datetime
    scopes: list[str] = Field(examples=[["self:read", "self:redeem"]])


class CustomerLinkView(BaseModel):
    """What a link carries: whoever holds it comes in as the customer, once."""

    token: str = Field(examples=["lno_…"])
    expires_at: datetime


class CustomerLink(BaseModel):
    """What a link carried. In the body, so that no log ever holds it."""

    token: str = Field(max_length=200, examples=["lno_…"])
