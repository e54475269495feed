"""What a mail server's refusals mean, in our words (RFC 5321, enhanced codes of RFC 3463)."""

import re
from datetime import timedelta

import aiosmtplib

from loyalnest.messaging import Reason, Refused

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# Servers that don't know us let us wait on purpose; they say nothing of how long.
_GREYLISTED = timedelta(minutes=5)
_NO_SUCH_ADDRESS = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10)}
_FULL_OR_ASLEEP = {(2, 0), (2, 2), (2, 3)}
_DISABLED = {(2, 1)}
_SERVICE_CLOSING, _MAILBOX_BUSY, _NO_ROOM = 421, 450, 452
_NEEDS_AUTHENTICATION = {530, 535, 538}


def meaning_of(error: aiosmtplib.SMTPResponseException) -> Refused:
    """Why a server refused a letter, and whose fault that is."""
    found = _ENHANCED.search(error.message)
    detail = (int(found[2]), int(found[3])) if found else None
    code = found[0] if found else str(error.code)
    return Refused(_reason(error, detail), retry_after=_wait(error), code=code)


def _reason(error: aiosmtplib.SMTPResponseException, detail: tuple[int, int] | None) -> Reason:
    if error.code in _NEEDS_AUTHENTICATION:
        return Reason.CREDENTIALS_REFUSED
    if isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code >= 500:
        return Reason.SENDER_REFUSED
    of_recipient = isinstance(error, aiosmtplib.SMTPRecipientRefused)
    if error.code < 500:
        waits = of_recipient and error.code != _SERVICE_CLOSING
        return Reason.UNREACHABLE if waits else Reason.UNAVAILABLE
    if not of_recipient:
        return Reason.CONTENT_REFUSED
    if detail in _NO_SUCH_ADDRESS or (detail is None and error.code in {550, 551, 553}):
        return Reason.ADDRESS_INVALID
    if detail in _FULL_OR_ASLEEP or error.code == 552:
        return Reason.UNREACHABLE
    if detail in _DISABLED:
        return Reason.ADDRESS_BOUNCED
    return Reason.REFUSED


def _wait(error: aiosmtplib.SMTPResponseException) -> timedelta | None:
    greylisted = isinstance(error, aiosmtplib.SMTPRecipientRefused) and error.code in (
        _MAILBOX_BUSY,
        451,
    )
    return _GREYLISTED if greylisted else None
