"""What a merchant's particulars must look like."""

import re
from zoneinfo import available_timezones

from loyalnest.kernel import currencies
from loyalnest.merchants.errors import (
    CurrencyUnknown,
    HandleInvalid,
    NameMissing,
    TimeZoneUnknown,
)

_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TIME_ZONES = frozenset(available_timezones())


def check_particulars(*, handle: str, name: str, currency: str, time_zone: str) -> None:
    """Raises HandleInvalid, NameMissing, CurrencyUnknown, TimeZoneUnknown."""
    if not _HANDLE.fullmatch(handle):
        raise HandleInvalid
    check_name(name)
    if not currencies.is_currency(currency):
        raise CurrencyUnknown
    if time_zone not in _TIME_ZONES:
        raise TimeZoneUnknown


def check_name(name: str) -> None:
    """Raises NameMissing."""
    if not 1 <= len(name.strip()) <= 200 or "\0" in name:
        raise NameMissing


def normalised_domain(domain: str) -> str:
    """A domain as it is looked up: without blanks, a dot at the end or capital letters."""
    return domain.strip().rstrip(".").lower()
