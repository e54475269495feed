"""The links that stand in our messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.consents import letters
from loyalnest.consents.errors import LetterUnreadable
from loyalnest.consents.letters import Kind, Letter
from loyalnest.consents.secrets import find_secret, secret_of
from loyalnest.consents.values import Channel, Consent
from loyalnest.kernel.database import merchant_of

LEAVE, PREFER, CONFIRM = "/u/", "/preferences/", "/confirm/"
LETTERS = (LEAVE, PREFER, CONFIRM)
"""What the addresses of our links begin with."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The two links of one message, below the installation's address."""

    unsubscribe: str
    """For `List-Unsubscribe` too: a POST to it is all that RFC 8058 asks for."""
    preferences: str


async def links_for(
    session: AsyncSession,
    merchant_id: UUID,
    who: Sequence[tuple[UUID, Channel]],
    *,
    now: datetime,
) -> list[Leaving]:
    """The links of these messages (customer, channel), in their order.

    Nothing is written, and nothing read but the merchant's secret.
    """
    secret = await secret_of(session, merchant_id)
    tokens = [
        letters.write(secret, Letter(merchant_id, Kind.LEAVE, customer_id, channel, now))
        for customer_id, channel in who
    ]
    return [Leaving(f"{LEAVE}{token}", f"{PREFER}{token}") for token in tokens]


async def open_letter(session: AsyncSession, token: str, kind: Kind) -> Letter:
    """What a link of this kind of the session's merchant says. Raises LetterUnreadable."""
    secret = await find_secret(session, merchant_of(session))
    if secret is None:
        raise LetterUnreadable
    letter = letters.read(secret, token)
    if letter.kind is not kind:
        raise LetterUnreadable
    return letter


async def confirmation_link(session: AsyncSession, consent: Consent, *, now: datetime) -> str:
    """The link by which somebody confirms a consent that waits; good for a week."""
    return await _confirming(session, consent.id, consent.said.channel or Channel.EMAIL, now)


async def address_link(session: AsyncSession, left_id: UUID, *, now: datetime) -> str:
    """The same for an e-mail address that somebody left who may be no customer.

    `left_id` is for whoever keeps such addresses, and is handed the confirmation.
    """
    return await _confirming(session, left_id, Channel.EMAIL, now)


async def _confirming(session: AsyncSession, id_: UUID, channel: Channel, now: datetime) -> str:
    merchant_id = merchant_of(session)
    letter = Letter(merchant_id, Kind.CONFIRM, id_, channel, now)
    return f"{CONFIRM}{letters.write(await secret_of(session, merchant_id), letter)}"
