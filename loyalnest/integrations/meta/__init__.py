"""Meta's WhatsApp Cloud API: messages out, their statuses and what people write in."""

from loyalnest.integrations.calls import Way
from loyalnest.integrations.meta.callbacks import REPORTS
from loyalnest.integrations.meta.carrier import MetaCarrier
from loyalnest.messaging import Channel, Field, Offer, Provider

__all__ = ["REPORTS", "MetaCarrier", "offer"]


def offer(way: Way) -> Offer:
    """Meta as a provider; eighty a second is what a number may send at first."""
    return Offer(
        provider=Provider.META,
        channels=frozenset({Channel.WHATSAPP}),
        open=lambda account: MetaCarrier(account, way),
        fields={
            "phone_number_id": Field("Phone number ID", pattern="[0-9]{5,20}"),
            "access_token": Field("System user's access token", secret=True),
            "app_secret": Field("App secret", secret=True, pattern="[0-9a-f]{32}"),
            "verify_token": Field("Verify token, of your own choosing", secret=True),
        },
        rate_per_s=80,
    )
