"""Mailchimp: transactional e-mail, what became of it, and who left an audience."""

from loyalnest.integrations.calls import Way
from loyalnest.integrations.mailchimp.callbacks import AUDIENCE, REPORTS
from loyalnest.integrations.mailchimp.carrier import MailchimpCarrier
from loyalnest.integrations.mailchimp.sink import sink_offer
from loyalnest.messaging import Channel, Field, Offer, Provider

__all__ = ["AUDIENCE", "REPORTS", "MailchimpCarrier", "offer", "sink_offer"]


def offer(way: Way) -> Offer:
    """Mailchimp Transactional as a provider."""
    return Offer(
        provider=Provider.MAILCHIMP,
        channels=frozenset({Channel.EMAIL}),
        open=lambda account: MailchimpCarrier(account, way),
        fields={
            "api_key": Field("Transactional API key", secret=True, pattern="[0-9A-Za-z_-]{10,80}"),
            "webhook_key": Field("Key of the webhook", secret=True, required=False),
            "audience_secret": Field(
                "Secret in the address of the audience's webhook",
                secret=True,
                required=False,
                pattern="[0-9A-Za-z_-]{16,100}",
            ),
        },
        calls_at_once=10,
        rate_per_s=25,
    )
