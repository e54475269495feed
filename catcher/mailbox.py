"""The mails that were caught, the newest first; old ones make room."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from itertools import count

KEPT = 500
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Caught:
    """A mail as it was handed over."""

    number: int
    at: datetime
    to: Sequence[str]
    """Whom the server was told, whatever the headers say."""
    subject: str
    language: str | None
    headers: Sequence[tuple[str, str]]
    text: str | None
    html: str | None


class Mailbox:
    """The last mails. Numbers go up, and none is given twice."""

    def __init__(self) -> None:
        self._mails: deque[Caught] = deque(maxlen=KEPT)
        self._numbers = count(1)

    def keep(self, raw: bytes, to: Sequence[str], *, now: datetime) -> None:
        """Keep a mail, however badly it is written."""
        mail = message_from_bytes(raw, policy=policy.default)
        language = _header(mail, "Content-Language")
        caught = Caught(
            number=next(self._numbers),
            at=now,
            to=tuple(to),
            subject=_header(mail, "Subject"),
            language=language if _LANGUAGE.fullmatch(language) else None,
            headers=tuple((name, _header(mail, name)) for name in dict.fromkeys(mail.keys())),
            text=_body(mail, "plain"),
            html=_body(mail, "html"),
        )
        self._mails.appendleft(caught)

    def to(self, address: str | None) -> list[Caught]:
        """The mails to somebody, or to everybody."""
        wanted = (address or "").strip().casefold()
        return [
            mail
            for mail in self._mails
            if not wanted or wanted in (to.casefold() for to in mail.to)
        ]

    def find(self, number: int) -> Caught | None:
        """A mail by its number, while it is kept."""
        return next((mail for mail in self._mails if mail.number == number), None)


def _header(mail: EmailMessage, name: str) -> str:
    """What a header says, in one line; nothing where it can't be read."""
    try:
        values = [" ".join(str(value).split()) for value in mail.get_all(name, [])]
    except (ValueError, IndexError, AttributeError, MessageError):
        return ""
    return ", ".join(values)


def _body(mail: EmailMessage, kind: str) -> str | None:
    """The part of this kind, if there is one that can be read."""
    try:
        part = mail.get_body((kind,))
        content = part.get_content() if part is not None else None
    except (ValueError, LookupError, AttributeError, MessageError):
        return None
    return content if isinstance(content, str) else None
