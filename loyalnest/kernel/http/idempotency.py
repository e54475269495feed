"""A request that is sent twice has its effect once.

The key is claimed in the transaction of the effect: a second request with it waits for the first
to commit, then gets the reference to what the first one did. There is no expiry.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import Row, bulk, merchant_of
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
SELECT $1, $2, k.key, k.request_hash, k.effect::jsonb, $6
FROM unnest($3::text[], $4::bytea[], $5::text[]) AS k (key, request_hash, effect)
ORDER BY k.key
ON CONFLICT DO NOTHING
RETURNING key
"""
_EARLIER = """
SELECT key, request_hash, effect::text FROM idempotency_keys
WHERE merchant_id = $1 AND scope = $2 AND key = ANY($3::text[])
"""
_RELEASE = """
DELETE FROM idempotency_keys WHERE merchant_id = $1 AND scope = $2 AND key = ANY($3::text[])
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that somebody sent, what they sent it with, and what is going to be there for it."""

    key: str
    request_hash: bytes
    effect: Mapping[str, str]
    """Refers to what will be there, by ids that are drawn beforehand."""


class IdempotencyKeyReused(Conflict):
    """This idempotency key was used for another request; take a new one."""


async def claim(
    session: AsyncSession,
    *,
    scope: str,
    key: str,
    request_hash: bytes,
    effect: Mapping[str, str],
    now: datetime,
) -> dict[str, str] | None:
    """Take a key for what this transaction is about to do; None where the key is new.

    Otherwise what the first request with it left, and nothing is to be done. `scope` names the use
    case, so that one key may serve several; `effect` refers to what will be there, by ids that are
    drawn beforehand. Raises IdempotencyKeyReused.
    """
    wanted = Claim(key, request_hash, effect)
    (earlier,) = await claim_many(session, [wanted], scope=scope, now=now)
    if isinstance(earlier, IdempotencyKeyReused):
        raise earlier
    return earlier


async def claim_many(
    session: AsyncSession, claims: Sequence[Claim], *, scope: str, now: datetime
) -> list[dict[str, str] | IdempotencyKeyReused | None]:
    """The same for several requests, no two of them with the same key."""
    place, keys = (merchant_of(session), scope), [it.key for it in claims]
    connection = await bulk(session)
    hashes = [it.request_hash for it in claims]
    effects = [json.dumps(it.effect) for it in claims]
    written = await connection.fetch(_CLAIM, *place, keys, hashes, effects, now)
    fresh: set[str] = {row[0] for row in written}
    known = [key for key in keys if key not in fresh]
    rows = await connection.fetch(_EARLIER, *place, known) if known else []
    earlier = {row["key"]: row for row in rows}
    return [None if it.key in fresh else _repeated(it, earlier[it.key]) for it in claims]


async def release(session: AsyncSession, keys: Sequence[str], *, scope: str) -> None:
    """Give back keys that this transaction took, for requests that were refused after all."""
    if keys:
        connection = await bulk(session)
        await connection.execute(_RELEASE, merchant_of(session), scope, keys)


def _repeated(wanted: Claim, earlier: Row) -> dict[str, str] | IdempotencyKeyReused:
    if earlier["request_hash"] != wanted.request_hash:
        return IdempotencyKeyReused()
    return json.loads(earlier["effect"])


async def bind(
    session: AsyncSession, *, scope: str, key: str, request_hash: bytes, now: datetime
) -> None:
    """Hold a key to the one request that it came with.

    For a use case that knows a repetition by more than the key, and answers it by itself. Raises
    IdempotencyKeyReused.
    """
    await claim(session, scope=scope, key=key, request_hash=request_hash, effect={}, now=now)


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
