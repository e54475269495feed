"""The desk: stampings that come while others are being written down share the next commit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import Database, merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.events import Author, announced_together, sign
from loyalnest.kernel.gathering import Gathering
from loyalnest.stamps import errors, storage
from loyalnest.stamps.scanning import Admitted, Scan, admit
from loyalnest.stamps.service import stamp_many
from loyalnest.stamps.showing import take_codes
from loyalnest.stamps.values import CardId, Stamped, Stamping, StampKind


@dataclass(frozen=True, slots=True)
class Named:
    """Which card is meant, in one of four ways."""

    card_id: CardId | None = None
    number: str | None = None
    holder: tuple[UUID, UUID] | None = None
    """A customer and a card program."""
    scan: Scan | None = None


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


def open_desk() -> Gathering[StampRequest, Stamped]:
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
    """Who may be served at once: one caller's requests, no two by one key or one card's codes."""
    first, seen = waiting[0], set[str]()
    chosen: list[bool] = []
    for it in waiting:
        marks = {it.key, it.named.scan.number} if it.named.scan else {it.key}
        own = (it.merchant_id, it.author) == (first.merchant_id, first.author)
        chosen.append(own and not marks & seen)
        seen |= marks
    return chosen


async def _serve(database: Database, group: Sequence[StampRequest]) -> list[Stamped | DomainError]:
    first, now = group[0], group[-1].at
    async with database.tenant_by_driver(first.merchant_id) as session:
        sign(session, first.author)
        found = await _find(session, group, now)
        stores = await _stores(session, group)
        stampings = [_stamping(it, card, stores) for it, card in zip(group, found, strict=True)]
        asked = [it for it in stampings if isinstance(it, Stamping)]
        async with announced_together(session, now=now):
            answers = iter(await stamp_many(session, asked, now=now))
        told = [it if isinstance(it, DomainError) else next(answers) for it in stampings]
        await _use_up(session, found, told)
    return told


async def _find(
    session: AsyncSession, group: Sequence[StampRequest], now: datetime
) -> list[Admitted | DomainError]:
    """The cards that are meant."""
    numbers = await storage.cards_by_number(
        session, {it.named.number for it in group if it.named.number}
    )
    held = await storage.cards_by_customer(
        session, {it.named.holder for it in group if it.named.holder}
    )
    ids: list[CardId | None] = []
    for it in group:
        named = it.named
        by_holder = held.get(named.holder) if named.holder else None
        ids.append(named.card_id or numbers.get(named.number or "") or by_holder)
    scans = [it.named.scan for it in group if it.named.scan]
    by_code: dict[str, Admitted | DomainError] = {}
    if scans:
        by_code = await admit(session, scans, {it for it in ids if it is not None}, now=now)
    return [
        by_code.get(it.key) or (Admitted(card_id) if card_id is not None else errors.CardNotFound())
        for it, card_id in zip(group, ids, strict=True)
    ]


async def _use_up(
    session: AsyncSession,
    found: Sequence[Admitted | DomainError],
    told: Sequence[Stamped | DomainError],
) -> None:
    """Let live codes that were stamped on be used; after a refusal they are as good as before."""
    steps: dict[UUID, int] = {}
    for admitted, answer in zip(found, told, strict=True):
        if isinstance(admitted, Admitted) and admitted.step and isinstance(answer, Stamped):
            card_id = answer.state.card.id
            steps[card_id] = max(admitted.step, steps.get(card_id, 0))
    await take_codes(session, steps)


def _stamping(
    it: StampRequest, found: Admitted | DomainError, stores: Collection[UUID]
) -> Stamping | DomainError:
    if isinstance(found, DomainError):
        return found
    if it.store_id is not None and it.store_id not in stores:
        return merchants.StoreNotFound()
    return Stamping(
        card_id=found.card_id,
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
