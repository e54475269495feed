"""What customers have said to a shop about being written to, in our own words."""

from collections.abc import Callable
from datetime import datetime

from loyalnest.consents import Channel, State
from loyalnest.customers import AccountRef
from loyalnest.integrations.shopify import payloads
from loyalnest.integrations.shopify.facts import Word

_STATES = {
    "subscribed": State.GRANTED,
    "pending": State.PENDING,
    "unsubscribed": State.WITHDRAWN,
}


def words_of(
    account: AccountRef,
    body: payloads.CustomerBody,
    utc: Callable[[datetime | None], datetime | None],
    *,
    otherwise: datetime,
) -> tuple[Word, ...]:
    """What a customer said. Who was never asked has said nothing, and an address that is wrong or
    gone says nothing of what its owner wants."""
    said = {
        Channel.EMAIL: body.email_marketing_consent,
        Channel.SMS: body.sms_marketing_consent,
    }
    return tuple(
        Word(
            account,
            channel,
            _STATES[it.state],
            utc(it.consent_updated_at) or otherwise,
            it.opt_in_level,
        )
        for channel, it in said.items()
        if it is not None and it.state in _STATES
    )
