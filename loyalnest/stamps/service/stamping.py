"""Stamping cards: many at once, each once for its key.

Stamps go into the books; what they come to (a stage's reward, a full card) follows from the balance
and is written in the same transaction.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import ledger
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.kernel.errors import Contended, DomainError
from loyalnest.kernel.events import publish
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import errors, queries, rules, storage
from loyalnest.stamps.events import StampGiven
from loyalnest.stamps.service.rounds import Filling, carry_on
from loyalnest.stamps.values import (
    STAMP,
    Card,
    CardId,
    CardProgram,
    CardProgramId,
    CardState,
    ProgramState,
    Stamp,
    Stamped,
    StampId,
    Stamping,
    StampKind,
)

_INSERT = """
INSERT INTO stamps (merchant_id, id, card_id, customer_id, kind, count, store_id, stamper_id,
                    clerk_id, actor, purchase, currency, offline, key, request_hash, occurred_at,
                    recorded_at)
SELECT $1, k.id, k.card_id, k.customer_id, k.kind, k.count, k.store_id, k.stamper_id, k.clerk_id,
       k.actor, k.purchase, k.currency, k.offline, k.key, k.request_hash, k.occurred_at, $2
FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::int[], $8::uuid[], $9::uuid[],
            $10::uuid[], $11::text[], $12::numeric[], $13::text[], $14::boolean[], $15::text[],
            $16::bytea[], $17::timestamptz[])
  AS k (id, card_id, customer_id, kind, count, store_id, stamper_id, clerk_id, actor, purchase,
        currency, offline, key, request_hash, occurred_at)
ON CONFLICT (merchant_id, key) DO NOTHING
RETURNING id
"""
# For the cooldown and the day: a day of a merchant's is not longer than 25 hours.
_SEEN = """
SELECT k.card_id, s.occurred_at, s.count
FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) AS k (card_id, since, until)
JOIN stamps s ON s.merchant_id = $1 AND s.card_id = k.card_id
 AND s.occurred_at >= k.since AND s.occurred_at <= k.until
