"""Which card and how many stamps each intent of a batch means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import DomainError, NotFound
from loyalnest.kernel.ids import from_wire
from loyalnest.stamps import codes, printed, showing
from loyalnest.stamps import rules as card_rules
from loyalnest.stamps.code_errors import CodeAlreadyUsed, CodeUnreadable
from loyalnest.stamps.codes import Code, CodeKind
from loyalnest.stamps.counter import errors, storage
from loyalnest.stamps.counter.storage import FoundCard
from loyalnest.stamps.counter.values import CardFacts, CardRef, Case, IntentKind
from loyalnest.stamps.errors import CardNotFound
from loyalnest.stamps.secrets import secret_of
from loyalnest.stamps.storage import leading, programs_of
from loyalnest.stamps.values import (
    CARD,
    CARD_REWARD,
    PROGRAM,
    CardId,
    CardProgram,
    CardProgramId,
    Stamping,
)


@dataclass(slots=True)
class _Named:
    """What one intent says about its card."""

    card_id: UUID | None = None
    number: str | None = None
    code: Code | None = None
    rewarded: UUID | None = None
    """The card on which the reward was collected that is to be used."""


class _Found(NamedTuple):
    """Cards that are held, by whatever names them."""

    by_id: Mapping[UUID, FoundCard]
    by_number: Mapping[str, FoundCard]
    leading: Mapping[UUID, CardId]
    """Which card counts for each."""

    def card_of(self, about: _Named) -> FoundCard:
        """The card that is meant. Raises CardNotFound, also where a reward is another card's."""
        if about.number is not None:
            found = self.by_number.get(about.number)
        else:
            found = self.by_id.get(about.card_id or about.rewarded or UUID(int=0))
        if found is None:
            raise CardNotFound
        # What a guest collected before a merge is due on the card that they have since.
        if about.rewarded is not None and self.leading.get(about.rewarded) != self.leading.get(
            found.id
        ):
            raise CardNotFound
        return found


async def name_cards(session: AsyncSession, cases: Sequence[Case], *, now: datetime) -> None:
    """Find the card of each open case, hold it, and refuse what names none."""
    wanted = [it for it in cases if it.open and it.said.kind is not IntentKind.UNDO]
    if not wanted:
        return
    names = await _read(session, wanted, now)
    papers = await _take_up(session, [it for it in wanted if it.open], names, now)
    found = await _hold(session, list(names.values()), papers)
    programs = await programs_of(session, {it.program_id for it in found.by_id.values()})
    for case in wanted:
        if not case.open:
            continue
        about = names[case.said.counter]
        try:
            _settle(case, about, found.card_of(about), programs)
        except DomainError as error:
            case.refuse(error)


async def _take_up(
    session: AsyncSession, cases: Sequence[Case], names: Mapping[int, _Named], now: datetime
) -> dict[str, CardId]:
    """The cards that numbers on paper stand for; opened where the first use was without a network.

    Refuses those whose card can't be opened.
    """
    numbers = {it for case in cases if (it := names[case.said.counter].number)}
    opened: dict[str, CardId] = {}
    for number, found in (await printed.take_up_many(session, numbers, now=now)).items():
        if not isinstance(found, DomainError):
            opened[number] = found
            continue
        for case in cases:
            if names[case.said.counter].number == number:
                case.refuse(found)
    return opened


async def _hold(
    session: AsyncSession, named: Sequence[_Named], papers: Mapping[str, CardId]
) -> _Found:
    """Lock the cards that are named, and those of rewards."""
    ids = {it for about in named for it in (about.card_id, about.rewarded) if it}
    numbers = {it.number for it in named if it.number}
    rows = await storage.lock_cards(session, ids | set(papers.values()), numbers)
    by_id = {it.id: it for it in rows}
    by_number = {it.number: it for it in rows}
    by_number |= {number: by_id[card_id] for number, card_id in papers.items()}
    # Only for a reward it has to be known which cards are one customer's.
    rewarded = any(it.rewarded for it in named)
    leads = await leading(session, by_id if rewarded else (), lock=False)
    return _Found(by_id, by_number, leads.of)


