"""Named reads: passes, and what a phone still lacks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Row, bulk, merchant_of, ring_of
from loyalnest.wallet.directory import Listed
from loyalnest.wallet.errors import PassNotFound
from loyalnest.wallet.keys import PASS_TOKEN
from loyalnest.wallet.values import Pass, PassId, Platform

_COLUMNS = """
p.merchant_id, p.id, p.card_id, p.platform, p.serial, p.token_sealed, p.tag, p.changed_at,
p.voided_at, p.made_of, p.notified_at
"""
_BY_ID = f"""
SELECT {_COLUMNS}
FROM passes p
WHERE p.merchant_id = $1 AND p.id = ANY($2::uuid[])
"""  # noqa: S608
_OF_CARDS = f"""
SELECT {_COLUMNS}
FROM passes p
WHERE p.merchant_id = $1 AND p.card_id = ANY($2::uuid[]) AND p.platform = $3
"""  # noqa: S608
_CHANGED = """
SELECT p.serial, p.tag
FROM unnest($1::uuid[], $2::uuid[]) AS d (merchant_id, id)
JOIN pass_registrations r ON r.merchant_id = d.merchant_id AND r.device_id = d.id
JOIN passes p ON p.merchant_id = r.merchant_id AND p.id = r.pass_id
WHERE p.tag > $3
ORDER BY p.tag, p.serial
"""
_HELD = """
SELECT p.platform,
       count(*) FILTER (WHERE p.voided_at IS NULL) AS passes,
       count(*) FILTER (
           WHERE p.voided_at IS NULL
             AND (p.saved OR EXISTS (
                 SELECT FROM pass_registrations r
                 WHERE r.merchant_id = p.merchant_id AND r.pass_id = p.id
             ))
       ) AS held
FROM passes p
WHERE p.merchant_id = $1
GROUP BY p.platform
"""
_DEVICES = "SELECT count(DISTINCT device_id) FROM pass_registrations WHERE merchant_id = $1"
_WAITING = """
SELECT platform, count(*), min(since)
FROM pass_updates
WHERE merchant_id = $1
GROUP BY platform
"""
_TELLINGS = """
SELECT platform, told, sum(count), max(last_at), (array_agg(reason ORDER BY last_at DESC))[1]
FROM pass_tellings
WHERE merchant_id = $1 AND day > $2::date - 7
GROUP BY platform, told
"""
_EXPORT = """
SELECT p.platform, p.made_at, p.voided_at, count(r.device_id) AS devices
FROM customers o
JOIN cards c ON c.merchant_id = $1 AND c.customer_id = o.id
JOIN passes p ON p.merchant_id = $1 AND p.card_id = c.id
LEFT JOIN pass_registrations r ON r.merchant_id = $1 AND r.pass_id = p.id
WHERE o.merchant_id = $1 AND (o.id = $2 OR o.merged_into = $2)
GROUP BY p.merchant_id, p.id
ORDER BY p.made_at
"""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a phone lacks, and what it says the next time it asks."""

    serials: Sequence[str]
    tag: int


@dataclass(frozen=True, slots=True)
class TellingCount:
    """How often telling phones ended so within a week."""

    platform: Platform
    told: str
    count: int
    last_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a merchant's passes stand."""

    passes: Mapping[Platform, int]
    held: Mapping[Platform, int]
    """Those that are in a wallet, as far as the platforms tell."""
    devices: int
    waiting: Mapping[Platform, int]
    waiting_since: Mapping[Platform, datetime]
    tellings: Sequence[TellingCount]


async def passes_of(session: AsyncSession, pass_ids: Collection[PassId]) -> dict[PassId, Pass]:
    """The merchant's passes by their ids; those that don't exist are missing."""
    rows = await (await bulk(session)).fetch(_BY_ID, merchant_of(session), list(pass_ids))
    return {row["id"]: pass_of(row, ring_of(session)) for row in rows}


async def passes_of_cards(
    session: AsyncSession, card_ids: Collection[UUID], platform: Platform
) -> dict[UUID, Pass]:
    """The passes of cards on a platform, by card."""
    rows = await (await bulk(session)).fetch(
        _OF_CARDS, merchant_of(session), list(card_ids), platform.value
    )
    return {row["card_id"]: pass_of(row, ring_of(session)) for row in rows}


async def get_pass(session: AsyncSession, pass_id: PassId) -> Pass:
    """One pass. Raises PassNotFound."""
    found = await passes_of(session, [pass_id])
    if pass_id not in found:
        raise PassNotFound
    return found[pass_id]


async def changed_since(session: AsyncSession, devices: Sequence[Listed], *, tag: int) -> Changed:
    """What changed of the passes a phone holds, of whichever merchants, since it asked last.

    In a transaction for those merchants. Passes that changed at once have the same tag, and were
    changed in one transaction: nobody sees some of them alone.
    """
    rows = await (await bulk(session)).fetch(
        _CHANGED, [it.merchant_id for it in devices], [it.id for it in devices], tag
    )
    return Changed([row["serial"] for row in rows], rows[-1]["tag"] if rows else tag)


async def standing_of(session: AsyncSession, *, now: datetime) -> Standing:
    """How the merchant's passes stand, and what became of telling phones within a week."""
    connection, merchant_id = await bulk(session), merchant_of(session)
    held = await connection.fetch(_HELD, merchant_id)
    waiting = await connection.fetch(_WAITING, merchant_id)
    tellings = await connection.fetch(_TELLINGS, merchant_id, now)
    return Standing(
        passes={Platform(row["platform"]): row["passes"] for row in held},
        held={Platform(row["platform"]): row["held"] for row in held},
        devices=await connection.fetchval(_DEVICES, merchant_id),
        waiting={Platform(row[0]): row[1] for row in waiting},
        waiting_since={Platform(row[0]): row[2] for row in waiting},
        tellings=[
            TellingCount(Platform(row[0]), row[1], int(row[2]), row[3], row[4]) for row in tellings
        ],
    )


async def export_customer(session: AsyncSession, customer_id: UUID) -> dict[str, Any]:
    """In which wallets somebody's cards are, and those of whoever was merged into them."""
    rows = await (await bulk(session)).fetch(_EXPORT, merchant_of(session), customer_id)
    return {
        "passes": [
            {
                "platform": row["platform"],
                "made_at": row["made_at"].isoformat(),
                "voided_at": row["voided_at"] and row["voided_at"].isoformat(),
                "phones": row["devices"],
            }
            for row in rows
        ]
    }


def pass_of(row: Row, ring: KeyRing) -> Pass:
    """A pass as its row has it."""
    sealed = bytes(row["token_sealed"])
    return Pass(
        merchant_id=row["merchant_id"],
        id=row["id"],
        card_id=row["card_id"],
        platform=Platform(row["platform"]),
        serial=row["serial"],
        token=ring.open(row["merchant_id"], PASS_TOKEN, sealed).decode(),
        tag=row["tag"],
        changed_at=row["changed_at"],
        voided_at=row["voided_at"],
        made_of=row["made_of"],
        notified_at=tuple(row["notified_at"]),
    )
