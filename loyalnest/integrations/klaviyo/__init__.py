"""Klaviyo: messages as events that set flows going, and what Klaviyo tells of them."""

from datetime import timedelta

from loyalnest.integrations.calls import Way
from loyalnest.integrations.klaviyo.callbacks import REPORTS
from loyalnest.integrations.klaviyo.carrier import KlaviyoCarrier
from loyalnest.integrations.klaviyo.sink import sink_offer
from loyalnest.messaging import Channel, Field, Offer, Provider

__all__ = ["REPORTS", "KlaviyoCarrier", "offer", "sink_offer"]


def offer(way: Way) -> Offer:
    """Klaviyo as a provider. It takes 150 jobs a minute, which here are of 200 letters at most."""
    return Offer(
        provider=Provider.KLAVIYO,
        channels=frozenset({Channel.EMAIL, Channel.SMS}),
        open=lambda account: KlaviyoCarrier(account, way),
        fields={
            "private_key": Field("Private API key", secret=True, pattern="pk_[0-9a-zA-Z_]{8,80}"),
            "webhook_secret": Field("Secret of the webhook", secret=True, required=False),
        },
        at_most=200,
        calls_at_once=4,
        repeats_safely_for=timedelta(days=7),
        rate_per_s=400,
    )
