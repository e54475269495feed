"""What Mailchimp tells: of transactional mail, signed; of an audience, with a word in the address.

https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/
"""

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from loyalnest import consents
from loyalnest.integrations.calls import Object, as_object, as_objects
from loyalnest.integrations.mailchimp.carrier import MESSAGE_FIELD
from loyalnest.integrations.mailchimp.words import STATES
from loyalnest.integrations.reports import (
    Greeting,
    Received,
    ReportNotUnderstood,
    ReportUnsigned,
    Taken,
    Told,
    fields_of,
    instant_of,
    is_same,
    message_named,
)
from loyalnest.kernel.inbox import Delivery
from loyalnest.messaging import Account, Provider, Reason, Status

AUDIENCE = "audience"
"""What the address of an audience's webhook calls its secret: `…?audience=…`."""
_WHY: Mapping[str, Reason] = {
    "hard_bounce": Reason.ADDRESS_BOUNCED,
    "soft_bounce": Reason.UNREACHABLE,
    "reject": Reason.REFUSED,
    "spam": Reason.COMPLAINED,
    "unsub": Reason.OPTED_OUT,
}
_LEFT: Mapping[tuple[str, str], consents.Reason] = {
    ("unsubscribe", "manual"): consents.Reason.UNSUBSCRIBED,
    ("unsubscribe", "abuse"): consents.Reason.COMPLAINED,
    ("cleaned", "hard"): consents.Reason.BOUNCED,
    ("cleaned", "abuse"): consents.Reason.COMPLAINED,
}


class MailchimpReports:
    """How Mailchimp reports."""

    provider = Provider.MAILCHIMP

    async def verify(self, account: Account, received: Received, now: datetime) -> Taken | Greeting:
        """Raises ReportUnsigned."""
        word = received.query.get(AUDIENCE)
        if word is not None:
            if not is_same(word, account.credentials.get("audience_secret", "")):
                raise ReportUnsigned
            # It asks by GET, when it is entered, whether somebody is there.
            return Taken("audience") if received.method == "POST" else Greeting()
        given = received.headers.get("x-mandrill-signature", "")
        key = account.credentials.get("webhook_key", "")
        if received.method != "POST" or not key or not is_same(given, _sign(key, received)):
            raise ReportUnsigned
        return Taken("status")

    def read(self, delivery: Delivery) -> Told:
        """What one delivery says, which may be of many mails. Raises ReportNotUnderstood."""
        fields = dict(fields_of(delivery.body.partition(b"\n")[2]))
        if delivery.topic == "audience":
            return Told(held=tuple(_held(fields)))
        try:
            events: Any = json.loads(fields.get("mandrill_events", ""))
        except (ValueError, RecursionError):
            raise ReportNotUnderstood from None
        told = as_objects(events)
        return Told(tuple(s for it in told if (s := _status(it, delivery.received_at))))


REPORTS = MailchimpReports()


def _sign(key: str, received: Received) -> str:
    """Its signature: the address, and behind it each field in order."""
    told = "".join(name + value for name, value in sorted(fields_of(received.body)))
    text = f"{received.url}{told}".encode()
    return base64.b64encode(hmac.digest(key.encode(), text, "sha1")).decode()


def _status(told: Object, received_at: datetime) -> Status | None:
    kind = str(told.get("event"))
    state, id = STATES.get(kind), told.get("_id")
    if state is None or not isinstance(id, str):
        return None  # a kind that came after this was written
    metadata = as_object(as_object(told.get("msg")).get("metadata"))
    reason = _WHY.get(kind)
    return Status(
        state,
        instant_of(told.get("ts"), received_at),
        id,
        message_named(metadata.get(MESSAGE_FIELD)),
        reason,
        kind if reason else None,
    )


def _held(fields: Mapping[str, str]) -> Iterator[consents.Held]:
    """Whoever left the audience, or was cleaned out of it, is written to no more."""
    why = fields.get("data[reason]", "manual")
    reason = _LEFT.get((fields.get("type", ""), why))
    email = fields.get("data[email]")
    if reason and email:
        yield consents.Held(consents.Channel.EMAIL, email, reason)
