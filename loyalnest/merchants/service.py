"""Use cases: a merchant opens, gains and loses stores, changes its program."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.crypto import KeyRing
from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.merchants import queries, rules
from loyalnest.merchants.errors import (
    HandleTaken,
    ProgramStale,
    StoreNotFound,
    StoreTaken,
    TooManyWebAddresses,
    WebAddressesStale,
)
from loyalnest.merchants.events import (
    ProgramChanged,
    ProgramSwitched,
    StoreAddressesChanged,
    StoreUninstalled,
)
from loyalnest.merchants.models import MerchantRow, ProgramVersionRow, StoreRow
from loyalnest.merchants.values import Merchant, ProgramSettings, ProgramVersion, Store, Switch

_LOCK_MERCHANT = text("SELECT 1 FROM merchants WHERE merchant_id = :merchant_id FOR NO KEY UPDATE")
_LOCK_NAME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_LINE = ("kind", "hash", "merchant_id", "store_id")
_LIST_STORES = text(
    "INSERT INTO directory (kind, hash, merchant_id, subject_id)"
    " SELECT * FROM unnest(cast(:kind AS text[]), cast(:hash AS bytea[]),"
    " cast(:merchant_id AS uuid[]), cast(:store_id AS uuid[]))"
    " ON CONFLICT DO NOTHING RETURNING true"
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
    await put_in_directory(session, directory_lines(ring_of(session), [store]))
    return store


async def save_web_addresses(
    session: AsyncSession,
    store_id: UUID,
    addresses: Sequence[str],
    *,
    read: Sequence[str] | None = None,
    now: datetime,
) -> Store:
    """Say where a store's pages are, from which customers' doors may be called.

    With `read`, the addresses as they were read, nothing that was saved meanwhile is overwritten.
    Raises StoreNotFound, WebAddressInvalid, TooManyWebAddresses, WebAddressesStale.
    """
    wanted = list(dict.fromkeys(rules.web_address(each) for each in addresses))
    if len(wanted) > rules.ADDRESSES_AT_MOST:
        raise TooManyWebAddresses
    merchant_id = merchant_of(session)
    row = await session.get(StoreRow, (merchant_id, store_id), with_for_update=True)
    if row is None:
        raise StoreNotFound
    before = row.web_addresses
    if wanted != before:
        if read is not None and list(read) != before:
            raise WebAddressesStale
        row.web_addresses = wanted
        await session.flush()
        changed = StoreAddressesChanged(
            merchant_id=merchant_id,
            occurred_at=now,
            store_id=store_id,
            before=before,
            after=wanted,
        )
        await publish(session, [changed], now=now)
    return await queries.get_store(session, store_id)


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


async def take_turns(session: AsyncSession) -> UUID:
    """Whoever changes something of the session's merchant waits for whoever does so already.

    Its id.
    """
    merchant_id = merchant_of(session)
    await session.execute(_LOCK_MERCHANT, {"merchant_id": merchant_id})
    return merchant_id


async def save_program(
    session: AsyncSession,
    settings: ProgramSettings,
    *,
    read_version: int | None = None,
    actor: str,
    now: datetime,
) -> ProgramVersion:
    """Make these settings the program from now on; what was earned before stays as it is.

    Saving what is already in force changes nothing and returns the version in force. With
    `read_version` only that version is replaced. Raises ProgramStale.
    """
    merchant_id = await take_turns(session)
    current = (await queries.program_of(session, merchant_id)).current
    if current.settings == settings:
        return current
    if read_version is not None and read_version != current.version:
        raise ProgramStale
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
    await publish(session, [changed, *_turned(current, saved, now)], now=now)
    return saved


async def switch(
    session: AsyncSession, name: str, state: Switch, *, actor: str, now: datetime
) -> ProgramVersion:
    """Switch the program, a part of it or an earning rule; all else stays as it is.

    Raises SwitchUnknown.
    """
    merchant_id = await take_turns(session)
    current = (await queries.program_of(session, merchant_id)).current
    settings = rules.switched(current.settings, name, state)
    return await save_program(session, settings, actor=actor, now=now)


def _turned(
    before: ProgramVersion, after: ProgramVersion, now: datetime
) -> Iterator[ProgramSwitched]:
    stood = rules.switches_of(before.settings)
    for name, state in rules.switches_of(after.settings).items():
        was = stood.get(name, Switch.OFF)
        if was is not state:
            yield ProgramSwitched(
                merchant_id=after.merchant_id,
                occurred_at=now,
                switch=name,
                state=state.value,
                before=was.value,
            )


async def _welcome_back(
    session: AsyncSession, merchant_id: UUID, store_id: UUID, name: str
) -> Store:
    row = await session.get_one(StoreRow, (merchant_id, store_id))
    row.name, row.uninstalled_at = name, None
    await session.flush()
    return await queries.get_store(session, store_id)


def directory_lines(ring: KeyRing, stores: Sequence[Store]) -> list[dict[str, object]]:
    """What the directory says of these stores, hashed with the ring's current key."""
    kinds = [queries.shop_kind(store.provider) for store in stores]
    return [
        {
            "kind": kind,
            "hash": ring.blind(None, kind, store.domain).hash,
            "merchant_id": store.merchant_id,
            "store_id": store.id,
        }
        for kind, store in zip(kinds, stores, strict=True)
    ]


async def put_in_directory(session: AsyncSession, lines: Sequence[dict[str, object]]) -> int:
    """Add lines to the directory and return how many were new."""
    added = await session.execute(
        _LIST_STORES,
        {name: [line[name] for line in lines] for name in _LINE},
    )
    return len(added.all())


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
