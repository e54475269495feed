"""Named reads: what counts, what was said before, and which addresses get nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers
from loyalnest.consents import rules
from loyalnest.consents.errors import ConsentNotFound, SuppressionNotFound
from loyalnest.consents.keys import ADDRESS, IDENTITY
from loyalnest.consents.secrets import hash_of, secret_of
from loyalnest.consents.values import (
    MESSAGES,
    Channel,
    Consent,
    ConsentId,
    ConsentSettings,
    Preferences,
    Proof,
    Purpose,
    QuietHours,
    Reason,
    Said,
    SettingsVersion,
    Standing,
    State,
    Suppression,
    SuppressionId,
    Way,
)
from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import bulk, merchant_of, ring_of

_HISTORY_AT_MOST = 500
_COLUMNS = """
s.merchant_id, s.id, s.customer_id, s.purpose, s.channel, s.state, s.at, s.recorded_at, s.way,
s.actor, s.words, s.language, s.place, s.network, s.source
"""
_ONE = text(f"SELECT {_COLUMNS} FROM consents s WHERE s.merchant_id = :merchant_id AND s.id = :id")  # noqa: S608
# Whoever was merged speaks for the customer they turned out to be.
_PERSON = """
JOIN customers c
  ON c.merchant_id = s.merchant_id AND c.id = s.customer_id
 AND (c.id = :customer_id OR c.merged_into = :customer_id)
WHERE s.merchant_id = :merchant_id
"""
_HISTORY = text(f"SELECT {_COLUMNS} FROM consents s {_PERSON} ORDER BY s.id DESC LIMIT :limit")  # noqa: S608
_STANDINGS = text(f"""
SELECT DISTINCT ON (s.purpose, s.channel) s.purpose, s.channel, s.state, s.at, s.consent_id
FROM consent_states s
{_PERSON}
ORDER BY s.purpose, s.channel, s.at DESC, s.state = 'withdrawn' DESC, s.state = 'granted' DESC
""")  # noqa: S608
_WAITING = text(f"""
SELECT {_COLUMNS}
FROM consents s
JOIN consent_states k
  ON k.merchant_id = s.merchant_id
 AND k.purpose = s.purpose
 AND k.channel = s.channel
 AND k.customer_id = s.customer_id
 AND k.consent_id = s.id
WHERE s.merchant_id = :merchant_id
  AND s.channel = :channel
  AND s.state = 'pending'
  AND (s.id = ANY(:ids) OR s.customer_id = :customer_id)
