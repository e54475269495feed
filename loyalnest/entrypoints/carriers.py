"""Who carries messages here, and what whoever sends them needs besides."""

from collections.abc import Sequence

from loyalnest import journeys, ledger, messaging, sinks
from loyalnest.integrations import klaviyo, mailchimp, meta, postscript, ses, shopify, smtp, twilio
from loyalnest.integrations.calls import Way
from loyalnest.kernel import clock
from loyalnest.kernel.networks import read_networks
from loyalnest.kernel.settings import Settings
from loyalnest.storefront import pages


def offers(settings: Settings) -> Sequence[messaging.Offer]:
    """Every provider that a merchant can choose."""
    return (
        smtp.offer(clock.now, inside=read_networks(settings.smtp_networks)),
        ses.offer(_way(settings.ses_url)),
        mailchimp.offer(_way(settings.mailchimp_url)),
        klaviyo.offer(_way(settings.klaviyo_url)),
        twilio.offer(_way(settings.twilio_url)),
        meta.offer(_way(settings.meta_url)),
        postscript.offer(_way(settings.postscript_url)),
    )


def sending(settings: Settings) -> messaging.Sending:
    """What a worker needs to send messages."""
    address = settings.address
    doors = pages.doors_of(address, provider=shopify.PROVIDED.name)
    return messaging.Sending(
        offers(settings),
        messaging.Stationery(address, ledger.units_of, doors),
        journeys.standings_of,
    )


def sink_offers(settings: Settings) -> Sequence[sinks.SinkOffer]:
    """Every tool that can be told what happens in a program."""
    return (
        klaviyo.sink_offer(_way(settings.klaviyo_url)),
        mailchimp.sink_offer(_way(settings.mailchimp_marketing_url)),
    )


def _way(base_url: str) -> Way:
    return Way(base_url, clock.now)
