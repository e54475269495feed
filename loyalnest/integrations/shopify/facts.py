"""What a Shopify delivery can say. Most of it is said in the words of the module it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from loyalnest import consents, privacy, referrals
from loyalnest.customers import AccountRef, Profile
from loyalnest.orders import Facts


@dataclass(frozen=True, slots=True)
class Nothing:
    """It says nothing that counts: a test order, a merge that failed."""


@dataclass(frozen=True, slots=True)
class Bought:
    """An order that names what may be ours: codes it was paid with, or who sent its buyer."""

    facts: Facts
    codes: tuple[str, ...] = ()
    """As they were typed in. Most codes of a shop are its own."""
    referral_code: str | None = None
    marks: Mapping[referrals.Mark, str] = field(default_factory=dict[referrals.Mark, str])
    """Of a buyer who names who sent them: what others may have in common with them, in clear."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a customer has said to the shop about one channel."""

    account: AccountRef
    channel: consents.Channel
    state: consents.State
    at: datetime
    level: str | None
    """How sure the shop is of it (`confirmed_opt_in`)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a shop says of a customer, who has said something about being written to."""

    words: tuple[Word, ...]
    profile: Profile | None = None
    """None where it tells of nothing else."""


@dataclass(frozen=True, slots=True)
class AccountsMerged:
    """The shop made two of its customers one."""

    kept: AccountRef
    merged: AccountRef


@dataclass(frozen=True, slots=True)
class AccountDeleted:
    """The shop deleted a customer, which it does only for one without orders."""

    account: AccountRef


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody has asked the shop about their data."""

    account: AccountRef
    kind: privacy.Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Uninstalled:
    """The shop has removed the app."""


Fact: TypeAlias = (
    Facts
    | Bought
    | Profile
    | Told
    | AccountsMerged
    | AccountDeleted
    | Asked
    | Uninstalled
    | Nothing
)
