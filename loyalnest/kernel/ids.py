"""Ids: UUIDv7 inside, prefixed on the wire (`cus_01890a5d…`)."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7

from loyalnest.kernel.errors import NotFound


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562): unique, and sorted by the time it was made."""
    return _uuid7()


def made_at(value: UUID) -> datetime:
    """When an id was made, to the millisecond."""
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC)


def first_at(instant: datetime) -> UUID:
    """What every id that is made from this millisecond on is greater than, and none before it."""
    return UUID(int=int(instant.timestamp() * 1000) << 80)


def to_wire(prefix: str, value: UUID) -> str:
    """`cus` and a UUID become `cus_` and its 32 hex digits."""
    return f"{prefix}_{value.hex}"


def from_wire(prefix: str, text: str) -> UUID:
    """Read an id as the API writes it. Raises NotFound: a malformed id names nothing."""
    head, _, digits = text.partition("_")
    if head != prefix or len(digits) != 32:
        raise NotFound
    try:
        return UUID(hex=digits)
    except ValueError:
        raise NotFound from None
