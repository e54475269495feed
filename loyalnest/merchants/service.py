"""Use cases: a merchant opens, gains and loses stores, changes its program."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.merchants import queries, rules
from loyalnest.merchants.errors import HandleTaken, StoreTaken
from loyalnest.merchants.events import ProgramChanged, StoreUninstalled
from loyalnest.merchants.models import MerchantRow, ProgramVersionRow, StoreRow
from loyalnest.merchants.values import Merchant, ProgramSettings, ProgramVersion, Store

_LOCK_NAME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_LOCK_MERCHANT = text("SELECT 1 FROM merchants WHERE merchant_id = :merchant_id FOR NO KEY UPDATE")
_LIST_STORE = text(
    "INSERT INTO directory (kind, hash, merchant_id, subject_id)"
    " VALUES (:kind, :hash, :merchant_id, :store_id) ON CONFLICT DO NOTHING"
)
_UNINSTALL = text(
    "UPDATE stores SET uninstalled_at = :now"
    " WHERE merchant_id = ANY(:merchant_ids) AND id = ANY(:store_ids) AND uninstalled_at IS NULL"
    " RETURNING merchant_id, id"
)


async def create(
    session: AsyncSession,
    *,
    handle: str,
    name: str,
    currency: str,
    time_zone: str,
    now: datetime,
    actor: str,
    locale: str = "en",
) -> Merchant:
    """Open a merchant with a program of the usual settings. For a platform session.

    Raises HandleInvalid, NameMissing, CurrencyUnknown, TimeZoneUnknown, HandleTaken.
    """
    rules.check_particulars(handle=handle, name=name, currency=currency, time_zone=time_zone)
    await session.execute(_LOCK_NAME, {"name": f"merchant {handle}"})
    if await queries.find_by_handle(session, handle):
        raise HandleTaken
    merchant = Merchant(new_id(), handle, name, currency, time_zone, locale, now)
    session.add(
        MerchantRow(
            merchant_id=merchant.id,
            handle=handle,
            name=name,
            currency=currency,
            time_zone=time_zone,
            locale=locale,
            created_at=now,
        )
    )
    await session.flush()
    await _add_version(session, merchant.id, 1, ProgramSettings(), since=now, actor=actor, now=now)
    return merchant


async def add_store(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    provider: str,
    domain: str,
    name: str,
    now: datetime,
) -> Store:
    """Connect a store, or connect it again after it had left. Raises StoreTaken, NameMissing."""
    rules.check_name(name)
    domain = rules.normalised_domain(domain)
    await session.execute(_LOCK_NAME, {"name": f"store {provider} {domain}"})
    shop = await queries.find_shop(session, provider=provider, domain=domain)
    if shop is not None:
        if shop.merchant_id != merchant_id:
            raise StoreTaken
        return await _welcome_back(session, merchant_id, shop.store_id, name)
    store = Store(new_id(), merchant_id, provider, domain, name, now, None)
    session.add(
        StoreRow(
            merchant_id=merchant_id,
            id=store.id,
            provider=provider,
            domain=domain,
            name=name,
            created_at=now,
        )
    )
    await session.flush()
    await _list_in_directory(session, [store])
    return store


async def mark_uninstalled(
    session: AsyncSession, store_ids: Sequence[UUID], *, now: datetime
) -> None:
    """These stores have removed us; they stay known, since late deliveries still name them."""
    found = await session.execute(
        _UNINSTALL,
        {
            "merchant_ids": list(session.info["merchants"]),
            "store_ids": list(store_ids),
            "now": now,
        },
    )
    gone = [
        StoreUninstalled(merchant_id=row.merchant_id, occurred_at=now, store_id=row.id)
        for row in found
    ]
    await publish(session, gone, now=now)


async def save_program(
    session: AsyncSession, settings: ProgramSettings, *, actor: str, now: datetime
) -> ProgramVersion:
    """Make these settings the program from now on; what was earned before stays as it is.

    Saving what is already in force changes nothing and returns the version in force.
    """
    merchant_id = merchant_of(session)
    await session.execute(_LOCK_MERCHANT, {"merchant_id": merchant_id})
    current = (await queries.program_of(session, merchant_id)).current
    if current.settings == settings:
        return current
    saved = await _add_version(
        session,
        merchant_id,
        current.version + 1,
        settings,
        since=max(now, current.effective_from),  # two clocks may disagree; versions stay in order
        actor=actor,
        now=now,
    )
    changed = ProgramChanged(merchant_id=merchant_id, occurred_at=now, version=saved.version)
    await publish(session, [changed], now=now)
    return saved


async def reindex(session: AsyncSession) -> int:
    """List every store under the current index key as well. For a platform session.

    The rows of older keys stay, so that look-ups succeed all along. Returns how many stores.
    """
    stores = await queries.list_all_stores(session)
    await _list_in_directory(session, stores)
    return len(stores)


async def _welcome_back(
    session: AsyncSession, merchant_id: UUID, store_id: UUID, name: str
) -> Store:
    row = await session.get_one(StoreRow, (merchant_id, store_id))
    row.name, row.uninstalled_at = name, None
    await session.flush()
    return Store(row.id, merchant_id, row.provider, row.domain, name, row.created_at, None)


async def _list_in_directory(session: AsyncSession, stores: Sequence[Store]) -> None:
    ring = ring_of(session)
    kinds = [queries.shop_kind(store.provider) for store in stores]
    lines = [
        {
            "kind": kind,
            "hash": ring.blind(None, kind, store.domain).hash,
            "merchant_id": store.merchant_id,
            "store_id": store.id,
        }
        for kind, store in zip(kinds, stores, strict=True)
    ]
    if lines:
        await session.execute(_LIST_STORE, lines)


async def _add_version(
    session: AsyncSession,
    merchant_id: UUID,
    version: int,
    settings: ProgramSettings,
    *,
    since: datetime,
    actor: str,
    now: datetime,
) -> ProgramVersion:
    session.add(
        ProgramVersionRow(
            merchant_id=merchant_id,
            version=version,
            effective_from=since,
            settings=settings.model_dump(mode="json"),
            created_at=now,
            created_by=actor,
        )
    )
    await session.flush()
    return ProgramVersion(merchant_id, version, since, settings, actor)
