"""Currencies by their ISO 4217 code, and how finely each is divided."""

from collections.abc import Mapping

from iso4217 import Currency

_MINOR_UNITS: Mapping[str, int] = {
    currency.code: currency.exponent for currency in Currency if currency.exponent is not None
}


def is_currency(code: str) -> bool:
    """Whether this is the code of money that people pay with (`EUR`; not gold, not `XXX`)."""
    return code in _MINOR_UNITS


def minor_units(code: str) -> int:
    """How many decimals an amount has: 2 for EUR, 0 for JPY, 3 for KWD. Raises KeyError."""
    return _MINOR_UNITS[code]
