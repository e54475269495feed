"""What merchants hold under the installation's keys: where a shop's domain leads."""

from collections.abc import AsyncIterator

from sqlalchemy import text

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import Database
from loyalnest.kernel.keys import Index, Sealed
from loyalnest.merchants import queries, service
from loyalnest.merchants.values import Store

_UNLIST = text("DELETE FROM directory WHERE kind = ANY(:kinds) AND hash = ANY(:hashes)")


async def _rebuild_shops(database: Database, ring: KeyRing) -> AsyncIterator[int]:
    async with database.platform() as session:
        stores = await queries.list_all_stores(session)
        listed = await service.put_in_directory(session, service.directory_lines(ring, stores))
        kinds = {queries.shop_kind(store.provider) for store in stores}
        # Only what an older key made of these very stores: another may be connected meanwhile.
        older = [hashed for store in stores for hashed in _older_hashes(ring, store)]
        await session.execute(_UNLIST, {"kinds": list(kinds), "hashes": older})
    if listed:
        yield listed


def _older_hashes(ring: KeyRing, store: Store) -> set[bytes]:
    kind = queries.shop_kind(store.provider)
    current = ring.blind(None, kind, store.domain).hash
    return set(ring.blind_all(None, kind, store.domain)) - {current}


SEALED: tuple[Sealed, ...] = ()
INDEXES = (Index("directory of shops", _rebuild_shops),)
