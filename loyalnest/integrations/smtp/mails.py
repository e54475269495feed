"""A letter becomes a mail: text and its twin, with headers that nobody can add to."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from loyalnest.messaging import Account, Letter, Mail, Reason

_ALLOWED = {"Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"}
_ENDS_A_LINE = re.compile("[\r\n\x00\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class Unwritable(Exception):
    """This letter can't be made a mail."""

    def __init__(self, reason: Reason, code: str):
        super().__init__(code)
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as a server takes it."""

    sender: str
    recipient: str
    body: bytes
    needs_utf8: bool
    """Whether the addresses need a server that knows SMTPUTF8 (RFC 6531)."""

    @property
    def options(self) -> tuple[str, ...]:
        return ("SMTPUTF8",) if self.needs_utf8 else ()


def written(letter: Letter, account: Account, *, now: datetime) -> Written:
    """A letter as a mail. Raises Unwritable."""
    content = letter.content
    if not isinstance(content, Mail):
        raise Unwritable(Reason.CONTENT_REFUSED, "NOT_A_MAIL")
    recipient, needs_utf8 = _address(letter.to)
    mail = EmailMessage(policy=POLICY.clone(utf8=needs_utf8))
    try:
        mail["From"] = _named(account.origin, account.name)
        mail["To"] = _named(recipient)
        mail["Subject"] = _line(content.subject)
        mail["Date"] = format_datetime(now)
        mail["Auto-Submitted"] = "auto-generated"
        for name, value in letter.headers.items():
            if name not in _ALLOWED:
                raise Unwritable(Reason.CONTENT_REFUSED, "HEADER")
            mail[name] = _line(value)
        mail.set_content(content.text)
        if content.html is not None:
            mail.add_alternative(content.html, subtype="html")
        # After the parts: with HTML, what is said of the content before goes to the text alone.
        mail["Content-Language"] = _line(letter.language)
        body = mail.as_bytes()
    except (ValueError, HeaderParseError, IndexError, UnicodeError):
        raise Unwritable(Reason.CONTENT_REFUSED, "HEADER") from None
    return Written(account.origin, recipient, body, needs_utf8)


def _named(address: str, name: str = "") -> Address:
    user, _, domain = address.rpartition("@")
    return Address(name, user, domain)


def _line(value: str) -> str:
    """A header's value: one line. Raises Unwritable."""
    if _ENDS_A_LINE.search(value):
        raise Unwritable(Reason.CONTENT_REFUSED, "HEADER")
    return value


def _address(to: str) -> tuple[str, bool]:
    """An address as the server is told it, and whether it needs more than ASCII."""
    try:
        found = validate_email(
            to, check_deliverability=False, globally_deliverable=False, allow_smtputf8=True
        )
    except EmailNotValidError:
        raise Unwritable(Reason.ADDRESS_INVALID, "ADDRESS") from None
    if found.ascii_email:
        return found.ascii_email, False
    return found.normalized, True
