"""What Twilio tells: statuses of messages, and what people write to the account's numbers.

https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qs

from loyalnest import consents
from loyalnest.integrations.reports import (
    Letter,
    Received,
    ReportNotUnderstood,
    ReportUnsigned,
    Taken,
    Told,
    fields_of,
    is_same,
    message_named,
    signed_url,
)
from loyalnest.integrations.twilio.carrier import MESSAGE_PARAMETER
from loyalnest.integrations.twilio.words import REASONS, STATES
from loyalnest.kernel.inbox import Delivery
from loyalnest.messaging import Account, Provider, Reason, State, Status

Fields: TypeAlias = Sequence[tuple[str, str]]
_WHATSAPP, _STATUS = "whatsapp:", "MessageStatus"


class TwilioReports:
    """How Twilio reports."""

    provider = Provider.TWILIO

    async def verify(self, account: Account, received: Received, now: datetime) -> Taken:
        """The signature covers the address and every field. Raises ReportUnsigned."""
        fields = fields_of(received.body)
        given = received.headers.get("x-twilio-signature", "")
        token = account.credentials["auth_token"]
        if received.method != "POST" or not is_signed(token, received, fields, given):
            raise ReportUnsigned
        return Taken("status" if any(name == _STATUS for name, _ in fields) else "inbound")

    def read(self, delivery: Delivery) -> Told:
        """What one delivery says. Raises ReportNotUnderstood."""
        asked, _, body = delivery.body.partition(b"\n")
        fields = dict(fields_of(body))
        if delivery.topic == "inbound":
            return Told(letters=(_letter(fields),))
        return Told(statuses=(_status(fields, asked.decode(), delivery.received_at),))


REPORTS = TwilioReports()


def is_signed(token: str, received: Received, fields: Fields, signature: str) -> bool:
    """Whether this signature is Twilio's for this request.

    Fields are put in order behind the address; a body that is no form is named in it by its hash.
    """
    told = ""
    if hash_ := received.query.get("bodySHA256"):
        if not is_same(hash_, hashlib.sha256(received.body).hexdigest()):
            return False
    else:
        told = "".join(name + value for name, value in sorted(set(fields)))
    return any(is_same(signature, _sign(token, url + told)) for url in signed_url(received.url))


def _sign(token: str, text: str) -> str:
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def _status(fields: Mapping[str, str], asked: str, at: datetime) -> Status:
    try:
        sid, state = fields["MessageSid"], STATES[fields[_STATUS]]
    except KeyError:
        raise ReportNotUnderstood from None
    code = fields.get("ErrorCode") or None
    reason = None
    if state is State.FAILED:
        number = int(code) if code and code.isascii() and code.isdigit() else 0
        reason = REASONS.get(number, Reason.REFUSED)
    # Twilio gives no instant.
    named = parse_qs(asked).get(MESSAGE_PARAMETER, [""])[0]
    return Status(state, at, sid, message_named(named), reason, code if reason else None)


def _letter(fields: Mapping[str, str]) -> Letter:
    """What somebody wrote. Where Twilio has understood a word of ending, that is what they said."""
    try:
        who, account = fields["From"], fields["AccountSid"]
    except KeyError:
        raise ReportNotUnderstood from None
    channel = consents.Channel.WHATSAPP if who.startswith(_WHATSAPP) else consents.Channel.SMS
    name = who.removeprefix(_WHATSAPP)
    phone = name if name.startswith("+") else None
    text = fields.get("OptOutType") or fields.get("ButtonPayload") or fields.get("Body", "")
    sender = consents.Sender(channel, f"twilio:{account}", name, phone)
    return Letter(sender, text)
