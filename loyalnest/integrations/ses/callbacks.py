"""What SES tells of its mail by way of SNS."""

from datetime import datetime
from typing import Any

from loyalnest.integrations.calls import Object, as_object
from loyalnest.integrations.reports import (
    Greeting,
    Received,
    ReportUnsigned,
    Taken,
    Told,
    json_of,
    message_named,
)
from loyalnest.integrations.ses.carrier import MESSAGE_TAG
from loyalnest.integrations.ses.sns import Certificates, check
from loyalnest.integrations.ses.words import INVALID_SUBTYPES, STATES
from loyalnest.kernel.clock import is_within_time
from loyalnest.kernel.inbox import Delivery
from loyalnest.messaging import Account, MessageId, Provider, Reason, Status


class SesReports:
    """How SES reports."""

    provider = Provider.SES

    def __init__(self, certificates: Certificates):
        self._certificates = certificates

    async def verify(self, account: Account, received: Received, now: datetime) -> Taken | Greeting:
        """Anybody has topics at SNS; only the sender's own is heard. Raises ReportUnsigned."""
        topic = account.options.get("topic_arn")
        told = json_of(received.body)
        if received.method != "POST" or not topic or told.get("TopicArn") != topic:
            raise ReportUnsigned
        await check(told, self._certificates)
        match told["Type"]:
            case "Notification":
                return Taken("status")
            case "SubscriptionConfirmation":
                await self._certificates.confirm(str(told.get("SubscribeURL", "")), topic)
                return Greeting()
            case _:
                return Greeting()

    def read(self, delivery: Delivery) -> Told:
        """What one delivery says. Raises ReportNotUnderstood."""
        told = json_of(delivery.body.partition(b"\n")[2])
        said = json_of(str(told.get("Message", "")))
        kind = str(said.get("eventType") or said.get("notificationType"))
        mail = as_object(said.get("mail"))
        state, id = STATES.get(kind), mail.get("messageId")
        if state is None or not isinstance(id, str):
            return Told()  # a delay, a subscription, or what SNS says when a topic is set up
        about = as_object(said.get(kind[:1].lower() + kind[1:]))
        reason, code = _why(kind, about)
        if kind == "Bounce" and about.get("bounceType") == "Transient":
            reason = Reason.UNREACHABLE
        at = _instant(about.get("timestamp"), delivery.received_at)
        return Told((Status(state, at, id, _message_of(mail), reason, code),))


def _why(kind: str, about: Object) -> tuple[Reason | None, str | None]:
    match kind:
        case "Bounce":
            subtype = str(about.get("bounceSubType"))
            code = f"{about.get('bounceType')}/{subtype}"[:100]
            if subtype in INVALID_SUBTYPES:
                return Reason.ADDRESS_INVALID, code
            if about.get("bounceType") == "Undetermined":
                return Reason.UNREACHABLE, code
            return Reason.ADDRESS_BOUNCED, code
        case "Complaint":
            return Reason.COMPLAINED, str(about.get("complaintFeedbackType") or "abuse")[:100]
        case "Reject":
            return Reason.CONTENT_REFUSED, "Reject"
        case "Rendering Failure":
            return Reason.TEMPLATE_REFUSED, "Rendering Failure"
        case _:
            return None, None


def _instant(text: Any, received_at: datetime) -> datetime:
    """When it happened; never later than it was told."""
    try:
        found = datetime.fromisoformat(text)
        return min(found, received_at) if is_within_time(found) else received_at
    except (TypeError, ValueError):
        return received_at


def _message_of(mail: Object) -> MessageId | None:
    match as_object(mail.get("tags")).get(MESSAGE_TAG):
        case [first, *_]:
            return message_named(first)
        case _:
            return None
