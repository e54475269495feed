"""Named reads: merchants, their stores, and the program as it was at any instant."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of, ring_of
from loyalnest.merchants import rules
from loyalnest.merchants.errors import MerchantNotFound, StoreNotFound
from loyalnest.merchants.values import (
    Merchant,
    Program,
    ProgramSettings,
    ProgramVersion,
    Shop,
    Store,
)

_MERCHANT = (
    "SELECT merchant_id, handle, name, currency, time_zone, locale, created_at FROM merchants"
)
_SETTLED = (
    "SELECT merchant_id, currency, time_zone FROM merchants WHERE merchant_id = ANY($1::uuid[])"
)
_BY_ID = f"{_MERCHANT} WHERE merchant_id = $1"
_BY_HANDLE = text(f"{_MERCHANT} WHERE handle = :handle")
_STORES = (
    "SELECT id, merchant_id, provider, domain, name, created_at, uninstalled_at, web_addresses"
    " FROM stores"
)
_STORES_AFTER = text(
    f"{_STORES} WHERE merchant_id = :merchant_id"
    " AND (cast(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit"
)
_STORE = text(f"{_STORES} WHERE merchant_id = :merchant_id AND id = :id")
_CONNECTED = text(
    "SELECT true FROM stores"
    " WHERE merchant_id = :merchant_id AND id = :id AND uninstalled_at IS NULL"
)
_HAS_PAGE = """
FROM stores
WHERE uninstalled_at IS NULL
  AND (domain = :host OR web_addresses @> ARRAY[:origin])
"""
_PAGE_OF_MERCHANT = text(f"SELECT true {_HAS_PAGE} AND merchant_id = :merchant_id LIMIT 1")
_OWNERS = text(
    "SELECT domain, merchant_id FROM stores"
    " WHERE uninstalled_at IS NULL AND domain = ANY(cast(:domains AS text[]))"
)
PAGE_OF_ANYBODY = text(f"SELECT true {_HAS_PAGE} LIMIT 1")
_SHOP = text(
    "SELECT merchant_id, subject_id FROM directory WHERE kind = :kind AND hash = ANY(:hashes)"
)
# A version is never changed, but a transaction that wrote and read one may have been rolled back:
# the writer's transaction id tells that version from its successor.
_NEWEST = """
SELECT DISTINCT ON (merchant_id) merchant_id, version, xmin::text
FROM program_versions
WHERE merchant_id = ANY($1::uuid[])
ORDER BY merchant_id, version DESC
"""
_VERSIONS = """
SELECT merchant_id, version, effective_from, settings, created_by FROM program_versions
WHERE merchant_id = ANY($1::uuid[])
ORDER BY merchant_id, version
"""

_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class _Settled:
    currency: str
    zone: ZoneInfo


_settled: dict[UUID, _Settled] = {}


async def find(session: AsyncSession, merchant_id: UUID) -> Merchant | None:
    """A merchant by id."""
    row = await (await bulk(session)).fetchrow(_BY_ID, merchant_id)
    return Merchant(*row) if row else None


async def get(session: AsyncSession, merchant_id: UUID) -> Merchant:
    """A merchant by id. Raises MerchantNotFound."""
    merchant = await find(session, merchant_id)
    if merchant is None:
        raise MerchantNotFound
    return merchant


async def currencies_of(session: AsyncSession, merchant_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What each merchant reckons in."""
    found = await _settled_of(session, merchant_ids)
    return {id_: it.currency for id_, it in found.items()}


async def zones_of(session: AsyncSession, merchant_ids: Sequence[UUID]) -> dict[UUID, ZoneInfo]:
    """By which clock each merchant's days begin and end."""
    found = await _settled_of(session, merchant_ids)
    return {id_: it.zone for id_, it in found.items()}


async def _settled_of(session: AsyncSession, merchant_ids: Sequence[UUID]) -> dict[UUID, _Settled]:
    """What is settled for good when a merchant is opened, asked for once a process."""
    known = {it: _settled[it] for it in merchant_ids if it in _settled}
    if unknown := [it for it in merchant_ids if it not in known]:
        rows = await (await bulk(session)).fetch(_SETTLED, unknown)
        found = {row[0]: _Settled(row[1], ZoneInfo(row[2])) for row in rows}
        if len(_settled) + len(found) > _REMEMBERED:
            _settled.clear()
        _settled.update(found)
        known |= found
    return known


async def find_by_handle(session: AsyncSession, handle: str) -> Merchant | None:
    """A merchant by handle, among those the session may see."""
    row = (await session.execute(_BY_HANDLE, {"handle": handle})).one_or_none()
    return Merchant(*row) if row else None


async def get_by_handle(session: AsyncSession, handle: str) -> Merchant:
    """A merchant by handle. Raises MerchantNotFound."""
    merchant = await find_by_handle(session, handle)
    if merchant is None:
        raise MerchantNotFound(f"There is no merchant '{handle}' here.")
    return merchant


async def list_merchants(session: AsyncSession) -> list[Merchant]:
    """Every merchant the session may see, by handle."""
    rows = await session.execute(text(f"{_MERCHANT} ORDER BY handle"))
    return [Merchant(*row) for row in rows]


