"""The log as people look through it: by when things happened, the latest first.

However long the log is, a page costs the same. Each kind of event has its own stretch of an index,
in the order of time; the latest few of every kind that is wanted are taken, and of these the
latest. Which kinds there are is found by leaping from one to the next in the same index.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.kernel.relay.queries import COLUMNS, event_of
from loyalnest.kernel.relay.values import LoggedEvent


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; None asks for everything."""

    types: Collection[str] | None = None
    customer_id: UUID | None = None
    store_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""


# One upper bound, for the end of the time that is wanted and for the last row that was seen: of two
# the index would take the looser one to begin at.
_BETWEEN = """
      AND occurred_at >= coalesce($2::timestamptz, '-infinity')
      AND (occurred_at, position) < (coalesce($3::timestamptz, 'infinity'), $4::bigint)
    ORDER BY occurred_at DESC, position DESC
    LIMIT $5
"""

OF_CUSTOMER = (
    "SELECT"
    + COLUMNS
    + """FROM events
    WHERE merchant_id = $1
      AND ($6::text[] IS NULL OR type = ANY ($6))
      AND ($7::uuid IS NULL OR store_id = $7)
      AND customer_id = $8"""
    + _BETWEEN
)


_BY_KIND = """
WITH RECURSIVE kinds AS (
    SELECT unnest($6::text[]) AS type
    UNION ALL
    (
        SELECT type
        FROM events
        WHERE $6 IS NULL AND merchant_id = $1<of store>
        ORDER BY type
        LIMIT 1
    )
), known AS (
    SELECT type FROM kinds
    UNION ALL
    SELECT (
        SELECT events.type
        FROM events
        WHERE merchant_id = $1<of store> AND events.type > known.type
        ORDER BY events.type
        LIMIT 1
    )
    FROM known
    WHERE $6 IS NULL AND known.type IS NOT NULL
)
SELECT found.*
FROM known
CROSS JOIN LATERAL (
    SELECT <columns>
    FROM events
    WHERE merchant_id = $1<of store> AND events.type = known.type <between>
) AS found
ORDER BY occurred_at DESC, position DESC
LIMIT $5
""".replace("<columns>", COLUMNS).replace("<between>", _BETWEEN)
BY_KIND = _BY_KIND.replace("<of store>", "")
BY_STORE = _BY_KIND.replace("<of store>", " AND store_id = $7")


async def list_activity(
    session: AsyncSession,
    wanted: Wanted,
    *,
    merchant_id: UUID,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[LoggedEvent]:
    """What happened at a merchant, the latest first.

    `before` is when the last event that was seen happened, and its position.
    """
    types = None if wanted.types is None else sorted(set(wanted.types))
    asked = [merchant_id, wanted.since, *(before or (wanted.until, 0)), limit, types]
    connection = await bulk(session)
    if wanted.customer_id is not None:
        rows = await connection.fetch(OF_CUSTOMER, *asked, wanted.store_id, wanted.customer_id)
    elif wanted.store_id is not None:
        rows = await connection.fetch(BY_STORE, *asked, wanted.store_id)
    else:
        rows = await connection.fetch(BY_KIND, *asked)
    return [event_of(row) for row in rows]
