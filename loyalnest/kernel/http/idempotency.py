"""A request that is sent twice has its effect once.

The key is claimed in the transaction of the effect: a second request with it waits for the first
to commit, then gets the reference to what the first one did. There is no expiry.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.errors import Conflict

REPLAYED = "Idempotency-Replayed"
"""The response header that says: this is the answer to an earlier request."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own name for this request; send the same one when you repeat it.",
        examples=["order-1001-earn"],
    ),
]

_CLAIM = """
INSERT INTO idempotency_keys (merchant_id, scope, key, request_hash, effect, recorded_at)
VALUES ($1, $2, $3, $4, '{}', $5)
ON CONFLICT DO NOTHING RETURNING true
"""
_EARLIER = """
SELECT request_hash, effect::text FROM idempotency_keys
WHERE merchant_id = $1 AND scope = $2 AND key = $3
"""
_REMEMBER = """
UPDATE idempotency_keys SET effect = $4::text::jsonb
WHERE merchant_id = $1 AND scope = $2 AND key = $3
"""


class IdempotencyKeyReused(Conflict):
    """This idempotency key was used for another request; take a new one."""


@dataclass(frozen=True, slots=True)
class Once:
    """A reference to what was done, now or the first time."""

    effect: dict[str, Any]
    replayed: bool


async def once(
    session: AsyncSession,
    *,
    scope: str,
    key: str,
    request_hash: bytes,
    act: Callable[[], Awaitable[dict[str, Any]]],
    now: datetime,
) -> Once:
    """Do this at most once for this key and return the reference that the first time returned.

    `scope` names the use case, so that one key may serve several; `act` answers with ids, not with
    a copy of anything. Raises IdempotencyKeyReused.
    """
    claim = (merchant_of(session), scope, key)
    earlier = await _claim(session, claim, request_hash=request_hash, now=now)
    if earlier is not None:
        return Once(earlier, replayed=True)
    effect = await act()
    connection = await bulk(session)
    await connection.execute(_REMEMBER, *claim, json.dumps(effect))
    return Once(effect, replayed=False)


async def bind(
    session: AsyncSession, *, scope: str, key: str, request_hash: bytes, now: datetime
) -> None:
    """Hold a key to the one request that it came with.

    For a use case that knows a repetition by more than the key, and answers it by itself. Raises
    IdempotencyKeyReused.
    """
    claim = (merchant_of(session), scope, key)
    await _claim(session, claim, request_hash=request_hash, now=now)


async def _claim(
    session: AsyncSession, claim: tuple[UUID, str, str], *, request_hash: bytes, now: datetime
) -> dict[str, Any] | None:
    """Take a key; None where it is new, else the reference that the first request left."""
    connection = await bulk(session)
    if await connection.fetchval(_CLAIM, *claim, request_hash, now):
        return None
    (earlier,) = await connection.fetch(_EARLIER, *claim)
    if earlier["request_hash"] != request_hash:
        raise IdempotencyKeyReused
    return json.loads(earlier["effect"])


def repeated(view: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: what a request is answered that was carried out before."""
    said = {"description": "`true`", "schema": {"type": "string"}}
    return {
        200: {
            "model": view,
            "description": "This was done for an earlier request with the same key.",
            "headers": {REPLAYED: said},
        }
    }


def request_hash(body: BaseModel, *more: object) -> bytes:
    """What a repeated request is compared by: the body as it was understood, and path values."""
    canonical = json.dumps([body.model_dump(mode="json"), *map(str, more)], sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()