async def list_stores(
    session: AsyncSession, *, merchant_id: UUID, after: UUID | None = None, limit: int = 1000
) -> list[Store]:
    """A merchant's stores, oldest first, also those that left."""
    rows = await session.execute(
        _STORES_AFTER,
        {"merchant_id": merchant_id, "after": after, "limit": limit},
    )
    return [_store(row) for row in rows]


async def list_all_stores(session: AsyncSession) -> list[Store]:
    """Every store the session may see."""
    return [_store(row) for row in await session.execute(text(_STORES))]


async def get_store(session: AsyncSession, store_id: UUID) -> Store:
    """One of the merchant's stores. Raises StoreNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": store_id}
    row = (await session.execute(_STORE, asked)).one_or_none()
    if row is None:
        raise StoreNotFound
    return _store(row)


async def has_page(session: AsyncSession, origin: str) -> bool:
    """Whether a page of this origin belongs to a connected store of the merchant."""
    asked = {**_asked(origin), "merchant_id": merchant_of(session)}
    return await session.scalar(_PAGE_OF_MERCHANT, asked) is not None


async def is_anybodys_page(session: AsyncSession, origin: str) -> bool:
    """Whether a page of this origin belongs to any merchant's store. For the platform."""
    return await session.scalar(PAGE_OF_ANYBODY, _asked(origin)) is not None


def _asked(origin: str) -> dict[str, str]:
    # A shop is at its provider's address by https, and at no other port.
    return {"origin": origin, "host": origin.removeprefix("https://")}


def _store(row: Row[Any]) -> Store:
    return Store(
        id=row.id,
        merchant_id=row.merchant_id,
        provider=row.provider,
        domain=row.domain,
        name=row.name,
        created_at=row.created_at,
        uninstalled_at=row.uninstalled_at,
        web_addresses=tuple(row.web_addresses),
    )


async def find_shop(session: AsyncSession, *, provider: str, domain: str) -> Shop | None:
    """Whose store this is, whoever asks; also one that uninstalled."""
    kind = shop_kind(provider)
    hashes = ring_of(session).blind_all(None, kind, rules.normalised_domain(domain))
    row = (await session.execute(_SHOP, {"kind": kind, "hashes": hashes})).first()
    return Shop(row.merchant_id, row.subject_id) if row else None


async def owners_of(session: AsyncSession, domains: Collection[str]) -> dict[str, UUID]:
    """Whose connected stores these are, as far as they are anybody's. For the platform."""
    normal = {domain: rules.normalised_domain(domain) for domain in domains}
    rows = await session.execute(_OWNERS, {"domains": sorted(set(normal.values()))})
    owners: dict[str, UUID] = {row.domain: row.merchant_id for row in rows}
    return {domain: owners[name] for domain, name in normal.items() if name in owners}


async def is_connected(session: AsyncSession, store_id: UUID) -> bool:
    """Whether this is one of the merchant's stores and has not left."""
    asked = {"merchant_id": merchant_of(session), "id": store_id}
    return await session.scalar(_CONNECTED, asked) is not None


def shop_kind(provider: str) -> str:
    """Under which kind the directory lists a provider's stores."""
    return f"shop:{provider}"


async def programs_of(session: AsyncSession, merchant_ids: Sequence[UUID]) -> dict[UUID, Program]:
    """The programs of these merchants, in one small query where nothing has changed.

    Versions never change once they are written, so the process keeps what it has read; only
    merchants with a new version are read again.
    """
    connection = await bulk(session)
    newest = {
        row[0]: (row[1], row[2]) for row in await connection.fetch(_NEWEST, list(merchant_ids))
    }
    known = {merchant_id: _known.get(merchant_id) for merchant_id in newest}
    stale = [
        merchant_id
        for merchant_id, mark in newest.items()
        if (found := known[merchant_id]) is None or found.mark != mark
    ]
    if stale:
        for merchant_id, versions in await _read_versions(session, stale):
            _known[merchant_id] = _Known(newest[merchant_id], Program(versions))
    return {merchant_id: _known[merchant_id].program for merchant_id in newest}


async def program_of(session: AsyncSession, merchant_id: UUID) -> Program:
    """One merchant's program. Raises MerchantNotFound."""
    programs = await programs_of(session, [merchant_id])
    if merchant_id not in programs:
        raise MerchantNotFound
    return programs[merchant_id]


@dataclass(frozen=True, slots=True)
class _Known:
    mark: tuple[int, str]
    program: Program


_known: dict[UUID, _Known] = {}


async def _read_versions(
    session: AsyncSession, merchant_ids: Sequence[UUID]
) -> Iterator[tuple[UUID, list[ProgramVersion]]]:
    connection = await bulk(session)
    rows = await connection.fetch(_VERSIONS, list(merchant_ids))
    versions = [
        ProgramVersion(
            merchant_id=row["merchant_id"],
            version=row["version"],
            effective_from=row["effective_from"],
            settings=ProgramSettings.model_validate(row["settings"]),
            created_by=row["created_by"],
        )
        for row in rows
    ]
    grouped = groupby(versions, key=lambda each: each.merchant_id)
    return ((merchant_id, list(group)) for merchant_id, group in grouped)
