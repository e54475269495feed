"""Facts that have happened, and the way to announce them.

`publish` puts events into the outbox in the transaction that made them true, one row for a whole
batch. The sequencer (`kernel.relay`) later gives each its position in the log, in commit order, and
subscribers read from there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import new_id

_ENVELOPE = frozenset({"merchant_id", "customer_id", "occurred_at"})

_PUT = """
INSERT INTO outbox (merchant_ids, ids, types, customer_ids, data, occurred_at, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact, named in the past tense; ids and values, never personal data.

    A subclass sets `type`, its wire name (`points.earned`), and adds fields. Fields are only ever
    added: whoever reads an event years later must still understand it.
    """

    type: ClassVar[str]

    merchant_id: UUID
    customer_id: UUID | None = None
    occurred_at: datetime

    def data(self) -> dict[str, Any]:
        """What the event says beyond whom and when."""
        return {
            name: getattr(self, name) for name in self.__struct_fields__ if name not in _ENVELOPE
        }


async def publish(session: AsyncSession, events: Sequence[Event], *, now: datetime) -> None:
    """Announce events if, and only if, this transaction commits."""
    if not events:
        return
    connection = await bulk(session)
    await connection.execute(
        _PUT,
        [event.merchant_id for event in events],
        [new_id() for _ in events],
        [event.type for event in events],
        [event.customer_id for event in events],
        [msgspec.json.encode(event.data()).decode() for event in events],
        [event.occurred_at for event in events],
        now,
    )
