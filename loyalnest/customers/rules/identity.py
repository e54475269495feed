"""What an address normalises to, and whom a batch of contacts belongs to."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from loyalnest.customers.values import (
    ANYWHERE,
    EMAIL,
    PHONE,
    Claim,
    Contact,
    CustomerId,
    IdentityKey,
    Recognised,
    Settlement,
)
from loyalnest.kernel.crypto import KeyRing

MAX_NAME = 255
MAX_EMAIL = 254
MAX_PHONE = 64
MAX_LOCALE = 35
MAX_EXTERNAL_ID = 255

# PostgreSQL keeps neither of them in a text, and UTF-8 has no form for the second.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

# Addresses about which the library has no question: their normal form is their lower case. Nearly
# every order carries one of these, and the library takes a hundred times as long over it.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63})",
    re.ASCII,
)
_SPECIAL_ENDINGS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)


def clean_text(text: str | None, limit: int) -> str | None:
    """A text that can be stored: trimmed, cut to `limit` characters; None when nothing is left."""
    if text is None:
        return None
    return _UNSTORABLE.sub("\ufffd", text).strip()[:limit].rstrip() or None


def normalise_email(text: str | None) -> str | None:
    """The form under which an address is the same address; None when it is none.

    Upper and lower case are one person's mailbox everywhere that matters, though the standard
    leaves the local part to its host. Nothing is asked of a network.
    """
    if text is None:
        return None
    address = text.strip()
    if not address or len(address) > MAX_EMAIL:
        return None
    lower = address.lower()
    if address.isascii():
        plain = _PLAIN_EMAIL.fullmatch(lower)
        if plain and plain[1] not in _SPECIAL_ENDINGS and "--" not in lower:
            return lower
    return _normalise_unusual(address)


def _normalise_unusual(address: str) -> str | None:
    try:
        # `.test` belongs to nobody and is what people try a shop out with.
        valid = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return unicodedata.normalize("NFC", valid.normalized.lower())


def normalise_phone(text: str | None, region: str | None = None) -> str | None:
    """A phone number in E.164 (`+4930123456`); None when it can't be one.

    `region` is the country (`DE`) that a number without a country code is read in. A number whose
    length fits its country counts: which ranges are in use changes faster than any list of them.
    """
    if not text or len(text) > MAX_PHONE:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read(contact: Contact, ring: KeyRing) -> Claim:
    """Keep what is worth keeping of a contact, and hash what it claims to be."""
    email = normalise_email(contact.email)
    phone = normalise_phone(contact.phone)
    identities: list[tuple[IdentityKey, ...]] = []
    if key := provider_key(contact):
        identities.append((key,))
    if email:
        identities.append(blind_keys(ring, contact, EMAIL, email))
    if phone and contact.phone_verified:
        identities.append(blind_keys(ring, contact, PHONE, phone))
    return Claim(
        contact=contact,
        email=email or clean_text(contact.email, MAX_EMAIL),
        phone=phone or clean_text(contact.phone, MAX_PHONE),
        name=clean_text(contact.name, MAX_NAME),
        locale=clean_text(contact.locale, MAX_LOCALE),
        identities=tuple(identities),
    )


def provider_key(contact: Contact) -> IdentityKey | None:
    """The identity that a provider's id gives in one store.

    An id that can't be kept as it came is none: mended or cut it might be somebody else's.
    """
    id_ = contact.external_id
    if not (contact.provider and contact.store_id and id_):
        return None
    if len(id_) > MAX_EXTERNAL_ID or _UNSTORABLE.search(id_):
        return None
    return (contact.merchant_id, contact.provider, contact.store_id, id_.encode())


def blind_keys(ring: KeyRing, contact: Contact, kind: str, value: str) -> tuple[IdentityKey, ...]:
    """The identities that a normalised e-mail or phone gives, one for each index key."""
    hashes = ring.blind_all(contact.merchant_id, kind, value)
    return tuple((contact.merchant_id, kind, ANYWHERE, hash_) for hash_ in hashes)


def settle(
    claims: Sequence[Claim],
    known: Mapping[IdentityKey, Recognised],
    new_id: Callable[[], CustomerId],
) -> Settlement:
    """Decide whom each claim belongs to.

    The first identity that is known decides. What is claimed and free becomes that customer's;
    what is another's stays another's, and the pair is noted. A claim on nothing is nobody's.
    Claims see what those before them have settled, so one person twice in a batch is one customer.
    """
    holders = dict(known)
    result = Settlement(people=[], created=[], attached=[], clashes=set())
    for claim in claims:
        found = [_holder(holders, keys) for keys in claim.identities]
        person = next((holder for holder in found if holder), None)
        if person is None and claim.identities:
            fresh = new_id()
            person = Recognised(fresh, came_as=fresh)
            result.created.append((fresh, claim))
        result.people.append(person)
        if person is None:
            continue
        owner = person.customer_id
        for keys, holder in zip(claim.identities, found, strict=True):
            if holder is None:
                holders.update(dict.fromkeys(keys, Recognised(owner, came_as=owner)))
                result.attached.append((owner, claim, keys))
            elif holder.customer_id != owner:
                pair = sorted((owner, holder.customer_id))
                result.clashes.add((claim.contact.merchant_id, pair[0], pair[1]))
    return result


def _holder(
    holders: Mapping[IdentityKey, Recognised], keys: Sequence[IdentityKey]
) -> Recognised | None:
    return next((holders[key] for key in keys if key in holders), None)
