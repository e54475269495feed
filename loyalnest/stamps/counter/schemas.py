"""What devices, clerks and what waits look like on the wire, for owner and manager."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from loyalnest import merchants
from loyalnest.kernel.http import Instant
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps.counter.pairing import way_in
from loyalnest.stamps.counter.values import (
    ALERT,
    CLERK,
    INTENT,
    STAMPER,
    Alert,
    AlertKind,
    Clerk,
    ClerkState,
    Held,
    IntentKind,
    Opening,
    Place,
    Policy,
    Stamper,
    StamperState,
)
from loyalnest.stamps.numbers import shown
from loyalnest.stamps.values import CARD, CardState

_Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"),
]


def _digits(pin: SecretStr) -> SecretStr:
    if not _PIN.fullmatch(pin.get_secret_value()):
        raise ValueError("give 4 to 8 digits")
    return pin


_PIN = re.compile(r"[0-9]{4,8}")
Pin = Annotated[SecretStr, AfterValidator(_digits), Field(description="4 to 8 digits.")]


class _Input(BaseModel):
    """A request's body: closed, so that a misspelt field is noticed."""

    model_config = ConfigDict(extra="forbid")


class NewStamper(_Input):
    """A device that is to stamp."""

    name: _Label = Field(examples=["Till by the door"])
    store_id: str | None = Field(default=None, max_length=60, description="Where it stands.")


