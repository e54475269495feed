"""What staff hold under the installation's keys: names, addresses and what they call
networks, and where an address leads."""

from collections.abc import AsyncIterator

from sqlalchemy import select, text

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Database
from loyalnest.kernel.keys import Index, Sealed
from loyalnest.staff import queries
from loyalnest.staff.models import MemberRow
from loyalnest.staff.service import directory, members
from loyalnest.staff.values import Member, State

SEALED = (
    Sealed("staff_members", "email_sealed", members.EMAIL),
    Sealed("staff_members", "name_sealed", members.NAME),
    Sealed("allow_lists", "labels_sealed", queries.NETWORK_LABELS),
)

_UNLIST = text("DELETE FROM directory WHERE kind = :kind AND hash = ANY(:hashes)")


async def _rebuild_addresses(database: Database, ring: KeyRing) -> AsyncIterator[int]:
    async with database.platform() as session:
        # Nobody finds the way in by the address of somebody who left.
        still_here = select(MemberRow).where(MemberRow.erased_at.is_(None))
        rows = (await session.scalars(still_here.with_for_update())).all()
        found = [queries.member_of(row, ring) for row in rows]
        for row, member in zip(rows, found, strict=True):
            row.email_hash = ring.blind(row.merchant_id, members.EMAIL, member.email).hash
        await session.flush()
        listed = await directory.put(
            session,
            [members.listing_of(ring, each) for each in found if each.state is not State.REMOVED],
        )
        # Only what an older key made of these very people: others may join meanwhile.
        older = [hashed for member in found for hashed in _older_hashes(ring, member)]
        await session.execute(_UNLIST, {"kind": queries.STAFF, "hashes": older})
    if listed:
        yield listed


def _older_hashes(ring: KeyRing, member: Member) -> set[bytes]:
    current = ring.blind(None, queries.STAFF, member.email).hash
    return set(ring.blind_all(None, queries.STAFF, member.email)) - {current}


INDEXES = (Index("addresses of staff", _rebuild_addresses),)
