"""Mail by SMTP: whatever server takes it, and what serves where nothing else is set up."""

from collections.abc import Sequence

from loyalnest.integrations.smtp.carrier import SmtpCarrier
from loyalnest.kernel.clock import Clock
from loyalnest.kernel.networks import Network
from loyalnest.messaging import Channel, Field, Offer, Provider

__all__ = ["SmtpCarrier", "offer"]


def offer(clock: Clock, *, inside: Sequence[Network] | None = None) -> Offer:
    """SMTP as a provider. It forgets what it was handed, and can't be asked about it.

    Merchants name servers on the internet, and `inside` these networks; None: anywhere.
    """
    return Offer(
        provider=Provider.SMTP,
        channels=frozenset({Channel.EMAIL}),
        open=lambda account: SmtpCarrier(account, clock, inside=inside),
        fields={
            "host": Field("Server", pattern=r"[A-Za-z0-9.:_-]{1,253}", leads=True),
            "port": Field("Port", required=False, pattern=r"[1-9][0-9]{0,4}", leads=True),
            "security": Field(
                "How the line is kept private: starttls, tls or none",
                required=False,
                pattern="starttls|tls|none",
                leads=True,
            ),
            "username": Field("User name", required=False, pattern=r"[^\r\n\x00]{1,320}"),
            "password": Field("Password", secret=True, required=False),
        },
        calls_at_once=8,
        rate_per_s=50,
    )
