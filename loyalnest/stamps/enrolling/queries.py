"""Named reads: posters, printed cards, and whom a link still opens a card for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import database_of, merchant_of
from loyalnest.stamps.enrolling.errors import CardBatchNotFound, CardLinkOver, PosterNotFound
from loyalnest.stamps.enrolling.links import PATH, read_link, write_link
from loyalnest.stamps.enrolling.values import (
    BatchId,
    CardBatch,
    CheckBy,
    Link,
    Poster,
    PosterId,
)
from loyalnest.stamps.secrets import secret_of, secrets_of
from loyalnest.stamps.values import CardId, CardProgramId

_A_MILLISECOND = timedelta(milliseconds=1)

_POSTERS = """
SELECT p.merchant_id, p.id, p.program_id, p.store_id, p.name, p.code, p.check_by, p.created_at,
       p.created_by, p.withdrawn_at,
       (SELECT count(*)
        FROM card_enrolments e
        WHERE e.merchant_id = p.merchant_id AND e.poster_id = p.id AND e.is_new) AS cards
FROM posters p
WHERE p.merchant_id = :merchant_id
"""
_LIST_POSTERS = text(f"{_POSTERS} ORDER BY p.withdrawn_at IS NOT NULL, p.id DESC")
_POSTER = text(f"{_POSTERS} AND p.id = :id")
_BATCHES = """
SELECT b.merchant_id, b.id, b.program_id, b.store_id, b.made_at, b.made_by,
       count(*) AS printed, count(c.card_id) AS bound
FROM card_batches b
JOIN printed_cards c ON c.merchant_id = b.merchant_id AND c.batch_id = b.id
WHERE b.merchant_id = :merchant_id
"""
_LIST_BATCHES = text(f"{_BATCHES} GROUP BY b.merchant_id, b.id ORDER BY b.id DESC")
_BATCH = text(f"{_BATCHES} AND b.id = :id GROUP BY b.merchant_id, b.id")
_NUMBERS = text("""
SELECT number
FROM printed_cards
WHERE merchant_id = :merchant_id AND batch_id = :id
ORDER BY number
""")
_HAS_PAPER = text("""
SELECT EXISTS (
    SELECT FROM card_batches WHERE merchant_id = :merchant_id AND program_id = :program_id
)
""")
_GOOD_FROM = text("""
SELECT good_from
FROM card_links
WHERE merchant_id = :merchant_id AND card_id = :card_id
""")


async def list_posters(session: AsyncSession) -> list[Poster]:
    """The merchant's posters, those in use first and the newest of them."""
    rows = await session.execute(_LIST_POSTERS, {"merchant_id": merchant_of(session)})
    return [_poster(row) for row in rows]


async def get_poster(session: AsyncSession, poster_id: UUID) -> Poster:
    """One poster. Raises PosterNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": poster_id}
    row = (await session.execute(_POSTER, asked)).one_or_none()
    if row is None:
        raise PosterNotFound
    return _poster(row)


async def list_batches(session: AsyncSession) -> list[CardBatch]:
    """The merchant's batches of printed cards, the newest first."""
    rows = await session.execute(_LIST_BATCHES, {"merchant_id": merchant_of(session)})
    return [_batch(row) for row in rows]


async def has_paper(session: AsyncSession, program_id: CardProgramId) -> bool:
    """Whether cards of this program were ever printed on paper."""
    asked = {"merchant_id": merchant_of(session), "program_id": program_id}
    return bool(await session.scalar(_HAS_PAPER, asked))


async def get_batch(session: AsyncSession, batch_id: UUID) -> CardBatch:
    """One batch. Raises CardBatchNotFound."""
    asked = {"merchant_id": merchant_of(session), "id": batch_id}
    row = (await session.execute(_BATCH, asked)).one_or_none()
    if row is None:
        raise CardBatchNotFound
    return _batch(row)


async def numbers_of(session: AsyncSession, batch_id: UUID) -> list[str]:
    """The numbers of a batch's cards."""
    asked = {"merchant_id": merchant_of(session), "id": batch_id}
    return list(await session.scalars(_NUMBERS, asked))


async def link_to(session: AsyncSession, card_id: CardId, *, proven: bool, now: datetime) -> str:
    """The token by which a card's page is opened from now on."""
    secret = await secret_of(session)
    return write_link(secret, Link(merchant_of(session), card_id, proven, now))


async def links_to(
    session: AsyncSession, cards: Mapping[CardId, UUID], *, now: datetime
) -> dict[CardId, str]:
    """The addresses of cards' pages for those whose cards they are, by the card; asked for by the
    card and its merchant, of however many merchants."""
    address = database_of(session).settings.address
    secrets = await secrets_of(session, cards.values())
    return {
        it: f"{address}{PATH}{write_link(secrets[merchant_id], Link(merchant_id, it, True, now))}"
        for it, merchant_id in cards.items()
    }


async def open_link(session: AsyncSession, token: str) -> Link:
    """What a token of the session's merchant says. Raises CardLinkOver."""
    # Whoever makes a token up names nobody, and nobody has a secret.
    if await merchants.find(session, merchant_of(session)) is None:
        raise CardLinkOver
    return read_link(await secret_of(session), token)


async def check_link(session: AsyncSession, link: Link) -> None:
    """Whether no newer link has ended this one. Raises CardLinkOver."""
    asked = {"merchant_id": link.merchant_id, "card_id": link.card_id}
    good_from = await session.scalar(_GOOD_FROM, asked)
    # A link says when it was made to the millisecond.
    if good_from is not None and link.made_at <= good_from - _A_MILLISECOND:
        raise CardLinkOver


def _poster(row: Row[tuple[object, ...]]) -> Poster:
    return Poster(
        merchant_id=row.merchant_id,
        id=PosterId(row.id),
        program_id=CardProgramId(row.program_id),
        store_id=row.store_id,
        name=row.name,
        code=row.code,
        check_by=row.check_by and CheckBy(row.check_by),
        created_at=row.created_at,
        created_by=row.created_by,
        withdrawn_at=row.withdrawn_at,
        cards=row.cards,
    )


def _batch(row: Row[tuple[object, ...]]) -> CardBatch:
    return CardBatch(
        merchant_id=row.merchant_id,
        id=BatchId(row.id),
        program_id=CardProgramId(row.program_id),
        store_id=row.store_id,
        count=row.printed,
        bound=row.bound,
        made_at=row.made_at,
        made_by=row.made_by,
    )
