"""Named reads."""

import json
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of, ring_of
from loyalnest.messaging import Provider, Reason
from loyalnest.sinks.errors import SinkNotFound
from loyalnest.sinks.keys import CREDENTIALS
from loyalnest.sinks.values import POURED, Sink, SinkAccount, SinkState

_COLUMNS = """
SELECT s.merchant_id, s.id, s.provider, s.options, s.state, s.reason, s.position, s.connected_at,
       s.failures, s.paused_until, s.updated_at, s.credentials_sealed,
       (SELECT count(*)
        FROM (SELECT FROM events e
              WHERE e.merchant_id = s.merchant_id
                AND e.position > s.position
                AND e.type = ANY (:poured)
              LIMIT 10000) ahead) AS waiting
FROM sinks s
WHERE s.merchant_id = :merchant_id
"""
_LIST = text(_COLUMNS + "ORDER BY s.provider")
_ONE = text(_COLUMNS + "AND s.provider = :provider")


async def list_sinks(session: AsyncSession) -> list[Sink]:
    """The merchant's sinks."""
    rows = await session.execute(_LIST, _asked(session))
    return [_sink(row) for row in rows]


async def get_sink(session: AsyncSession, provider: Provider) -> Sink:
    """The merchant's sink at this tool. Raises SinkNotFound."""
    return _sink(await _row(session, provider))


async def account_of(session: AsyncSession, provider: Provider) -> SinkAccount:
    """The same, opened for pouring. Raises SinkNotFound."""
    row = await _row(session, provider)
    sealed = bytes(row.credentials_sealed)
    opened = ring_of(session).open(row.merchant_id, CREDENTIALS, sealed)
    return SinkAccount(
        merchant_id=row.merchant_id,
        sink_id=row.id,
        provider=provider,
        credentials=json.loads(opened),
        options=row.options,
    )


async def _row(session: AsyncSession, provider: Provider) -> Row[Any]:
    asked = {**_asked(session), "provider": provider.value}
    row = (await session.execute(_ONE, asked)).one_or_none()
    if row is None:
        raise SinkNotFound
    return row


def _asked(session: AsyncSession) -> dict[str, Any]:
    return {"merchant_id": merchant_of(session), "poured": sorted(POURED)}


def _sink(row: Row[Any]) -> Sink:
    return Sink(
        merchant_id=row.merchant_id,
        id=row.id,
        provider=Provider(row.provider),
        options=row.options,
        state=SinkState(row.state),
        reason=Reason(row.reason) if row.reason else None,
        position=row.position,
        connected_at=row.connected_at,
        failures=row.failures,
        paused_until=row.paused_until,
        updated_at=row.updated_at,
        waiting=row.waiting,
    )
