"""Units: what is counted, under what name, and when it lapses."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id
from loyalnest.ledger import errors
from loyalnest.ledger.events import UnitRenamed
from loyalnest.ledger.expiry import NEVER, Expiry
from loyalnest.ledger.values import Unit, UnitId, UnitKind

POINTS = "points"

_OPEN = """
INSERT INTO units (merchant_id, id, code, kind, names, expiry, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (merchant_id, code) DO NOTHING
RETURNING (SELECT time_zone FROM merchants WHERE merchant_id = $1)
"""

_READ = """
SELECT u.merchant_id, u.id, u.code, u.kind, u.names::text, u.expiry::text, m.time_zone
FROM units u
JOIN merchants m ON m.merchant_id = u.merchant_id
"""

_BY_ID = (
    _READ
    + """
JOIN unnest($1::uuid[], $2::uuid[]) AS k (merchant_id, id)
  ON k.merchant_id = u.merchant_id AND k.id = u.id
"""
)

_BY_CODE = (
    _READ
    + """
JOIN unnest($1::uuid[]) AS k (merchant_id) ON k.merchant_id = u.merchant_id
WHERE u.code = $2
"""
)


_ALL = (
    _READ
    + """
WHERE u.merchant_id = $1
ORDER BY u.kind, u.code
"""
)


_REMEMBERED = 20_000
_known_ids: dict[tuple[UUID, str], UnitId] = {}

_RENAME = "UPDATE units SET names = $3 WHERE merchant_id = $1 AND id = $2"


async def open_unit(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    code: str = POINTS,
    kind: UnitKind = "points",
    names: Mapping[str, tuple[str, str]] | None = None,
    expiry: Expiry = NEVER,
    now: datetime,
) -> Unit:
    """Give a merchant something to count. Raises UnitExists."""
    unit_id = UnitId(new_id())
    names = names or {"en": ("point", "points")}
    connection = await bulk(session)
    time_zone = await connection.fetchval(
        _OPEN,
        merchant_id,
        unit_id,
        code,
        kind,
        msgspec.json.encode(names).decode(),
        msgspec.json.encode(expiry).decode(),
        now,
    )
    if time_zone is None:
        raise errors.UnitExists
    return Unit(merchant_id, unit_id, code, kind, names, expiry, time_zone)


async def rename(
    session: AsyncSession,
    *,
    merchant_id: UUID,
    code: str,
    names: Mapping[str, tuple[str, str]],
    now: datetime,
) -> Unit:
    """Call a unit by these names, by language: singular, plural. Raises UnitUnknown."""
    unit = await unit_by_code(session, merchant_id, code)
    connection = await bulk(session)
    await connection.execute(_RENAME, merchant_id, unit.id, msgspec.json.encode(names).decode())
    if names != unit.names:
        renamed = UnitRenamed(
            merchant_id=merchant_id,
            occurred_at=now,
            unit=code,
            before=dict(unit.names),
            after=dict(names),
        )
        await publish(session, [renamed], now=now)
    return msgspec.structs.replace(unit, names=names)


async def units_of(
    session: AsyncSession, merchant_ids: Iterable[UUID], *, code: str = POINTS
) -> dict[UUID, Unit]:
    """The unit of a code, by merchant; a merchant without one is left out."""
    connection = await bulk(session)
    rows = await connection.fetch(_BY_CODE, list(set(merchant_ids)), code)
    return {unit.merchant_id: unit for unit in map(_unit, rows)}


async def unit_ids_of(
    session: AsyncSession, merchant_ids: Iterable[UUID], *, code: str = POINTS
) -> dict[UUID, UnitId]:
    """What to post in: the unit's id by merchant; a merchant without such a unit is left out.

    It is a unit's for good, and asked of the database once a process.
    """
    wanted = set(merchant_ids)
    known = {it: _known_ids[it, code] for it in wanted if (it, code) in _known_ids}
    if unknown := wanted - known.keys():
        found = await units_of(session, unknown, code=code)
        if len(_known_ids) + len(found) > _REMEMBERED:
            _known_ids.clear()
        _known_ids.update({(unit.merchant_id, code): unit.id for unit in found.values()})
        known |= {merchant_id: unit.id for merchant_id, unit in found.items()}
    return known


async def unit_by_code(session: AsyncSession, merchant_id: UUID, code: str) -> Unit:
    """One unit of a merchant. Raises UnitUnknown."""
    units = await units_of(session, [merchant_id], code=code)
    if merchant_id not in units:
        raise errors.UnitUnknown
    return units[merchant_id]


async def unit_asked(session: AsyncSession, merchant_id: UUID, code: str) -> UnitId | None:
    """The unit that a list is of; None for points where a merchant counts none.

    Raises UnitUnknown.
    """
    found = await unit_ids_of(session, [merchant_id], code=code)
    if merchant_id not in found and code != POINTS:
        raise errors.UnitUnknown
    return found.get(merchant_id)


async def list_units(session: AsyncSession, merchant_id: UUID) -> list[Unit]:
    """Everything a merchant counts, by code."""
    connection = await bulk(session)
    rows = await connection.fetch(_ALL, merchant_id)
    return list(map(_unit, rows))


async def read_units(
    session: AsyncSession, ids: Iterable[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Unit]:
    """Units by merchant and id; unknown ones are left out."""
    pairs = list(ids)
    connection = await bulk(session)
    rows = await connection.fetch(
        _BY_ID, [merchant_id for merchant_id, _ in pairs], [unit_id for _, unit_id in pairs]
    )
    return {(unit.merchant_id, unit.id): unit for unit in map(_unit, rows)}


def _unit(row: Row) -> Unit:
    merchant_id, unit_id, code, kind, names, expiry, time_zone = row
    return Unit(merchant_id, unit_id, code, kind, _names(names), _expiry(expiry), time_zone)


# Few distinct texts come by very often: a batch reads the units of all its merchants.
@lru_cache(maxsize=1024)
def _names(text: str) -> Mapping[str, tuple[str, str]]:
    return msgspec.json.decode(text, type=dict[str, tuple[str, str]])


@lru_cache(maxsize=1024)
def _expiry(text: str) -> Expiry:
    return msgspec.json.decode(text, type=Expiry)
