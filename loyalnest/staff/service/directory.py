"""What the installation's directory knows of people and keys: a keyed hash, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_LIST = text(
    "INSERT INTO directory (kind, hash, merchant_id, subject_id)"
    " SELECT * FROM unnest(cast(:kinds AS text[]), cast(:hashes AS bytea[]),"
    " cast(:merchant_ids AS uuid[]), cast(:subject_ids AS uuid[]))"
    " ON CONFLICT DO NOTHING RETURNING true"
)

_UNLIST = text(
    "DELETE FROM directory WHERE kind = :kind AND hash = ANY(:hashes)"
    " AND merchant_id = :merchant_id AND subject_id = :subject_id"
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of the directory."""

    kind: str
    hash: bytes
    merchant_id: UUID
    subject_id: UUID


async def put(session: AsyncSession, listings: Sequence[Listing]) -> int:
    """Add lines to the directory and return how many were new."""
    added = await session.execute(
        _LIST,
        {
            "kinds": [listing.kind for listing in listings],
            "hashes": [listing.hash for listing in listings],
            "merchant_ids": [listing.merchant_id for listing in listings],
            "subject_ids": [listing.subject_id for listing in listings],
        },
    )
    return len(added.all())


async def remove(
    session: AsyncSession,
    *,
    kind: str,
    hashes: Sequence[bytes],
    merchant_id: UUID,
    subject_id: UUID,
) -> None:
    """Take lines of one subject out of the directory."""
    await session.execute(
        _UNLIST,
        {
            "kind": kind,
            "hashes": list(hashes),
            "merchant_id": merchant_id,
            "subject_id": subject_id,
        },
    )
