"""Twilio: SMS and WhatsApp out, what became of them and what people answer in."""

from loyalnest.integrations.calls import Way
from loyalnest.integrations.twilio.callbacks import REPORTS
from loyalnest.integrations.twilio.carrier import TwilioCarrier
from loyalnest.messaging import Channel, Field, Offer, Provider

__all__ = ["REPORTS", "TwilioCarrier", "offer"]


def offer(way: Way) -> Offer:
    """Twilio as a provider.

    Ten a second is what Twilio grants a WhatsApp sender at first; an SMS sender may have less.
    """
    return Offer(
        provider=Provider.TWILIO,
        channels=frozenset({Channel.SMS, Channel.WHATSAPP}),
        open=lambda account: TwilioCarrier(account, way),
        fields={
            "account_sid": Field("Account SID", pattern="AC[0-9a-fA-F]{32}"),
            "auth_token": Field("Auth token", secret=True, pattern="[0-9a-zA-Z]{16,64}"),
            "messaging_service_sid": Field(
                "Messaging service SID", required=False, pattern="MG[0-9a-fA-F]{32}"
            ),
        },
        looks_up=True,
        rate_per_s=10,
    )