ORDER BY s.id
""")  # noqa: S608
_PREFERENCES = """
SELECT asked.id, said.*
FROM unnest($2::uuid[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT array_agg(each.id) AS ids
    FROM (SELECT asked.id
          UNION ALL
          SELECT m.id FROM customers m WHERE m.merchant_id = $1 AND m.merged_into = asked.id) each
) person
CROSS JOIN LATERAL (
    SELECT p.language, p.channels, p.quiet_from, p.quiet_until, p.time_zone
    FROM preferences p
    WHERE p.merchant_id = $1 AND p.customer_id = ANY (person.ids)
    ORDER BY p.changed_at DESC
    LIMIT 1
) said
"""
_LANGUAGES = """
SELECT DISTINCT ON (asked.id) asked.id, p.language
FROM unnest($1::uuid[], $2::uuid[]) AS asked (merchant_id, id)
CROSS JOIN LATERAL (
    SELECT asked.id
    UNION ALL
    SELECT c.id
    FROM customers c
    WHERE c.merchant_id = asked.merchant_id AND c.merged_into = asked.id
) c
JOIN preferences p ON p.merchant_id = asked.merchant_id AND p.customer_id = c.id
ORDER BY asked.id, p.changed_at DESC
"""
_SETTINGS = text("""
SELECT version, settings
FROM consent_settings
WHERE merchant_id = :merchant_id
ORDER BY version DESC
LIMIT 1
""")
_SUPPRESSED = "SELECT x.id, x.channel, x.address_sealed, x.reason, x.since, x.actor"
_SUPPRESSIONS = text(f"""
{_SUPPRESSED}
FROM suppressions x
WHERE x.merchant_id = :merchant_id
  AND (cast(:channel AS text) IS NULL OR x.channel = :channel)
  AND (cast(:reason AS text) IS NULL OR x.reason = :reason)
  AND (cast(:hashes AS bytea[]) IS NULL OR x.address_hash = ANY(:hashes))
  AND (cast(:before AS uuid) IS NULL OR x.id < :before)
ORDER BY x.id DESC
LIMIT :limit
""")
_SUPPRESSION = text(f"{_SUPPRESSED} FROM suppressions x WHERE x.merchant_id = :merchant_id"
                    " AND x.id = :id")  # fmt: skip
_IDENTITIES = text("""
SELECT i.sealed
FROM channel_identities i
JOIN customers c
  ON c.merchant_id = i.merchant_id AND c.id = i.customer_id
 AND (c.id = :customer_id OR c.merged_into = :customer_id)
WHERE i.merchant_id = :merchant_id AND i.channel = :channel
""")
_WHOSE = text("""
SELECT coalesce(c.merged_into, c.id)
FROM channel_identities i
JOIN customers c ON c.merchant_id = i.merchant_id AND c.id = i.customer_id
WHERE i.merchant_id = :merchant_id AND i.channel = :channel AND i.scope = :scope AND i.key = :key
""")


async def get_consent(session: AsyncSession, consent_id: UUID) -> Consent:
    """One line of somebody's history. Raises ConsentNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": consent_id}
    row = (await session.execute(_ONE, asked)).one_or_none()
    if row is None:
        raise ConsentNotFound
    return _consent(row)


async def history_of(
    session: AsyncSession, customer_id: UUID, *, limit: int | None = _HISTORY_AT_MOST
) -> list[Consent]:
    """What a living customer has said, under any name of theirs, the latest told first.

    All of it without a limit.
    """
    asked = {"merchant_id": merchant_of(session), "customer_id": customer_id, "limit": limit}
    return [_consent(row) for row in await session.execute(_HISTORY, asked)]


async def waiting_among(
    session: AsyncSession, consent_ids: Sequence[ConsentId], channel: Channel
) -> list[Consent]:
    """Those of these consents on a channel that wait for their customer's second yes still."""
    return await _waiting(session, channel, ids=list(consent_ids), customer_id=None)


async def waiting_of(session: AsyncSession, customer_id: UUID, channel: Channel) -> list[Consent]:
    """What waits for a living customer's second yes on a channel."""
    return await _waiting(session, channel, ids=[], customer_id=customer_id)


async def _waiting(session: AsyncSession, channel: Channel, **whose: object) -> list[Consent]:
    asked = {"merchant_id": merchant_of(session), "channel": channel.value, **whose}
    return [_consent(row) for row in await session.execute(_WAITING, asked)]


async def standings_of(session: AsyncSession, customer_id: UUID) -> list[Standing]:
    """What counts for every purpose, and every channel of those that have channels."""
    asked = {"merchant_id": merchant_of(session), "customer_id": customer_id}
    known = {
        (row.purpose, row.channel): (State(row.state), row.at, row.consent_id)
        for row in await session.execute(_STANDINGS, asked)
    }
    every = [
        (purpose, channel)
        for purpose in Purpose
        for channel in (tuple(Channel) if purpose in MESSAGES else (None,))
    ]
    return [
        Standing(purpose, channel, *known.get((purpose, channel or ""), (None, None, None)))
        for purpose, channel in every
    ]


async def standing_of(
    session: AsyncSession, customer_id: UUID, purpose: Purpose, channel: Channel | None
) -> Standing:
    """What counts for one purpose, on one channel where it has channels."""
    found = await standings_of(session, customer_id)
    return next(it for it in found if (it.purpose, it.channel) == (purpose, channel))


async def preferences_of(
    session: AsyncSession, merchant_id: UUID, customer_ids: Sequence[UUID]
) -> Mapping[UUID, Preferences]:
    """How each of these living customers wants to be written to, as far as they have said so."""
    rows = await (await bulk(session)).fetch(_PREFERENCES, merchant_id, list(customer_ids))
    said = {row["id"]: _preferences(row) for row in rows}
    return {id_: said.get(id_, Preferences()) for id_ in customer_ids}


async def languages_of(
    session: AsyncSession, who: Sequence[tuple[UUID, UUID]]
) -> Mapping[UUID, str]:
    """In which language living (merchant, customer)s want to be written to, who have said so."""
    rows = await (await bulk(session)).fetch(
        _LANGUAGES, [it for it, _ in who], [it for _, it in who]
    )
    return {row[0]: row[1] for row in rows if row[1]}


async def current_settings(session: AsyncSession) -> SettingsVersion:
    """How the merchant asks, and when it keeps quiet."""
    row = (await session.execute(_SETTINGS, {"merchant_id": merchant_of(session)})).one_or_none()
    if row is None:
        return SettingsVersion(0, ConsentSettings())
    return SettingsVersion(row.version, ConsentSettings.model_validate(row.settings))


async def list_suppressions(
    session: AsyncSession,
    *,
    channel: Channel | None = None,
    reason: Reason | None = None,
    address: str | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[Suppression]:
    """Addresses that get nothing, the latest first; `address` finds the one that it is."""
    merchant_id = merchant_of(session)
    hashes = None if address is None else await _hashes(session, address, channel)
    asked = {
        "merchant_id": merchant_id,
        "channel": channel and channel.value,
        "reason": reason and reason.value,
        "hashes": hashes,
        "before": before,
        "limit": limit,
    }
    ring = ring_of(session)
    found = await session.execute(_SUPPRESSIONS, asked)
    return [_suppression(ring, merchant_id, row) for row in found]


async def find_suppressions(
    session: AsyncSession, *, channel: Channel, address: str
) -> list[Suppression]:
    """Why one address gets nothing, if it doesn't."""
    return await list_suppressions(session, channel=channel, address=address, limit=len(Reason))


async def get_suppression(session: AsyncSession, suppression_id: SuppressionId) -> Suppression:
    """One suppression. Raises SuppressionNotFound."""
    merchant_id = merchant_of(session)
    asked = {"merchant_id": merchant_id, "id": suppression_id}
    row = (await session.execute(_SUPPRESSION, asked)).one_or_none()
    if row is None:
        raise SuppressionNotFound
    return _suppression(ring_of(session), merchant_id, row)


async def addresses_of(
    session: AsyncSession, living: customers.Customer, channel: Channel
) -> list[str]:
    """Where a customer is reached on a channel, in normal form: what is known of them, and who
    they are to a provider."""
    shown = living.email if channel is Channel.EMAIL else living.phone
    found = [] if channel is Channel.PUSH else [shown]
    asked = {"merchant_id": living.merchant_id, "customer_id": living.id, "channel": channel.value}
    ring = ring_of(session)
    for sealed in await session.scalars(_IDENTITIES, asked):
        found.append(ring.open(living.merchant_id, IDENTITY, bytes(sealed)).decode())
    normal = [rules.normalise(channel, it) for it in found if it]
    return list(dict.fromkeys(it for it in normal if it))


async def hash_addresses(
    session: AsyncSession, addresses: Sequence[tuple[Channel, str]], *, scope: str
) -> list[bytes]:
    """What addresses are known by for one purpose, once they are forgotten.

    By the merchant's own secret, which outlasts the installation's keys.
    """
    secret = await secret_of(session, merchant_of(session))
    return [hash_of(secret, channel, scope, address) for channel, address in addresses]


async def find_by_identity(
    session: AsyncSession, channel: Channel, *, scope: str, external_id: str
) -> UUID | None:
    """Which living customer a provider knows by this id."""
    merchant_id = merchant_of(session)
    secret = await secret_of(session, merchant_id)
    key = hash_of(secret, channel, scope, external_id)
    asked = {"merchant_id": merchant_id, "channel": channel.value, "scope": scope, "key": key}
    return await session.scalar(_WHOSE, asked)


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, object]:
    """What a person agreed to and refused, and how they want to be written to."""
    merchant_id = merchant_of(session)
    said = await history_of(session, customer_id, limit=None)
    wanted = (await preferences_of(session, merchant_id, [customer_id]))[customer_id]
    ring = ring_of(session)
    known: list[str] = []
    for channel in Channel:
        asked = {"merchant_id": merchant_id, "customer_id": customer_id, "channel": channel.value}
        for sealed in await session.scalars(_IDENTITIES, asked):
            known.append(ring.open(merchant_id, IDENTITY, bytes(sealed)).decode())
    return {
        "consents": [_told(it) for it in said],
        "preferences": {
            "language": wanted.language,
            "channels": [it.value for it in wanted.channels],
            "quiet_hours": wanted.quiet_hours and wanted.quiet_hours.model_dump(mode="json"),
            "time_zone": wanted.time_zone,
        },
        "known_to_providers_as": known,
    }


def _told(it: Consent) -> dict[str, object]:
    said = it.said
    return {
        "purpose": said.purpose.value,
        "channel": said.channel and said.channel.value,
        "state": said.state.value,
        "at": said.at.isoformat(),
        "way": said.proof.way.value,
        "words": said.proof.words,
        "language": said.proof.language,
        "place": said.proof.place,
        "network": said.proof.network,
    }


async def _hashes(session: AsyncSession, address: str, channel: Channel | None) -> list[bytes]:
    secret = await secret_of(session, merchant_of(session))
    wanted = tuple(Channel) if channel is None else (channel,)
    normal = [(each, rules.normalise(each, address)) for each in wanted]
    return [hash_of(secret, each, "", it) for each, it in normal if it]


def _consent(row: Row[Any]) -> Consent:
    proof = Proof(Way(row.way), row.actor, row.words, row.language, row.place, row.network)
    said = Said(
        merchant_id=row.merchant_id,
        customer_id=row.customer_id,
        purpose=Purpose(row.purpose),
        channel=Channel(row.channel) if row.channel else None,
        state=State(row.state),
        at=row.at,
        proof=proof,
        source=row.source,
    )
    return Consent(row.id, said, row.recorded_at)


def _preferences(row: Any) -> Preferences:
    quiet = row["quiet_from"] is not None
    return Preferences(
        language=row["language"],
        channels=tuple(Channel(it) for it in row["channels"]),
        quiet_hours=QuietHours(starts=row["quiet_from"], ends=row["quiet_until"])
        if quiet
        else None,
        time_zone=row["time_zone"],
    )


def _suppression(ring: KeyRing, merchant_id: UUID, row: Row[Any]) -> Suppression:
    since: datetime = row.since
    return Suppression(
        id=row.id,
        channel=Channel(row.channel),
        address=ring.open_text(merchant_id, ADDRESS, row.address_sealed),
        reason=Reason(row.reason),
        since=since,
        by=row.actor,
    )
