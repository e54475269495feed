"""What a customer shows at the counter: the text of a QR, made with a merchant's secret.

    LN1.<kind>.<hint>.<number>.<moment>.<mac>

All of it is of the alphanumeric set of QR, whose codes are half as dense as those of other text.
The hint tells whose program a code is of, so that one of another program can be told from one that
somebody has tampered with. The mac is bound to the merchant, the kind and the moment: a code of
paper never passes for a live one.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from loyalnest.stamps.code_errors import (
    CodeExpired,
    CodeForeign,
    CodeTampered,
    CodeUnreadable,
)
from loyalnest.stamps.numbers import ALPHABET

STEP = timedelta(seconds=30)
"""How long a live code is the newest."""
SKEW = timedelta(seconds=5)
"""How far the clock of the phone that shows a code, and ours, may be apart."""
SCANNED_WITHIN = timedelta(minutes=3)
"""How long whoever scanned a code may take until they stamp."""

_MARK = "LN1"
_NUMBER = re.compile(f"[{ALPHABET}]{{10}}")
_FORM = re.compile(
    rf"{_MARK}\.([LPC])\.([{ALPHABET}]{{4}})\.([{ALPHABET}]{{10}})"
    rf"\.(0|[1-9][0-9]{{0,17}})\.([{ALPHABET}]{{16}})"
)
_LOOK_ALIKES = str.maketrans("OIL", "011")
_MAC_BYTES = 10


class CodeKind(StrEnum):
    """Where a code is shown, which says how far it can be trusted."""

    LIVE = "L"
    """On a page that draws it anew: good for its own step of 30 seconds and the one before."""
    PASS = "P"  # noqa: S105
    """In a wallet: it carries how often the card had changed when the pass was made."""
    PRINTED = "C"
    """On paper: always the same."""


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says, once it is known to be one of ours."""

    kind: CodeKind
    number: str
    moment: int
    """Of a live one its step, of a pass the card's moves, of a printed one 0."""


def write_live(secret: bytes, merchant_id: UUID, number: str, at: datetime) -> str:
    """The code that a page shows at an instant."""
    return _write(secret, merchant_id, Code(CodeKind.LIVE, number, step_at(at)))


def write_pass(secret: bytes, merchant_id: UUID, number: str, moves: int) -> str:
    """The code of a pass that was made when the card had changed so often."""
    return _write(secret, merchant_id, Code(CodeKind.PASS, number, moves))


def write_printed(secret: bytes, merchant_id: UUID, number: str) -> str:
    """The code of a printed card."""
    return _write(secret, merchant_id, Code(CodeKind.PRINTED, number, 0))


def read(secret: bytes, merchant_id: UUID, text: str) -> Code:
    """What a code of this merchant's says, whether or not it is still good.

    Raises CodeUnreadable, CodeForeign, CodeTampered.
    """
    kind, hint, number, moment, mac = _parts(text)
    if hint != hint_of(merchant_id):
        raise CodeForeign
    code = Code(CodeKind(kind), number, int(moment))
    if not hmac.compare_digest(mac, _mac(secret, merchant_id, code)):
        raise CodeTampered
    return code


def check_fresh(code: Code, at: datetime, *, within: timedelta = timedelta(0)) -> None:
    """Whether a live code was still good at an instant, or a while before it.

    `within` is for whoever scanned first and says what for a moment later. Raises CodeExpired.
    """
    if code.kind is not CodeKind.LIVE:
        return
    oldest, newest = step_at(at - within - SKEW) - 1, step_at(at + SKEW)
    if not oldest <= code.moment <= newest:
        raise CodeExpired


def step_at(at: datetime) -> int:
    """Which step of 30 seconds an instant lies in."""
    return int(at.timestamp()) // int(STEP.total_seconds())


def looks_like_code(text: str) -> bool:
    """Whether this is the text of a QR of ours rather than something typed."""
    return text.strip().upper().startswith(f"{_MARK}.")


def typed_number(text: str) -> str | None:
    """A card's number as somebody typed it, O for 0 and I or L for 1; None when it can't be one."""
    bare = re.sub(r"[\s-]", "", text).upper().translate(_LOOK_ALIKES)
    return bare if _NUMBER.fullmatch(bare) else None


def number_in(text: str) -> str:
    """The number that a code names, be it one of ours or not. Raises CodeUnreadable."""
    return _parts(text)[2]


def hint_of(merchant_id: UUID) -> str:
    """The four characters that tell one merchant's codes from another's; no secret."""
    return _letters(hashlib.sha256(b"card codes\0" + merchant_id.bytes).digest()[:5])[:4]


def _parts(text: str) -> tuple[str, ...]:
    found = _FORM.fullmatch(text.strip().upper())
    if found is None:
        raise CodeUnreadable
    return found.groups()


def _write(secret: bytes, merchant_id: UUID, code: Code) -> str:
    said = f"{_MARK}.{code.kind}.{hint_of(merchant_id)}.{code.number}.{code.moment}"
    return f"{said}.{_mac(secret, merchant_id, code)}"


def _mac(secret: bytes, merchant_id: UUID, code: Code) -> str:
    said = f"{_MARK}.{code.kind}.{code.number}.{code.moment}".encode()
    return _letters(hmac.digest(secret, merchant_id.bytes + said, "sha256")[:_MAC_BYTES])


def _letters(data: bytes) -> str:
    """Bytes in Crockford's base 32: 8 characters for 5 bytes."""
    value = int.from_bytes(data)
    places = len(data) * 8 // 5
    return "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(places)))
