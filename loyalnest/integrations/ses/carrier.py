"""Carrying e-mail by Amazon SES v2.

SES knows no idempotency key. Every report of a mail bears the tags it was sent with, one of which
is the message's id: so a letter whose answer was lost is settled by the first report of it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.header import Header
from typing import Any
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from loyalnest.integrations.aws import Key, sign
from loyalnest.integrations.calls import (
    Line,
    Said,
    Unclear,
    Way,
    carried,
    explain,
    tell_refusal,
)
from loyalnest.integrations.ses.words import REASONS
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import (
    WIRE_PREFIX,
    Accepted,
    Account,
    Doubtful,
    Found,
    Letter,
    Mail,
    Outcome,
    Reason,
    Refused,
    State,
)

MESSAGE_TAG, OCCASION_TAG = "loyalnest-message", "loyalnest-occasion"
_PATH = "/v2/email/outbound-emails"
_TAG = re.compile(r"[^A-Za-z0-9_-]+")
# SES writes these itself, and refuses a mail that brings them.
_ITS_OWN = frozenset({"message-id", "date", "from", "to", "subject", "return-path"})


class SesCarrier:
    """One AWS account in one region."""

    def __init__(self, account: Account, way: Way):
        self._account = account
        self._clock = way.clock
        region = account.options["region"]
        self._key = Key(
            account.options["access_key_id"],
            account.credentials["secret_access_key"],
            region,
            "ses",
        )
        url = way.base_url or f"https://email.{region}.amazonaws.com"
        self._host = urlsplit(url).netloc
        self._line = Line(replace(way, base_url=url))

    async def send(self, letters: Sequence[Letter]) -> Sequence[Outcome]:
        """Hand letters over, one call each."""
        return [await self._send(letter) for letter in letters]

    async def look_up(self, letters: Sequence[Letter]) -> Sequence[Found]:
        """SES can't be asked for what it was not told the id of; its reports tell."""
        return [Doubtful("no_look_up") for _ in letters]

    async def close(self) -> None:
        """Give connections back."""
        await self._line.close()

    async def _send(self, letter: Letter) -> Outcome:
        to = _ascii(letter.to)
        if to is None or not isinstance(letter.content, Mail):
            return Refused(Reason.ADDRESS_INVALID, code="not_ascii")
        body = json.dumps(self._body(letter, to, letter.content)).encode()
        headers = sign(
            self._key,
            method="POST",
            host=self._host,
            path=_PATH,
            headers={"content-type": "application/json"},
            body=body,
            now=self._clock(),
        )
        call = self._line.ask("POST", _PATH, content=body, headers=headers)
        return await carried(self._account, call, self._read, now=self._clock())

    def _read(self, said: Said) -> Outcome:
        if said.is_yes:
            id = said.json().get("MessageId")
            if not isinstance(id, str):
                raise Unclear("no_id")
            return Accepted(id, State.SENT)
        # The name may be followed by where it is defined.
        name = said.headers.get("x-amzn-errortype", "").partition(":")[0].rpartition("#")[2]
        if not name and said.status >= 500:
            raise Unclear("no_name")
        refused = explain(said, REASONS.get(name), code=name[:100] or None, now=self._clock())
        return tell_refusal(self._account, refused, said.headers.get("x-amzn-requestid"))

    def _body(self, letter: Letter, to: str, mail: Mail) -> Mapping[str, Any]:
        headers = [
            {"Name": name, "Value": value}
            for name, value in letter.headers.items()
            if name.lower() not in _ITS_OWN
        ]
        parts = {"Text": {"Data": mail.text, "Charset": "UTF-8"}}
        if mail.html is not None:
            parts["Html"] = {"Data": mail.html, "Charset": "UTF-8"}
        simple: dict[str, Any] = {
            "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
            "Body": parts,
        }
        if headers:
            simple["Headers"] = headers
        body: dict[str, Any] = {
            "FromEmailAddress": _mailbox(self._account.name, self._account.origin),
            "Destination": {"ToAddresses": [to]},
            "Content": {"Simple": simple},
            "EmailTags": [
                {"Name": MESSAGE_TAG, "Value": to_wire(WIRE_PREFIX, letter.message_id)},
                {"Name": OCCASION_TAG, "Value": _TAG.sub("-", letter.occasion) or "none"},
            ],
        }
        if set_ := self._account.options.get("configuration_set"):
            body["ConfigurationSetName"] = set_
        return body


def _ascii(address: str) -> str | None:
    """An address as SES takes it: a domain in punycode, and before it nothing but ASCII.

    The standard library's punycode is of 2003, and makes the neighbour of `faß.de` of it.
    """
    if address.isascii():
        local, _, domain = address.rpartition("@")
        return address if local and all(0 < len(it) < 64 for it in domain.split(".")) else None
    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return None
    return found.ascii_email


def _mailbox(name: str, address: str) -> str:
    """An address, and who is behind it: a name of ASCII in quotes, any other encoded (RFC 2047)."""
    if not name.isascii() or "=?" in name:
        return f"{Header(name, 'utf-8').encode(linesep='')} <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address
