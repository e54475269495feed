"""The desk: stampings that come while others are being written down share the next commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import Database, merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import Author, sign
from loyalnest.kernel.gathering import Gathering
from loyalnest.stamps import errors, storage
from loyalnest.stamps.service.stamping import stamp_many
from loyalnest.stamps.values import CardId, Stamped, Stamping, StampKind


@dataclass(frozen=True, slots=True)
class Named:
    """Which card is meant, in one of three ways."""

    card_id: CardId | None = None
    number: str | None = None
    holder: tuple[UUID, UUID] | None = None
    """A customer and a card program."""


@dataclass(frozen=True, slots=True)
class StampRequest:
    """What somebody asks to be stamped, and by which name it is known if it comes again."""

    merchant_id: UUID
    author: Author
    named: Named
    count: int | None
    purchase: Decimal | None
    kind: StampKind
    store_id: UUID | None
    key: str
    request_hash: bytes
    at: datetime


def desk() -> Gathering[StampRequest, Stamped]:
    """Where one server process stamps cards: a caller's requests of the same moment together.

    Each is answered as it would be alone.
    """
    return Gathering(
        _serve,
        called="stamp",
        group=64,
        at_once=1,
        waiting_at_most=2_000,
        crowded=errors.StampingCrowded,
        together=_together,
    )


def _together(waiting: Sequence[StampRequest]) -> list[bool]:
    first, keys = waiting[0], set[str]()
    chosen: list[bool] = []
    for it in waiting:
        chosen.append(
            (it.merchant_id, it.author) == (first.merchant_id, first.author) and it.key not in keys
        )
        keys.add(it.key)
    return chosen


async def _serve(database: Database, group: Sequence[StampRequest]) -> list[Stamped | DomainError]:
    first, now = group[0], group[-1].at
    async with database.tenant(first.merchant_id, keeping_plans=True) as session:
        sign(session, first.author)
        stampings = await _read(session, group)
        asked = [it for it in stampings if isinstance(it, Stamping)]
        answers = iter(await stamp_many(session, asked, now=now))
    return [it if isinstance(it, DomainError) else next(answers) for it in stampings]


async def _read(
    session: AsyncSession, group: Sequence[StampRequest]
) -> list[Stamping | DomainError]:
    """Find the cards that are meant."""
    numbers = await storage.cards_by_number(
        session, {it.named.number for it in group if it.named.number}
    )
    held = await storage.cards_by_customer(
        session, {it.named.holder for it in group if it.named.holder}
    )
    stores = await _stores(session, group)
    ids: list[CardId | None] = []
    for it in group:
        named = it.named
        by_holder = held.get(named.holder) if named.holder else None
        ids.append(named.card_id or numbers.get(named.number or "") or by_holder)
    read: list[Stamping | DomainError] = []
    for it, card_id in zip(group, ids, strict=True):
        if card_id is None:
            read.append(errors.CardNotFound())
        elif it.store_id is not None and it.store_id not in stores:
            read.append(merchants.StoreNotFound())
        else:
            read.append(_stamping(it, card_id))
    return read


def _stamping(it: StampRequest, card_id: CardId) -> Stamping:
    return Stamping(
        card_id=card_id,
        count=it.count,
        kind=it.kind,
        occurred_at=it.at,
        key=it.key,
        request_hash=it.request_hash,
        actor=it.author.actor,
        store_id=it.store_id,
        purchase=it.purchase,
    )


async def _stores(session: AsyncSession, group: Sequence[StampRequest]) -> set[UUID]:
    if all(it.store_id is None for it in group):
        return set()
    found = await merchants.list_stores(session, merchant_id=merchant_of(session))
    return {store.id for store in found}
