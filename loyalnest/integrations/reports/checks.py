"""What verifying needs again and again."""

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from loyalnest.integrations.reports.errors import ReportNotUnderstood
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.ids import from_wire
from loyalnest.messaging import WIRE_PREFIX, MessageId

_PORTS = {"https": 443, "http": 80}
_FIELDS_AT_MOST = 1000


def is_same(given: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing; an empty one never is."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def fields_of(body: bytes) -> list[tuple[str, str]]:
    """A form's fields, blank ones too. Raises ReportNotUnderstood."""
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS_AT_MOST)
    except ValueError:
        raise ReportNotUnderstood from None


def json_of(body: bytes | str) -> Mapping[str, Any]:
    """A body that is a JSON object. Raises ReportNotUnderstood."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise ReportNotUnderstood from None
    if not isinstance(found, dict):
        raise ReportNotUnderstood
    return cast(Mapping[str, Any], found)


def signed_url(url: str) -> Iterator[str]:
    """The forms in which a vendor may have signed an address: with its port and without."""
    yield url
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = parts.port or _PORTS.get(parts.scheme, 443)
    bare, full = parts._replace(netloc=host), parts._replace(netloc=f"{host}:{port}")
    yield urlunsplit(bare)
    yield urlunsplit(full)


def instant_of(seconds: Any, received_at: datetime) -> datetime:
    """An instant that a vendor gives in seconds; never later than it was told."""
    try:
        return min(datetime.fromtimestamp(int(seconds), UTC), received_at)
    except (TypeError, ValueError, OverflowError, OSError):
        return received_at


def message_named(name: Any) -> MessageId | None:
    """Our message of this name; None where a vendor gave back something else, or nothing."""
    try:
        return from_wire(WIRE_PREFIX, name) if isinstance(name, str) else None
    except DomainError:
        return None
