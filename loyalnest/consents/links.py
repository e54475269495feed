"""The links that stand in our messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents import letters
from loyalnest.consents.letters import Kind, Letter
from loyalnest.consents.secrets import secret_of
from loyalnest.consents.values import Channel, Consent, Purpose
from loyalnest.kernel.database import merchant_of

LEAVE, PREFER, CONFIRM = "/u/", "/preferences/", "/confirm/"


@dataclass(frozen=True, slots=True)
class Leaving:
    """The two links of one message, below the installation's address."""

    unsubscribe: str
    """For `List-Unsubscribe` too: a POST to it is all that RFC 8058 asks for."""
    preferences: str


async def links_for(
    session: AsyncSession,
    merchant_id: UUID,
    who: Sequence[tuple[UUID, Channel, Purpose]],
    *,
    now: datetime,
) -> list[Leaving]:
    """The links of these messages (customer, channel, purpose), in their order.

    Nothing is written, and nothing read but the merchant's secret.
    """
    secret = await secret_of(session, merchant_id)
    tokens = [
        letters.write(secret, Letter(merchant_id, Kind.LEAVE, customer_id, channel, purpose, now))
        for customer_id, channel, purpose in who
    ]
    return [Leaving(f"{LEAVE}{token}", f"{PREFER}{token}") for token in tokens]


async def confirmation_link(session: AsyncSession, consent: Consent, *, now: datetime) -> str:
    """The link by which somebody confirms a consent that waits; good for a week."""
    merchant_id, said = merchant_of(session), consent.said
    channel = said.channel or Channel.EMAIL
    letter = Letter(merchant_id, Kind.CONFIRM, consent.id, channel, said.purpose, now)
    return f"{CONFIRM}{letters.write(await secret_of(session, merchant_id), letter)}"
