"""Who carries messages here, and what whoever sends them needs besides."""

from collections.abc import Sequence

from loyalnest import messaging
from loyalnest.integrations import smtp
from loyalnest.kernel import clock
from loyalnest.kernel.settings import Settings


def offers() -> Sequence[messaging.Offer]:
    """Every provider that a merchant can choose."""
    return (smtp.offer(clock.now),)


def sending(settings: Settings) -> messaging.Sending:
    """What a worker needs to send messages."""
    return messaging.Sending(offers(), messaging.Stationery(settings.address))
