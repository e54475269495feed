"""What the installation's directory knows of people and keys: a keyed hash, and whose it is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_LIST = text(
    "INSERT INTO directory (kind, hash, merchant_id, subject_id)"
    " VALUES (:kind, :hash, :merchant_id, :subject_id) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One line of the directory."""

    kind: str
    hash: bytes
    merchant_id: UUID
    subject_id: UUID


async def put(session: AsyncSession, listings: Sequence[Listing]) -> None:
    """Add lines to the directory; those that are there already stay."""
    if listings:
        await session.execute(_LIST, [asdict(listing) for listing in listings])