WHERE s.kind = 'visit' AND s.undone_at IS NULL
"""
_A_DAY = timedelta(hours=25)


class _Chosen(msgspec.Struct, frozen=True):
    """A stamping with nothing in its way."""

    id: StampId
    stamping: Stamping
    count: int
    card: Card
    program: CardProgram

    @property
    def source(self) -> ledger.Source:
        return source_of(self.id)


def source_of(stamp_id: StampId) -> ledger.Source:
    """How the books name a stamping."""
    return ledger.Source("stamp", to_wire(STAMP, stamp_id))


async def stamp_many(
    session: AsyncSession, asked: Sequence[Stamping], *, now: datetime
) -> list[Stamped | DomainError]:
    """Stamp cards of the session's merchant; in the place of each that may not be, why.

    A key that was seen before is answered with what it did, and changes nothing. The cards are held
    until the transaction ends. Raises Contended where a twin got in between.
    """
    if not asked:
        return []
    cards = await storage.leading(session, {it.card_id for it in asked}, lock=True)
    versions, known = await storage.standing(session, cards, [it.key for it in asked])
    programs = await storage.programs_by_version(session, versions)
    seen = await _seen(session, asked, cards, programs)
    outcomes: list[_Chosen | Stamp | DomainError] = []
    for it in asked:
        outcome = _choose(it, known.get(it.key), cards, programs, seen)
        outcomes.append(outcome)
        if isinstance(outcome, _Chosen) and it.kind is StampKind.VISIT:
            seen[outcome.card.id].append(rules.Seen(it.occurred_at, outcome.count))
    fresh = await _give(session, [it for it in outcomes if isinstance(it, _Chosen)], now=now)
    replayed = {it.card_id for it in outcomes if isinstance(it, Stamp)}
    states = await queries.states(session, replayed, now=now) if replayed else {}
    return [
        fresh[it.id]
        if isinstance(it, _Chosen)
        else Stamped(stamp_id=it.id, state=states[it.card_id], earned=(), again=True)
        if isinstance(it, Stamp)
        else it
        for it in outcomes
    ]


async def stamp(session: AsyncSession, asked: Stamping, *, now: datetime) -> Stamped:
    """Stamp one card. Raises what `stamp_many` answers."""
    (outcome,) = await stamp_many(session, [asked], now=now)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def _choose(
    it: Stamping,
    known: Stamp | None,
    cards: storage.Leading,
    programs: Mapping[CardProgramId, CardProgram],
    seen: Mapping[UUID, list[rules.Seen]],
) -> _Chosen | Stamp | DomainError:
    if known is not None:
        return known if known.request_hash == it.request_hash else errors.StampKeyReused()
    card = cards.find(it.card_id)
    if card is None:
        return errors.CardNotFound()
    program = programs[card.program_id]
    if card.state == "void":
        return errors.CardVoid()
    if program.state is not ProgramState.ACTIVE:
        return errors.CardProgramPaused()
    limits = rules.Limits(program.terms, program.time_zone)
    count = rules.count_of(program.terms, it)
    if isinstance(count, DomainError):
        return count
    why_not = rules.obstacle(limits, it, count, seen[card.id])
    if why_not is not None:
        return why_not
    return _Chosen(StampId(new_id()), it, count, card, program)


async def _seen(
    session: AsyncSession,
    asked: Sequence[Stamping],
    cards: storage.Leading,
    programs: Mapping[CardProgramId, CardProgram],
) -> dict[UUID, list[rules.Seen]]:
    """The visits around each that is asked for, of cards that are bounded by them."""
    spans: dict[UUID, tuple[datetime, datetime]] = {}
    for it in asked:
        card = cards.find(it.card_id)
        if card is None:
            continue
        terms = programs[card.program_id].terms
        around = max(
            timedelta(minutes=terms.cooldown_minutes),
            timedelta(0) if terms.daily_limit is None else _A_DAY,
        )
        if around:
            since, until = spans.get(card.id, (it.occurred_at, it.occurred_at))
            spans[card.id] = (
                min(since, it.occurred_at - around),
                max(until, it.occurred_at + around),
            )
    seen: dict[UUID, list[rules.Seen]] = defaultdict(list)
    if spans:
        rows = await (await bulk(session)).fetch(
            _SEEN,
            merchant_of(session),
            list(spans),
            [since for since, _ in spans.values()],
            [until for _, until in spans.values()],
        )
        for card_id, occurred_at, count in rows:
            seen[card_id].append(rules.Seen(occurred_at, count))
    return seen


async def _give(
    session: AsyncSession, chosen: Sequence[_Chosen], *, now: datetime
) -> dict[StampId, Stamped]:
    """Write stamps down; what a card's stamps brought is told with the last of them."""
    if not chosen:
        return {}
    await _insert(session, chosen, now=now)
    posted = await ledger.post_many(session, [_posting(it) for it in chosen], now=now)
    fillings: dict[CardId, Filling] = {}
    after: list[int] = []
    for it, written in zip(chosen, posted, strict=True):
        filling = fillings.setdefault(it.card.id, Filling(it.card, it.program))
        # The books have the whole batch by now; what is completed on the way goes off below.
        after.append(filling.stamped(it.stamping, written.entry))
    actor = chosen[0].stamping.actor
    carried = await carry_on(session, list(fillings.values()), actor=actor, now=now)
    news = [
        _news(it, fillings[it.card.id], collected)
        for it, collected in zip(chosen, after, strict=True)
    ]
    await publish(session, news, now=now)
    last = {it.card.id: it.id for it in chosen}
    told: dict[StampId, Stamped] = {}
    for it in chosen:
        card, collected, earned, due = carried[it.card.id]
        state = CardState(
            card=card,
            program=it.program,
            version=card.version,
            collected=max(collected, 0),
            debt=max(-collected, 0),
            due=due,
        )
        brought = earned if last[card.id] == it.id else ()
        told[it.id] = Stamped(stamp_id=it.id, state=state, earned=brought, again=False)
    return told


async def _insert(session: AsyncSession, chosen: Sequence[_Chosen], *, now: datetime) -> None:
    rows = [
        (
            it.id,
            it.card.id,
            it.card.customer_id,
            it.stamping.kind.value,
            it.count,
            it.stamping.store_id,
            it.stamping.stamper_id,
            it.stamping.clerk_id,
            it.stamping.actor,
            it.stamping.purchase,
            None if it.stamping.purchase is None else it.program.currency,
            it.stamping.offline,
            it.stamping.key,
            it.stamping.request_hash,
            it.stamping.occurred_at,
        )
        for it in chosen
    ]
    connection = await bulk(session)
    written = await connection.fetch(
        _INSERT, merchant_of(session), now, *map(list, zip(*rows, strict=True))
    )
    if len(written) < len(rows):
        raise Contended


def _posting(it: _Chosen) -> ledger.Posting:
    return ledger.Posting(
        merchant_id=it.card.merchant_id,
        customer_id=it.card.customer_id,
        unit_id=ledger.UnitId(it.program.unit_id),
        kind=ledger.EntryKind.EARN,
        amount=it.count,
        source=it.source,
        step="stamp",
        is_new=True,
        occurred_at=it.stamping.occurred_at,
        actor=it.stamping.actor,
        program_version=it.program.version,
        store_id=it.stamping.store_id,
    )


def _news(it: _Chosen, filling: Filling, collected: int) -> StampGiven:
    return StampGiven(
        merchant_id=it.card.merchant_id,
        customer_id=it.card.customer_id,
        occurred_at=it.stamping.occurred_at,
        card_id=it.card.id,
        program_id=it.program.id,
        moves=filling.moves,
        stamp_id=it.id,
        kind=it.stamping.kind.value,
        count=it.count,
        collected=collected,
        needed=filling.terms.needed,
        store_id=it.stamping.store_id,
        stamper_id=it.stamping.stamper_id,
        clerk_id=it.stamping.clerk_id,
        offline=it.stamping.offline,
    )
