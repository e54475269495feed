"""What Postscript tells: who opted out, and what people write back.

It signs nothing: the shop's own token stands in a header, and who has seen it could send anything.
"""

from datetime import datetime

from loyalnest import consents
from loyalnest.integrations.calls import as_object
from loyalnest.integrations.reports import (
    Letter,
    Received,
    ReportUnsigned,
    Taken,
    Told,
    is_same,
    json_of,
)
from loyalnest.kernel.inbox import Delivery
from loyalnest.messaging import Account, Provider

_NUMBERS = ("from_number", "phone_number", "phone")


class PostscriptReports:
    """How Postscript reports."""

    provider = Provider.POSTSCRIPT

    async def verify(self, account: Account, received: Received, now: datetime) -> Taken:
        """Raises ReportUnsigned."""
        token = account.credentials.get("signing_token", "")
        given = received.headers.get("postscript-signature", "")
        if received.method != "POST" or not is_same(given, token):
            raise ReportUnsigned
        return Taken("inbound")

    def read(self, delivery: Delivery) -> Told:
        """What one delivery says. Raises ReportNotUnderstood."""
        told = json_of(delivery.body.partition(b"\n")[2])
        about = as_object(told.get("event_data"))
        number = next((str(about[name]) for name in _NUMBERS if about.get(name)), None)
        if number is None:
            return Told()
        match told.get("event"):
            case "shop.subscriber.opt_out":
                return _stopped(number)
            case "shop.incoming_message" if about.get("is_opt_out") is True:
                return _stopped(number)
            case "shop.incoming_message":
                shop = f"postscript:{about.get('shop_id', '')}"
                sender = consents.Sender(consents.Channel.SMS, shop, number, number)
                return Told(letters=(Letter(sender, str(about.get("body", ""))),))
            case _:
                return Told()


REPORTS = PostscriptReports()


def _stopped(number: str) -> Told:
    return Told(held=(consents.Held(consents.Channel.SMS, number, consents.Reason.STOPPED),))
