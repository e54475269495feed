"""Where a merchant's staff may sign in from.

The list holds whoever signs in, is signed in, or comes in by a store's admin. Programs with a key
and customers are somewhere else by their nature, and are not held by it.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.http import Caller, CallerKind
from loyalnest.kernel.networks import Address, Network, told
from loyalnest.staff import queries, rules
from loyalnest.staff.errors import AllowListStale
from loyalnest.staff.events import StaffNetworksChanged
from loyalnest.staff.models import AllowListRow
from loyalnest.staff.values import AllowList, Place


async def check_admitted(session: AsyncSession, address: Address | None) -> None:
    """Whether staff may come in from here. Raises NetworkRefused."""
    rules.check_place(await queries.allowed_networks(session), address)


async def save_allow_list(
    session: AsyncSession,
    places: Sequence[Place],
    *,
    read_version: int,
    by: Caller,
    address: Address | None,
    now: datetime,
) -> AllowList:
    """Say where staff may sign in from; without any places, from anywhere.

    It counts from everybody's next request. A network that is named twice keeps its first label.
    Nobody of the staff shuts themselves out. Raises AllowListLocksOut, AllowListStale.
    """
    wanted: dict[Network, Place] = {}
    for place in places:
        wanted.setdefault(place.network, place)
    if by.kind is CallerKind.STAFF:
        rules.check_keeps_in(wanted, address)
    row = await _locked(session)
    if row.version != read_version:
        raise AllowListStale
    return await _replace(session, row, tuple(wanted.values()), now=now)


async def allow_anywhere(session: AsyncSession, *, now: datetime) -> None:
    """Empty the list, for the operator: by an owner who was shut out it can't be done."""
    await _replace(session, await _locked(session), (), now=now)


async def _locked(session: AsyncSession) -> AllowListRow:
    merchant_id = merchant_of(session)
    first = insert(AllowListRow).values(merchant_id=merchant_id, version=0, networks=[])
    await session.execute(first.on_conflict_do_nothing())
    return await session.get_one(
        AllowListRow, merchant_id, with_for_update=True, populate_existing=True
    )


async def _replace(
    session: AsyncSession, row: AllowListRow, places: tuple[Place, ...], *, now: datetime
) -> AllowList:
    ring = ring_of(session)
    before = queries.allow_list_of(row, ring)
    if places == before.places:
        return before
    labels = json.dumps([place.label for place in places])
    row.version += 1
    row.networks = [place.network for place in places]
    row.labels_sealed = ring.seal_text(row.merchant_id, queries.NETWORK_LABELS, labels)
    await session.flush()
    had, has = {place.network for place in before.places}, set(row.networks)
    changed = StaffNetworksChanged(
        merchant_id=row.merchant_id,
        occurred_at=now,
        added=_told(has - had),
        removed=_told(had - has),
        networks=len(has),
    )
    await publish(session, [changed], now=now)
    return AllowList(row.version, places)


def _told(networks: set[Network]) -> list[str]:
    return sorted({told(network) for network in networks})