async def _read(session: AsyncSession, cases: Sequence[Case], now: datetime) -> dict[int, _Named]:
    """What intents say of their cards, by counter."""
    names: dict[int, _Named] = {}
    secret, merchant_id = await secret_of(session), merchant_of(session)
    for case in cases:
        try:
            about = _named(case, secret, merchant_id)
        except DomainError as error:
            case.refuse(error)
        else:
            names[case.said.counter] = about
    rewards = {it.reward_id for it in cases if it.open and it.reward_id}
    card_of = await storage.cards_of_rewards(session, rewards)
    for case in cases:
        if case.open and case.reward_id:
            names[case.said.counter].rewarded = card_of.get(case.reward_id)
    # Each phone is a search of its own; they are typed by hand, and few.
    for case in cases:
        ref = case.said.card
        if case.open and ref and ref.phone and not case.reward_id:
            try:
                about = names[case.said.counter]
                about.card_id = await _by_phone(session, case, ref.phone, now)
            except DomainError as error:
                case.refuse(error)
    return names


def _named(case: Case, secret: bytes, merchant_id: UUID) -> _Named:
    """What an intent says by itself."""
    ref = case.said.card
    if case.said.kind is IntentKind.USE:
        if case.said.reward is None:
            raise errors.RewardMissing
        case.reward_id = _id(CARD_REWARD, case.said.reward)
        if ref is None:
            return _Named()
    if ref is None or sum(it is not None for it in (ref.code, ref.id, ref.number, ref.phone)) != 1:
        raise errors.IntentUnreadable
    if ref.code is not None:
        code = codes.read(secret, merchant_id, ref.code)
        codes.check_fresh(code, case.at, within=codes.SCANNED_WITHIN)
        return _Named(number=code.number, code=code)
    return _typed(ref)


def _typed(ref: CardRef) -> _Named:
    if ref.id is not None:
        return _Named(card_id=_id(CARD, ref.id))
    if ref.number is not None:
        number = codes.typed_number(ref.number)
        if number is None:
            raise CodeUnreadable
        return _Named(number=number)
    return _Named()


async def _by_phone(session: AsyncSession, case: Case, phone: str, now: datetime) -> UUID:
    reading = await showing.read_phone(session, phone, now=now)
    program = None if case.said.program is None else _id(PROGRAM, case.said.program)
    found = [it.card.id for it in reading.cards if program in (None, it.program.id)]
    if len(found) > 1:
        raise errors.CardUnclear
    if not found:
        raise CardNotFound
    return found[0]


def _settle(
    case: Case,
    about: _Named,
    found: FoundCard,
    programs: Mapping[CardProgramId, CardProgram],
) -> None:
    """Write down what is known of a case's card. Raises what refuses it."""
    program = programs[found.program_id]
    case.card = CardFacts(
        id=found.id,
        number=found.number,
        program_id=found.program_id,
        customer_id=found.customer_id,
        moves=found.moves,
        code_step=found.code_step,
        terms=program.terms,
    )
    if about.code is not None:
        case.doubt = showing.doubt_of(about.code, found.moves)
    if case.said.kind is not IntentKind.STAMP:
        return
    if about.code is not None and about.code.kind is CodeKind.LIVE:
        case.step = about.code.moment
        # Late ones may be older than the newest that was used, but not that very one.
        if case.step == found.code_step or (not case.late and case.step < found.code_step):
            raise CodeAlreadyUsed
    if case.said.currency not in (None, program.currency):
        raise errors.CurrencyUnexpected
    wished = Stamping(
        card_id=CardId(found.id),
        count=case.said.count,
        occurred_at=case.at,
        key="",
        actor="",
        purchase=case.said.amount,
    )
    count = card_rules.count_of(program.terms, wished)
    if isinstance(count, DomainError):
        raise count
    case.count = count


def _id(prefix: str, text: str) -> UUID:
    try:
        return from_wire(prefix, text)
    except NotFound:
        raise CardNotFound from None
