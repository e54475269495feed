"""Postscript: SMS to a shop's subscribers, and who of them has had enough."""

from loyalnest.integrations.calls import Way
from loyalnest.integrations.postscript.callbacks import REPORTS
from loyalnest.integrations.postscript.carrier import PostscriptCarrier
from loyalnest.messaging import Channel, Field, Offer, Provider

__all__ = ["REPORTS", "PostscriptCarrier", "offer"]


def offer(way: Way) -> Offer:
    """Postscript as a provider; it takes fifteen requests a second."""
    return Offer(
        provider=Provider.POSTSCRIPT,
        channels=frozenset({Channel.SMS}),
        open=lambda account: PostscriptCarrier(account, way),
        fields={
            "private_key": Field("Private API key", secret=True),
            "signing_token": Field("Signing token of webhooks", secret=True, required=False),
        },
        calls_at_once=5,
        rate_per_s=15,
    )
