"""What Meta tells: statuses of messages, what people write, and what they want to hear no more.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started. Since 2026 somebody may
come without a number: `user_id` is who they are to this business (a BSUID), `wa_id` their number
where they show it.
"""

import hmac
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from loyalnest import consents
from loyalnest.integrations.calls import Object, as_object, as_objects
from loyalnest.integrations.meta.words import REASONS, STATES
from loyalnest.integrations.reports import (
    Greeting,
    Letter,
    Received,
    ReportNotUnderstood,
    ReportUnsigned,
    Taken,
    Told,
    instant_of,
    is_same,
    json_of,
    message_named,
)
from loyalnest.kernel.inbox import Delivery
from loyalnest.messaging import Account, Provider, Reason, State, Status

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)
_MARKETING = "marketing_messages"


class MetaReports:
    """How Meta reports."""

    provider = Provider.META

    async def verify(self, account: Account, received: Received, now: datetime) -> Taken | Greeting:
        """Every delivery is signed with the app's secret. Raises ReportUnsigned."""
        if received.method == "GET":
            return _greeting(account, received)
        expected = hmac.digest(account.credentials["app_secret"].encode(), received.body, "sha256")
        given = received.headers.get("x-hub-signature-256", "")
        if not is_same(given, f"sha256={expected.hex()}"):
            raise ReportUnsigned
        return Taken("status")

    def read(self, delivery: Delivery) -> Told:
        """What one delivery says, which may be very much. Raises ReportNotUnderstood."""
        payload = json_of(delivery.body.partition(b"\n")[2])
        statuses: list[Status | None] = []
        letters: list[Letter | None] = []
        held: list[consents.Held] = []
        for business, value in _values(payload):
            at = delivery.received_at
            statuses += [_status(it, at) for it in as_objects(value.get("statuses"))]
            letters += [_letter(it, value, business) for it in as_objects(value.get("messages"))]
            preferences = as_objects(value.get("user_preferences"))
            held += [hold for it in preferences for hold in _held(it)]
        return Told(
            tuple(it for it in statuses if it),
            tuple(it for it in letters if it),
            tuple(held),
        )


REPORTS = MetaReports()


def _greeting(account: Account, received: Received) -> Greeting:
    """Meta asks, once, whether this address knows the word that was entered beside it."""
    asked = received.query
    known = is_same(asked.get("hub.verify_token", ""), account.credentials["verify_token"])
    challenge = asked.get("hub.challenge", "")
    if asked.get("hub.mode") != "subscribe" or not known or not _CHALLENGE.fullmatch(challenge):
        raise ReportUnsigned
    return Greeting(challenge)


def _values(payload: Object) -> Iterator[tuple[str, Object]]:
    """Everything that a delivery tells, with whose business it is."""
    if payload.get("object") != "whatsapp_business_account":
        raise ReportNotUnderstood
    for entry in as_objects(payload.get("entry")):
        for change in as_objects(entry.get("changes")):
            yield str(entry.get("id", "")), as_object(change.get("value"))


def _status(told: Object, received_at: datetime) -> Status | None:
    state = STATES.get(str(told.get("status")))
    id = told.get("id")
    if state is None or not isinstance(id, str):
        return None  # a kind that came after this was written
    reason, code = _failure(told) if state is State.FAILED else (None, None)
    return Status(
        state,
        instant_of(told.get("timestamp"), received_at),
        id,
        message_named(told.get("biz_opaque_callback_data")),
        reason,
        code,
    )


def _failure(told: Object) -> tuple[Reason, str | None]:
    errors = as_objects(told.get("errors"))
    code: Any = errors[0].get("code") if errors else None
    if not isinstance(code, int):
        return Reason.REFUSED, None
    return REASONS.get(code, Reason.REFUSED), str(code)


def _letter(told: Object, value: Object, business: str) -> Letter | None:
    """What somebody wrote, or the button that they pressed."""
    number = told.get("from")
    phone = f"+{number}" if isinstance(number, str) and number.isdigit() else None
    user_id: Any = told.get("from_user_id") or _user_id_of(value, number)
    name = user_id if isinstance(user_id, str) else phone
    if name is None:
        return None
    sender = consents.Sender(consents.Channel.WHATSAPP, f"meta:{business}", name, phone)
    return Letter(sender, _words(told))


def _user_id_of(value: Object, number: Any) -> Any:
    for contact in as_objects(value.get("contacts")):
        if contact.get("wa_id") == number:
            return contact.get("user_id")
    return None


def _words(told: Object) -> str:
    for kind, part in (("text", "body"), ("button", "text")):
        if kind in told:
            return str(as_object(told[kind]).get(part, ""))
    return ""


def _held(told: Object) -> Iterator[consents.Held]:
    """Somebody wants no marketing. That they want it again is for them to tell the merchant."""
    if told.get("category") != _MARKETING or told.get("value") != "stop":
        return
    number, user_id = told.get("wa_id"), told.get("user_id")
    for address in (f"+{number}" if isinstance(number, str) else None, user_id):
        if isinstance(address, str):
            yield consents.Held(consents.Channel.WHATSAPP, address, consents.Reason.UNSUBSCRIBED)
