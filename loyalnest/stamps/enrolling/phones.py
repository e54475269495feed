"""Which number somebody means who writes it as they write it at home. Pure."""

from collections.abc import Iterable, Sequence

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.core import get_global
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from loyalnest import customers

_LOCALES_AT_MOST = 5
_DIGITS_AT_LEAST = 8
"""Of a number in no range that is known to be in use: shorter ones are mistyped more often."""


def regions_of(time_zone: str, locales: Iterable[str]) -> Sequence[str]:
    """In which countries a number without a country code is looked for, the likeliest first.

    Where the shop's clock is set, then what its own and its guest's languages say of a country.
    """
    zone = get_global("zone_territories").get(time_zone)
    named = [it for it in map(_territory_of, locales) if it][:_LOCALES_AT_MOST]
    likely = [zone if isinstance(zone, str) else None, *named]
    return list(dict.fromkeys(it for it in likely if it in phonenumbers.SUPPORTED_REGIONS))


def phone_in(text: str, regions: Sequence[str]) -> str | None:
    """The number in E.164; None where it can't be one.

    A number that is in use in one of the countries counts before one that only has its length.
    """
    possible: str | None = None
    for region in regions or (None,):
        phone = customers.normalise_phone(text, region)
        if phone is None:
            continue
        number = phonenumbers.parse(phone)
        if phonenumbers.is_valid_number(number):
            return phone
        if len(phonenumbers.national_significant_number(number)) >= _DIGITS_AT_LEAST:
            possible = possible or phone
    return possible


def example_of(regions: Sequence[str]) -> str:
    """A number of a mobile phone, written so that nobody can take it for another country's."""
    region = next(iter(regions), "GB")
    kind = PhoneNumberType.MOBILE
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None, "every region has mobile phones"
    return phonenumbers.format_number(example, PhoneNumberFormat.INTERNATIONAL)


def shown(phone: str) -> str:
    """A number in E.164 as people read it."""
    number = phonenumbers.parse(phone)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _territory_of(tag: str) -> str | None:
    try:
        return Locale.parse(tag, sep="-").territory
    except (ValueError, UnknownLocaleError):
        return None
