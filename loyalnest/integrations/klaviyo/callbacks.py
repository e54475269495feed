"""What Klaviyo tells by its system webhooks, which it has for few accounts.

What of them is unverified is told in docs/how-to/connect-a-provider.md. They name no message of
ours, so of a bounce or a complaint only the address is taken.
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from loyalnest import consents
from loyalnest.integrations.calls import Object, as_object, as_objects
from loyalnest.integrations.reports import (
    Received,
    ReportUnsigned,
    Taken,
    Told,
    is_same,
    json_of,
)
from loyalnest.kernel.inbox import Delivery
from loyalnest.messaging import Account, Provider

_OLD = timedelta(days=1)
_REASONS: Mapping[str, tuple[consents.Channel, consents.Reason]] = {
    "bounced_email": (consents.Channel.EMAIL, consents.Reason.BOUNCED),
    "marked_email_as_spam": (consents.Channel.EMAIL, consents.Reason.COMPLAINED),
    "unsubscribed_from_email_marketing": (consents.Channel.EMAIL, consents.Reason.UNSUBSCRIBED),
    "unsubscribed_from_sms_marketing": (consents.Channel.SMS, consents.Reason.STOPPED),
}
_ADDRESSES = {consents.Channel.EMAIL: "email", consents.Channel.SMS: "phone_number"}
_DEPTH = 6


class KlaviyoReports:
    """How Klaviyo reports."""

    provider = Provider.KLAVIYO

    async def verify(self, account: Account, received: Received, now: datetime) -> Taken:
        """The signature covers the body and an instant. Raises ReportUnsigned."""
        stamp = received.headers.get("klaviyo-timestamp", "")
        secret = account.credentials.get("webhook_secret", "")
        expected = hmac.digest(secret.encode(), received.body + stamp.encode(), "sha256").hex()
        given = received.headers.get("klaviyo-signature", "")
        if not secret or not is_same(given, expected) or not _is_of_today(stamp, now):
            raise ReportUnsigned
        return Taken("status")

    def read(self, delivery: Delivery) -> Told:
        """What one delivery says. Raises ReportNotUnderstood."""
        payload = json_of(delivery.body.partition(b"\n")[2])
        told = as_objects(payload.get("data"))
        return Told(held=tuple(hold for it in told for hold in _held(it)))


REPORTS = KlaviyoReports()


def _is_of_today(stamp: str, now: datetime) -> bool:
    try:
        at = (
            datetime.fromtimestamp(int(stamp), UTC)
            if stamp.isdigit()
            else datetime.fromisoformat(stamp)
        )
        return abs(now - at) < _OLD
    except (ValueError, TypeError, OverflowError, OSError):
        return False


def _held(told: Object) -> Iterator[consents.Held]:
    known = _REASONS.get(str(told.get("topic", "")).rpartition(".")[2])
    if known:
        channel, reason = known
        for address in _named(told.get("payload"), _ADDRESSES[channel], _DEPTH):
            yield consents.Held(channel, address, reason)


def _named(holder: Any, name: str, depth: int) -> Iterator[str]:
    """Every text of this name, at whatever depth the profile stands."""
    if depth and isinstance(holder, dict):
        for key, value in as_object(holder).items():
            if key == name and isinstance(value, str):
                yield value
            else:
                yield from _named(value, name, depth - 1)
    elif depth and isinstance(holder, list):
        for value in cast(list[Any], holder):
            yield from _named(value, name, depth - 1)
