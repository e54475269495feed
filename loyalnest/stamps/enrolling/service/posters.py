"""Posters are put up and taken down."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants, messaging
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import new_id
from loyalnest.messaging import Channel
from loyalnest.stamps import queries as cards
from loyalnest.stamps.enrolling import queries
from loyalnest.stamps.enrolling.directory import list_poster
from loyalnest.stamps.enrolling.errors import CheckImpossible, PosterNotFound, TooManyPosters
from loyalnest.stamps.enrolling.values import CheckBy, Poster
from loyalnest.stamps.numbers import ALPHABET
from loyalnest.stamps.values import CardProgramId

AT_MOST = 500
_LETTERS = 8

_ADD = text("""
INSERT INTO posters (merchant_id, id, program_id, store_id, name, code, check_by, created_at,
                     created_by)
VALUES (:merchant_id, :id, :program_id, :store_id, :name, :code, :check_by, :now, :actor)
""")
_WITHDRAW = text("""
UPDATE posters
SET withdrawn_at = coalesce(withdrawn_at, :now)
WHERE merchant_id = :merchant_id AND id = :id
RETURNING true
""")


async def create_poster(
    session: AsyncSession,
    *,
    program_id: CardProgramId,
    store_id: UUID | None,
    name: str,
    check_by: CheckBy | None,
    actor: str,
    now: datetime,
) -> Poster:
    """Make a poster with a code of its own, 40 bits that nobody has to remember.

    Raises CardProgramNotFound, StoreNotFound, CheckImpossible, TooManyPosters.
    """
    merchant_id = await merchants.take_turns(session)
    await cards.get_program(session, program_id)
    if store_id is not None:
        await merchants.get_store(session, store_id)
    if check_by is not None:
        await check_carrier(session, check_by)
    if len(await queries.list_posters(session)) >= AT_MOST:
        raise TooManyPosters
    poster_id = new_id()
    code = "".join(secrets.choice(ALPHABET) for _ in range(_LETTERS))
    row = {
        "merchant_id": merchant_id,
        "id": poster_id,
        "program_id": program_id,
        "store_id": store_id,
        "name": name,
        "code": code,
        "check_by": check_by,
        "now": now,
        "actor": actor,
    }
    await session.execute(_ADD, row)
    await list_poster(session, merchant_id, poster_id, code)
    return await queries.get_poster(session, poster_id)


async def withdraw_poster(session: AsyncSession, poster_id: UUID, *, now: datetime) -> Poster:
    """Take a poster out of use; whoever scans it is told so. Raises PosterNotFound."""
    about = {"merchant_id": merchant_of(session), "id": poster_id, "now": now}
    if not await session.scalar(_WITHDRAW, about):
        raise PosterNotFound
    return await queries.get_poster(session, poster_id)


async def check_carrier(session: AsyncSession, check_by: CheckBy) -> None:
    """Whether codes can be sent on a channel. Raises CheckImpossible."""
    channel = Channel(check_by)
    if not any(it.channel is channel for it in await messaging.list_senders(session)):
        raise CheckImpossible
