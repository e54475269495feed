"""What consents, preferences and suppressions look like on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from loyalnest.consents.values import (
    ADDRESS_AT_MOST,
    CONSENT,
    PLACE_AT_MOST,
    SUPPRESSION,
    WORDS_AT_MOST,
    Channel,
    Consent,
    ConsentSettings,
    Preferences,
    Proof,
    Purpose,
    QuietHours,
    Reason,
    SettingsVersion,
    Standing,
    State,
    Suppression,
    Way,
)
from loyalnest.kernel.http import Instant, ReadVersion
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.writing import shows_something

_CLOSED = ConfigDict(extra="forbid")


def _readable(words: str) -> str:
    words = words.strip()
    if "\0" in words or not shows_something(words):
        raise ValueError("write something that can be read")
    return words


Words = Annotated[str, Field(max_length=WORDS_AT_MOST), AfterValidator(_readable)]
Place = Annotated[str, Field(max_length=PLACE_AT_MOST), AfterValidator(_readable)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
OnChannel = Annotated[
    Channel | None,
    Field(description="For `transactional` and `outreach`; the other purposes have no channels."),
]
SaidBy = Literal[Way.FORM, Way.CHECKOUT, Way.IMPORT, Way.STAFF]


class AgreedView(BaseModel):
    """What counts for one purpose, on one channel where it has channels."""

    purpose: Purpose
    channel: Channel | None
    allowed: bool = Field(description="As far as consent goes.")
    state: State | None = Field(description="Null: nothing was ever said.")
    at: datetime | None = Field(description="When it was said.")

    @classmethod
    def of(cls, it: Standing) -> "AgreedView":
        return cls(
            purpose=it.purpose, channel=it.channel, allowed=it.allowed, state=it.state, at=it.at
        )


class ConsentView(BaseModel):
    """One thing that a customer said, with its proof."""

    id: str = Field(examples=["cns_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    purpose: Purpose
    channel: Channel | None
    state: State
    at: datetime = Field(description="When it was said.")
    recorded_at: datetime = Field(description="When it was written down here.")
    way: Way
    by: str = Field(description="Who told us.")
    words: str | None = Field(description="What was agreed to, as it stood beside the box.")
    language: str | None
    place: str | None
    network: str | None = Field(description="From where, told roughly.")

    @classmethod
    def of(cls, it: Consent) -> "ConsentView":
        said, proof = it.said, it.said.proof
        return cls(
            id=to_wire(CONSENT, it.id),
            purpose=said.purpose,
            channel=said.channel,
            state=said.state,
            at=said.at,
            recorded_at=it.recorded_at,
            way=proof.way,
            by=proof.by,
            words=proof.words,
            language=proof.language,
            place=proof.place,
            network=proof.network,
        )


class ConsentsView(BaseModel):
    """What counts now, and everything that was said, the latest told first."""

    now: list[AgreedView]
    history: list[ConsentView] = Field(description="The last 500 lines.")


class OwnConsentsView(BaseModel):
    """What counts now for you."""

    now: list[AgreedView]


class NewConsent(BaseModel):
    """What a customer said elsewhere: on paper, on a form of yours, at another program."""

    model_config = _CLOSED

    purpose: Purpose
    channel: OnChannel = None
    granted: bool
    way: SaidBy = Field(default=Way.STAFF, description="How it came to you.")
    words: Words | None = Field(
        default=None, description="What they agreed to. A yes to `outreach` needs it."
    )
    language: Language | None = None
    place: Place | None = Field(default=None, description="Where: a page, a shop, a counter.")
    at: Instant | None = Field(
        default=None, description="When they said it; null: now. What was said later counts."
    )

    def proof(self, *, by: str, network: str | None) -> Proof:
        """How it is known."""
        return Proof(self.way, by, self.words, self.language, self.place, network)


class RecordedView(ConsentView):
    """What was written down."""

    confirmation_link: str | None = Field(
        description="Where it waits for a second yes: the link, below this installation's address,"
        " that the customer is to be sent. Good for a week."
    )


class OwnConsent(BaseModel):
    """What you agree to, or no longer."""

    model_config = _CLOSED

    purpose: Purpose
    channel: OnChannel = None
    granted: bool
    words: Words | None = Field(
        default=None, description="What stood beside the box. A yes to `outreach` needs it."
    )
    language: Language | None = None


class PreferencesBody(BaseModel):
    """How somebody wants to be written to. Null, and an empty list: as the merchant does."""

    model_config = _CLOSED

    language: str | None = Field(default=None, max_length=35, examples=["de"])
    channels: list[Channel] = Field(
        default_factory=list[Channel], max_length=len(Channel), description="The dearest first."
    )
    quiet_hours: QuietHours | None = None
    time_zone: str | None = Field(default=None, max_length=64, examples=["Europe/Berlin"])

    @classmethod
    def of(cls, it: Preferences) -> "PreferencesBody":
        return cls(
            language=it.language,
            channels=list(it.channels),
            quiet_hours=it.quiet_hours,
            time_zone=it.time_zone,
        )

    def meant(self) -> Preferences:
        """In the words of the domain."""
        return Preferences(
            self.language, tuple(self.channels), self.quiet_hours, self.time_zone or None
        )


class SuppressionView(BaseModel):
    """An address that gets nothing, and why."""

    id: str = Field(examples=["sup_01890a5d7b3e7c4f8a1b2c3d4e5f6071"])
    channel: Channel
    address: str | None = Field(description="Null once whose it was has been forgotten.")
    reason: Reason
    since: datetime
    by: str
    liftable: bool = Field(
        description="Whether you may lift it. Where somebody said no themselves only a new consent"
        " of theirs does."
    )

    @classmethod
    def of(cls, it: Suppression) -> "SuppressionView":
        return cls(
            id=to_wire(SUPPRESSION, it.id),
            channel=it.channel,
            address=it.address,
            reason=it.reason,
            since=it.since,
            by=it.by,
            liftable=not it.reason.said_no,
        )


class NewSuppression(BaseModel):
    """An address that is to get nothing."""

    model_config = _CLOSED

    channel: Channel
    address: str = Field(min_length=1, max_length=ADDRESS_AT_MOST)
    reason: Reason = Reason.UNSUBSCRIBED


class ConsentSettingsView(BaseModel):
    """How the merchant asks, and when it keeps quiet."""

    version: int = Field(description="0: nobody has changed anything.")
    settings: ConsentSettings

    @classmethod
    def of(cls, it: SettingsVersion) -> "ConsentSettingsView":
        return cls(version=it.version, settings=it.settings)


class ConsentSettingsChange(BaseModel):
    """The settings as they should be from now on."""

    model_config = _CLOSED

    version: ReadVersion = None
    settings: ConsentSettings
