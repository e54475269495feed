"""A form as it comes back: what was written, and that it is one of ours, sent once."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.requests import ClientDisconnect, Request

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.errors import TooLarge
from loyalnest.kernel.ids import new_id
from loyalnest.stamps import enrolling

GOOD_FOR = timedelta(hours=2)
TRAP = "website"
"""A field that nobody sees; what fills it in is no guest."""
_PURPOSE = "enrolment forms"
_MAC_BYTES = 16
_BODY_AT_MOST = 8_192
_NAME_AT_MOST, _PHONE_AT_MOST, _PAPER_AT_MOST, _CODE_AT_MOST = 80, 64, 40, 12


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody wrote, as it is shown to them again."""

    name: str = ""
    phone: str = ""
    agreed: frozenset[enrolling.CheckBy] = frozenset()
    paper: str = ""
    """The number of a card of paper; empty without one."""
    code: str | None = None
    """None where a code is to be sent, or sent anew."""
    once: UUID | None = None
    """None: it isn't ours, or was open for too long."""
    trapped: bool = False


def mark(ring: KeyRing, poster: str, *, now: datetime, once: UUID | None = None) -> str:
    """What a form carries along: it is ours, this poster's, and one of a kind."""
    plain = (once or new_id()).bytes + int(now.timestamp()).to_bytes(5)
    return base64.urlsafe_b64encode(plain + _mac(ring, poster, plain)).decode().rstrip("=")


async def filled_in(request: Request, ring: KeyRing, poster: str, *, now: datetime) -> Filled:
    """What came back. Raises TooLarge."""
    fields = await _fields(request)
    filled = Filled(
        name=fields.get("name", "")[:_NAME_AT_MOST],
        phone=fields.get("phone", "")[:_PHONE_AT_MOST],
        paper=fields.get("paper", "")[:_PAPER_AT_MOST].strip(),
        agreed=frozenset(it for it in enrolling.CheckBy if fields.get(it)),
        once=_read(ring, poster, fields.get("form", ""), now),
        trapped=bool(fields.get(TRAP)),
    )
    if "again" in fields or "code" not in fields:
        return filled
    digits = "".join(str(int(it)) for it in fields["code"][:_CODE_AT_MOST] if it.isdigit())
    return replace(filled, code=digits)


def _read(ring: KeyRing, poster: str, token: str, now: datetime) -> UUID | None:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    plain, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(ring, poster, plain)):
        return None
    made_at = int.from_bytes(plain[16:])
    if now.timestamp() - made_at > GOOD_FOR.total_seconds():
        return None
    return UUID(bytes=plain[:16])


def _mac(ring: KeyRing, poster: str, plain: bytes) -> bytes:
    said = plain + poster.encode()
    return hmac.digest(ring.derive(_PURPOSE), said, "sha256")[:_MAC_BYTES]


async def _fields(request: Request) -> Mapping[str, str]:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _BODY_AT_MOST:
                raise TooLarge
        return dict(parse_qsl(body.decode(), max_num_fields=20, keep_blank_values=True))
    except (ClientDisconnect, ValueError):
        return {}
