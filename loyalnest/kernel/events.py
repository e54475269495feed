"""Facts that have happened, and the way to announce them.

`publish` puts events into the outbox in the transaction that made them true, one row for a whole
batch. The sequencer (`kernel.relay`) later gives each its position in the log, in commit order, and
subscribers read from there. What somebody does, rather than the program by itself, is announced
with who did it and from where: `sign` the transaction, and all it announces says so.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.kernel.ids import new_id

_ENVELOPE = frozenset({"merchant_id", "customer_id", "occurred_at"})

_PUT = """
INSERT INTO outbox (merchant_ids, ids, types, customer_ids, data, occurred_at, recorded_at, author)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever made facts true, and from where."""

    actor: str
    """`staff:stf_…`, `api_key:key_…`, `customer:cus_…`, or `cli` for the operator."""
    device: str | None = None
    """What it was done on, told roughly (`Firefox, Linux`)."""
    network: str | None = None
    """Where it was done: a network of 256 addresses (IPv4) or a /48 (IPv6), never one address."""


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


def sign(session: AsyncSession, author: Author) -> None:
    """From here on, whatever this transaction announces is told as this author's doing."""
    session.info["author"] = author


@asynccontextmanager
async def announced_together(session: AsyncSession, *, now: datetime) -> AsyncGenerator[None]:
    """Write down all that is announced in here at once, at the end: for a door that is in a hurry.

    No savepoint may be rolled back in here: what was announced within would be all the same.
    """
    held = session.info["held"] = list[Event]()
    try:
        yield
    finally:
        del session.info["held"]
    await publish(session, held, now=now)


async def publish(session: AsyncSession, events: Sequence[Event], *, now: datetime) -> None:
    """Announce events if, and only if, this transaction commits."""
    if not events:
        return
    held: list[Event] | None = session.info.get("held")
    if held is not None:
        held += events
        return
    author: Author | None = session.info.get("author")
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
        None if author is None else msgspec.json.encode(author).decode(),
    )
