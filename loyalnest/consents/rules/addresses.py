"""Under which form an address is the same address."""

import re

from loyalnest import customers
from loyalnest.consents.values import ADDRESS_AT_MOST, Channel

# What WhatsApp calls somebody who shows no number: a country, and what a business knows them by.
_SCOPED_ID = re.compile(r"[A-Z]{2}(?:\.ENT)?\.[A-Za-z0-9]{1,128}", re.ASCII)
_PUSH = re.compile(r"[\x21-\x7e]{1,320}", re.ASCII)


def normalise(channel: Channel, address: str) -> str | None:
    """The form under which an address is the same; None where it is none of this channel."""
    text = address.strip()
    if len(text) > ADDRESS_AT_MOST:
        return None
    if channel is Channel.EMAIL:
        return customers.normalise_email(text)
    if channel is Channel.PUSH:
        return text if _PUSH.fullmatch(text) else None
    number = text.removeprefix("whatsapp:") if channel is Channel.WHATSAPP else text
    if channel is Channel.WHATSAPP and _SCOPED_ID.fullmatch(number):
        return number
    return customers.normalise_phone(number)