class StamperView(BaseModel):
    """A device."""

    id: str = Field(examples=["spr_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    name: str
    store_id: str | None
    store_name: str | None
    state: StamperState
    device: str | None = Field(description="What it says it is; null until it is paired.")
    created_at: datetime
    paired_at: datetime | None
    last_seen_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None
    lost_at: datetime | None

    @classmethod
    def of(cls, it: Stamper, stores: Mapping[UUID, merchants.Store]) -> "StamperView":
        """The device as the API shows it."""
        store = stores.get(it.store_id) if it.store_id else None
        return cls(
            id=to_wire(STAMPER, it.id),
            name=it.name,
            store_id=to_wire("sto", it.store_id) if it.store_id else None,
            store_name=store.name if store else None,
            state=it.state,
            device=it.device,
            created_at=it.created_at,
            paired_at=it.paired_at,
            last_seen_at=it.last_seen_at,
            revoked_at=it.revoked_at,
            lost_at=it.lost_at,
        )


class PairingQr(BaseModel):
    """The address as a QR: its dark modules, without the white around it."""

    side: int = Field(description="How many modules a side.")
    path: str = Field(description="As the path of an SVG, a unit a module.")


class PairingOffer(BaseModel):
    """A device and the code that pairs it. Nobody can show the code again."""

    stamper: StamperView
    pairing_code: str = Field(examples=["7K3M-9QX2"])
    expires_at: datetime
    address: str = Field(description="Opened on the device, it knows the code.")
    qr: PairingQr

    @classmethod
    def of(
        cls, it: Stamper, code: str, stores: Mapping[UUID, merchants.Store], installation: str
    ) -> "PairingOffer":
        """The offer as the API shows it, once."""
        assert it.pairing_expires_at is not None
        way = way_in(installation, code)
        return cls(
            stamper=StamperView.of(it, stores),
            pairing_code=f"{code[:4]}-{code[4:]}",
            expires_at=it.pairing_expires_at,
            address=way.address,
            qr=PairingQr(side=way.side, path=way.path),
        )


class StamperEnd(_Input):
    """Cutting a device off."""

    lost_at: Instant | None = Field(
        default=None, description="Since when nobody knows who has it, where it is lost."
    )


class NewClerk(_Input):
    """Somebody who is to stamp."""

    name: _Label = Field(examples=["Mia"])
    pin: Pin


class ClerkChange(_Input):
    """What is to be different about somebody; what is left out stays."""

    name: _Label | None = None
    pin: Pin | None = None
    state: ClerkState | None = None


class ClerkView(BaseModel):
    """Somebody who stamps."""

    id: str = Field(examples=["clk_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    name: str
    state: ClerkState
    locked_until: datetime | None = Field(description="After too many wrong PINs.")
    created_at: datetime

    @classmethod
    def of(cls, it: Clerk) -> "ClerkView":
        """The clerk as the API shows them, without the PIN."""
        return cls(
            id=to_wire(CLERK, it.id),
            name=it.name,
            state=it.state,
            locked_until=it.locked_until,
            created_at=it.created_at,
        )


class OfflinePolicy(_Input):
    """What devices may do without a network."""

    offline_hours: int = Field(ge=0, le=720, description="What is older waits for the owner.")
    offline_stamps: int = Field(ge=1, le=100, description="On one card within those hours.")

    @classmethod
    def of(cls, it: Policy) -> "OfflinePolicy":
        """The policy as the API shows it."""
        return cls(offline_hours=it.offline_hours, offline_stamps=it.offline_stamps)


class OpeningHours(_Input):
    """From when until when a store is open on a weekday, by the merchant's clock."""

    weekday: int = Field(ge=0, le=6, description="0 is Monday.")
    opens: time
    closes: time = Field(description="The next morning where it is earlier.")


class PlaceSettings(_Input):
    """Where a store is and when it is open, as far as devices are held to it."""

    hours: list[OpeningHours] | None = Field(
        default=None, max_length=21, description="Null: nobody minds."
    )
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)

    @model_validator(mode="after")
    def _whole(self) -> "PlaceSettings":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("give both degrees, or neither")
        return self

    @property
    def openings(self) -> list[Opening] | None:
        """The hours as the rules read them."""
        if self.hours is None:
            return None
        return [Opening(it.weekday, it.opens, it.closes) for it in self.hours]


class PlaceView(PlaceSettings):
    """A store, with what was said about it."""

    store_id: str
    store_name: str

    @classmethod
    def of(cls, store: merchants.Store, it: Place | None) -> "PlaceView":
        """The store as the API shows it."""
        hours = it.hours if it else None
        return cls(
            store_id=to_wire("sto", store.id),
            store_name=store.name,
            hours=None
            if hours is None
            else [
                OpeningHours(weekday=each.weekday, opens=each.opens, closes=each.closes)
                for each in hours
            ],
            latitude=it.latitude if it else None,
            longitude=it.longitude if it else None,
        )


class CounterSettings(BaseModel):
    """What devices are held to."""

    policy: OfflinePolicy
    places: list[PlaceView]


class CounterNames(BaseModel):
    """Whom and what something at the counter is about, as people call it."""

    card_id: str | None
    card_number: str | None
    customer_name: str | None
    program: str | None
    clerk: str | None
    stamper: str | None


class HeldIntent(BaseModel):
    """What a device wished and the owner has yet to decide."""

    id: str = Field(examples=["int_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    kind: IntentKind
    count: int | None
    happened_at: datetime
    received_at: datetime
    reason: str = Field(examples=["TOO_OLD"])
    detail: str
    about: CounterNames


class OddAlert(BaseModel):
    """Something that looks odd."""

    id: str = Field(examples=["alr_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    kind: AlertKind
    state: str = Field(description="`open` until somebody has seen it, then `seen`.")
    count: int
    first_at: datetime
    last_at: datetime
    seen_at: datetime | None
    seen_by: str | None
    about: CounterNames


class Naming:
    """What ids are called, looked up once for a whole list."""

    def __init__(
        self,
        cards: Mapping[UUID, CardState],
        customer_names: Mapping[UUID, str | None],
        clerks: Mapping[UUID, Clerk],
        stampers: Mapping[UUID, Stamper],
    ):
        self._cards = cards
        self._customers = customer_names
        self._clerks = clerks
        self._stampers = stampers

    def held(self, it: Held) -> HeldIntent:
        """What waits, as the API shows it."""
        return HeldIntent(
            id=to_wire(INTENT, it.id),
            kind=it.kind,
            count=it.count,
            happened_at=it.happened_at,
            received_at=it.received_at,
            reason=it.reason,
            detail=it.detail,
            about=self._names(it.card_id, it.clerk_id, it.stamper_id),
        )

    def alert(self, it: Alert) -> OddAlert:
        """What is odd, as the API shows it."""
        return OddAlert(
            id=to_wire(ALERT, it.id),
            kind=it.kind,
            state="open" if it.seen_at is None else "seen",
            count=it.count,
            first_at=it.first_at,
            last_at=it.last_at,
            seen_at=it.seen_at,
            seen_by=it.seen_by,
            about=self._names(it.card_id, it.clerk_id, it.stamper_id),
        )

    def _names(
        self, card_id: UUID | None, clerk_id: UUID | None, stamper_id: UUID | None
    ) -> CounterNames:
        state = self._cards.get(card_id) if card_id else None
        clerk = self._clerks.get(clerk_id) if clerk_id else None
        stamper = self._stampers.get(stamper_id) if stamper_id else None
        return CounterNames(
            card_id=to_wire(CARD, card_id) if card_id else None,
            card_number=shown(state.card.number) if state else None,
            customer_name=self._customers.get(state.card.customer_id) if state else None,
            program=state.terms.name if state else None,
            clerk=clerk.name if clerk else None,
            stamper=stamper.name if stamper else None,
        )
