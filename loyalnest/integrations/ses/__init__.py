"""Amazon SES: e-mail out, and what became of it, by way of SNS."""

from loyalnest.integrations.calls import Way
from loyalnest.integrations.ses.callbacks import SesReports
from loyalnest.integrations.ses.carrier import SesCarrier
from loyalnest.integrations.ses.sns import Certificates, Fetch, fetch
from loyalnest.messaging import Channel, Field, Offer, Provider

__all__ = ["Certificates", "Fetch", "SesCarrier", "SesReports", "fetch", "offer"]


def offer(way: Way) -> Offer:
    """SES as a provider; fourteen a second is what an account out of the sandbox begins with."""
    return Offer(
        provider=Provider.SES,
        channels=frozenset({Channel.EMAIL}),
        open=lambda account: SesCarrier(account, way),
        fields={
            "region": Field("Region", pattern=r"[a-z]{2}(-[a-z]+)+-\d"),
            "access_key_id": Field("Access key ID", pattern="[A-Z0-9]{8,128}"),
            "secret_access_key": Field("Secret access key", secret=True),
            "configuration_set": Field(
                "Configuration set", required=False, pattern="[A-Za-z0-9_-]{1,64}"
            ),
            "topic_arn": Field(
                "ARN of the SNS topic that reports",
                required=False,
                pattern=r"arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}",
            ),
        },
        rate_per_s=14,
    )
