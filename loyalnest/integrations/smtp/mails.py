"""A letter becomes a mail: text and its twin, with headers that nobody can add to."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from loyalnest.integrations.smtp import headers
from loyalnest.messaging import Account, Letter, Mail, Reason

_ALLOWED = {"Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post"}


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
    recipient = _address(letter.to)
    try:
        fields = [
            ("From", headers.mailbox(account.name, account.origin)),
            ("To", headers.mailbox("", recipient)),
            ("Subject", headers.words(content.subject)),
            ("Date", format_datetime(now)),
            ("Auto-Submitted", "auto-generated"),
            ("Content-Language", headers.token(letter.language)),
        ]
        for name, value in letter.headers.items():
            if name not in _ALLOWED:
                raise Unwritable(Reason.CONTENT_REFUSED, "HEADER")
            fields.append((name, headers.token(value)))
        body = headers.head(fields) + _parts(content)
    except (headers.Unfit, UnicodeError):
        raise Unwritable(Reason.CONTENT_REFUSED, "HEADER") from None
    needs_utf8 = not (account.origin + recipient).isascii()
    return Written(account.origin, recipient, body, needs_utf8)


def _parts(content: Mail) -> bytes:
    """What is below the head, with the lines of it that say how to read it."""
    parts = EmailMessage(policy=POLICY)
    parts.set_content(content.text)
    if content.html is not None:
        parts.add_alternative(content.html, subtype="html")
    return parts.as_bytes()


def _address(to: str) -> str:
    """An address as the server is told it: in ASCII where it has such a form."""
    try:
        found = validate_email(
            to, check_deliverability=False, globally_deliverable=False, allow_smtputf8=True
        )
    except EmailNotValidError:
        raise Unwritable(Reason.ADDRESS_INVALID, "ADDRESS") from None
    return found.ascii_email or found.normalized
