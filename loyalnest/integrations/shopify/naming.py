"""What an order names that may be ours: codes, who sent its buyer, and whom the buyer may be."""

from collections.abc import Mapping

from loyalnest.integrations.shopify import payloads
from loyalnest.kernel.networks import read_address
from loyalnest.referrals import Mark

REFERRAL_ATTRIBUTE = "loyalnest_ref"
"""The cart's attribute in which a shop's pages note the code of whoever sent a visitor."""

_CODE_LENGTH, _CODES_AT_MOST = 255, 25
_PART_LENGTH = 200


def codes_of(body: payloads.OrderBody) -> tuple[str, ...]:
    """The codes that were typed in, each once; most are none of ours."""
    told = [it.code for it in body.discount_codes or () if it.code and len(it.code) <= _CODE_LENGTH]
    return tuple(dict.fromkeys(told))[:_CODES_AT_MOST]


def referral_code_of(body: payloads.OrderBody) -> str | None:
    """Who sent the buyer, as the shop's pages noted it of the cart."""
    for it in body.note_attributes or ():
        if it.name == REFERRAL_ATTRIBUTE and isinstance(it.value, str):
            code = it.value.strip()
            return code if 0 < len(code) <= _CODE_LENGTH else None
    return None


def marks_of(body: payloads.OrderBody) -> Mapping[Mark, str]:
    """What somebody may share with the buyer who is the buyer by another name.

    Where the order goes, and from which address of the internet it came; of a machine's own network
    that is everybody's.
    """
    found: dict[Mark, str] = {}
    if place := _place(body.shipping_address):
        found[Mark.ADDRESS] = place
    address = read_address(body.browser_ip or "")
    if address is not None and address.is_global:
        found[Mark.IP] = str(address)
    return found


def _place(told: payloads.Address | None) -> str | None:
    """A postal address in one line; None where the street or the place is missing."""
    if told is None or not told.address1 or not (told.zip or told.city):
        return None
    parts = (told.address1, told.address2, told.zip, told.city, told.country_code)
    return " ".join(part[:_PART_LENGTH] for part in parts if part)
