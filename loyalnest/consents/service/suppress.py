"""Addresses that get nothing, and how they come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import queries, rules
from loyalnest.consents.errors import AddressInvalid, SuppressionStands
from loyalnest.consents.events import AddressSuppressed, SuppressionLifted
from loyalnest.consents.keys import ADDRESS
from loyalnest.consents.secrets import hash_of, secret_of
from loyalnest.consents.values import (
    OF_THEIR_OWN,
    SAID_OF_THEM,
    Channel,
    Reason,
    Suppression,
    SuppressionId,
    Way,
)
from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id

_SUPPRESS = """
INSERT INTO suppressions (merchant_id, id, channel, address_hash, address_sealed, reason, since,
                          actor)
SELECT $1, k.id, k.channel, k.hash, k.sealed, k.reason, k.since, $8
FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::timestamptz[])
     AS k (id, channel, hash, sealed, reason, since)
ON CONFLICT (merchant_id, channel, address_hash, reason) DO UPDATE
SET since = excluded.since
WHERE suppressions.since < excluded.since
RETURNING id, channel, reason
"""
_LIFT = text("""
DELETE FROM suppressions
WHERE merchant_id = :merchant_id AND id = :id
RETURNING id, channel, reason
""")
_LET_BACK = """
DELETE FROM suppressions x
USING unnest($2::bytea[]) AS k (hash)
WHERE x.merchant_id = $1
  AND x.channel = $3
  AND x.address_hash = k.hash
  AND x.reason = ANY($4::text[])
  AND x.since <= $5
RETURNING x.id, x.channel, x.reason
"""


@dataclass(frozen=True, slots=True)
class Held:
    """An address, as it came, that is to get nothing."""

    channel: Channel
    address: str
    reason: Reason
    at: datetime | None = None
    """When it was said, if that was not now: a yes of before doesn't outweigh it."""


async def suppress_many(
    session: AsyncSession, held: Sequence[Held], *, by: str, now: datetime
) -> int:
    """Let these addresses get nothing from now on; how many are new.

    What is no address of its channel can't be written to, and is passed over.
    """
    merchant_id, ring = merchant_of(session), ring_of(session)
    secret = await secret_of(session, merchant_id)
    # The latest of what is said twice at once: a statement writes a row but once.
    latest: dict[tuple[Channel, str, Reason], datetime] = {}
    for it in held:
        normal = rules.normalise(it.channel, it.address)
        if normal is not None:
            key, since = (it.channel, normal, it.reason), min(it.at or now, now)
            latest[key] = max(since, latest.get(key, since))
    rows = [
        (
            new_id(),
            channel.value,
            hash_of(secret, channel, "", normal),
            ring.seal(merchant_id, ADDRESS, normal.encode()),
            reason.value,
            since,
        )
        for (channel, normal, reason), since in latest.items()
    ]
    if not rows:
        return 0
    columns = map(list, zip(*rows, strict=True))
    written = await (await bulk(session)).fetch(_SUPPRESS, merchant_id, *columns, by)
    ids = {row[0] for row in rows}
    fresh = [row for row in written if row["id"] in ids]
    news = [
        AddressSuppressed(
            merchant_id=merchant_id,
            occurred_at=now,
            suppression_id=row[0],
            channel=row[1],
            reason=row[2],
        )
        for row in fresh
    ]
    await publish(session, news, now=now)
    return len(fresh)


async def suppress(
    session: AsyncSession,
    *,
    channel: Channel,
    address: str,
    reason: Reason,
    by: str,
    now: datetime,
) -> tuple[Suppression, bool]:
    """Let one address get nothing from now on; whether that is new. Raises AddressInvalid."""
    normal = rules.normalise(channel, address)
    if normal is None:
        raise AddressInvalid(fields={"address": "is none of this channel"})
    fresh = await suppress_many(session, [Held(channel, normal, reason)], by=by, now=now)
    found = await queries.find_suppressions(session, channel=channel, address=normal)
    return next(it for it in found if it.reason is reason), bool(fresh)


async def lift(session: AsyncSession, suppression_id: SuppressionId, *, now: datetime) -> None:
    """Let an address get messages again that had bounced, or was wrong.

    Raises SuppressionNotFound, SuppressionStands where somebody said no themselves.
    """
    found = await queries.get_suppression(session, suppression_id)
    if found.reason.said_no:
        raise SuppressionStands
    gone = {"merchant_id": merchant_of(session), "id": suppression_id}
    await _tell_lifted(session, [tuple(row) for row in await session.execute(_LIFT, gone)], now)


async def hold_back(
    session: AsyncSession,
    living: customers.Customer,
    channel: Channel,
    *,
    by: str,
    at: datetime,
    now: datetime,
) -> None:
    """The addresses of a customer who wants no outreach there get none, whoever has them next."""
    addresses = await queries.addresses_of(session, living, channel)
    held = [Held(channel, it, Reason.UNSUBSCRIBED, at) for it in addresses]
    await suppress_many(session, held, by=by, now=now)


async def let_back(
    session: AsyncSession,
    living: customers.Customer,
    channel: Channel,
    way: Way,
    *,
    at: datetime,
    now: datetime,
) -> None:
    """A customer's new yes lets their addresses back, as far as the way it came by outweighs."""
    lifted = [it for it in Reason if _outweighs(way, it)]
    addresses = await queries.addresses_of(session, living, channel)
    await let_addresses_back(session, channel, addresses, lifted, at=at, now=now)


async def let_addresses_back(
    session: AsyncSession,
    channel: Channel,
    addresses: Sequence[str],
    reasons: Sequence[Reason],
    *,
    at: datetime,
    now: datetime,
) -> None:
    """Addresses in their normal form get messages again, as far as these reasons go, for a yes that
    was said at an instant: a no of later stands."""
    merchant_id = merchant_of(session)
    secret = await secret_of(session, merchant_id)
    hashes = [hash_of(secret, channel, "", it) for it in addresses]
    gone = await (await bulk(session)).fetch(
        _LET_BACK, merchant_id, hashes, channel.value, [it.value for it in reasons], at
    )
    await _tell_lifted(session, [tuple(row) for row in gone], now)


def _outweighs(way: Way, reason: Reason) -> bool:
    if way in OF_THEIR_OWN:
        return reason.said_no
    return way in SAID_OF_THEM and reason is Reason.UNSUBSCRIBED


async def _tell_lifted(
    session: AsyncSession, rows: Sequence[tuple[UUID, str, str]], now: datetime
) -> None:
    news = [
        SuppressionLifted(
            merchant_id=merchant_of(session),
            occurred_at=now,
            suppression_id=id_,
            channel=channel,
            reason=reason,
        )
        for id_, channel, reason in rows
    ]
    await publish(session, news, now=now)
