"""Codes in the hands of people: what a card shows, and which card somebody shows or names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from babel.core import get_global
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, merchants
from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.stamps import codes, printed, queries
from loyalnest.stamps.code_errors import CodeAlreadyUsed, CodeUnreadable
from loyalnest.stamps.codes import CodeKind
from loyalnest.stamps.errors import CardNotFound
from loyalnest.stamps.secrets import secret_of
from loyalnest.stamps.values import Card, CardState

# Two scans of one code meet at the card's row: the second finds the step taken.
_TAKE = """
UPDATE cards c
SET code_step = t.step
FROM unnest($2::uuid[], $3::bigint[]) t (id, step)
WHERE c.merchant_id = $1 AND c.id = t.id AND c.code_step < t.step
RETURNING c.id
"""
_PEOPLE_AT_MOST = 10


class Doubt(StrEnum):
    """Why staff should ask whoever shows a card for their name."""

    STALE = "stale"
    """The code of a pass that is older than the card: a picture, or a phone without a network."""
    PRINTED = "printed"
    TYPED = "typed"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Reading:
    """Which cards somebody means, and how sure that is."""

    cards: tuple[CardState, ...]
    """One, but for a phone, whose owner may have several or none."""
    kind: CodeKind | None
    """None for what was typed."""
    doubt: Doubt | None
    step: int | None = None
    """Of a live code: whoever stamps on it takes it, so that it counts once (`take_codes`)."""

    @property
    def must_confirm(self) -> bool:
        """Whether staff have to ask for the name."""
        return self.doubt is not None

    @property
    def card(self) -> Card:
        """The one card. Raises CardNotFound where it could be several, or none."""
        if len(self.cards) != 1:
            raise CardNotFound
        return self.cards[0].card


async def live_code(session: AsyncSession, card: Card, *, now: datetime) -> str:
    """What a card's page shows at this instant, good for half a minute to a minute."""
    return codes.write_live(await secret_of(session), merchant_of(session), card.number, now)


async def pass_codes(session: AsyncSession, cards: Sequence[Card]) -> list[str]:
    """What the passes of these cards show, in their order; each changes with its card."""
    secret, merchant_id = await secret_of(session), merchant_of(session)
    return [codes.write_pass(secret, merchant_id, it.number, it.moves) for it in cards]


async def printed_codes(session: AsyncSession, numbers: Sequence[str]) -> list[str]:
    """What cards of paper with these numbers show."""
    secret, merchant_id = await secret_of(session), merchant_of(session)
    return [codes.write_printed(secret, merchant_id, number) for number in numbers]


async def read_code(session: AsyncSession, text: str, *, now: datetime) -> Reading:
    """Whose card this is: the text of a QR, a number however it was typed, or a phone.

    Raises CodeUnreadable, CodeForeign, CodeTampered, CodeExpired, CodeAlreadyUsed, CardNotFound.
    """
    if not codes.looks_like_code(text):
        return await _typed(session, text, now)
    code = codes.read(await secret_of(session), merchant_of(session), text)
    codes.check_fresh(code, now)
    state = await _numbered(session, code.number, now)
    if state is None:
        raise CardNotFound
    if code.kind is CodeKind.LIVE and code.moment <= state.card.code_step:
        raise CodeAlreadyUsed
    step = code.moment if code.kind is CodeKind.LIVE else None
    return Reading((state,), code.kind, doubt_of(code, state.card.moves), step)


async def read_phone(session: AsyncSession, text: str, *, now: datetime) -> Reading:
    """The cards of whoever has this phone. Raises CodeUnreadable, CardNotFound."""
    merchant_id = merchant_of(session)
    zone = (await merchants.zones_of(session, [merchant_id]))[merchant_id]
    phone = customers.normalise_phone(text, region_of(zone.key))
    if phone is None:
        raise CodeUnreadable
    people = [it.id for it in await customers.find_by_phone(session, phone)][:_PEOPLE_AT_MOST]
    held = await queries.states_of_customers(session, people, now=now)
    found = tuple(state for person in people for state in held[person])
    if not found:
        raise CardNotFound
    return Reading(found, None, Doubt.PHONE)


def doubt_of(code: codes.Code, moves: int) -> Doubt | None:
    """Why the bearer of a code should be asked for their name, if they should."""
    if code.kind is CodeKind.PRINTED:
        return Doubt.PRINTED
    return Doubt.STALE if code.kind is CodeKind.PASS and code.moment != moves else None


async def take_codes(session: AsyncSession, steps: Mapping[UUID, int]) -> set[UUID]:
    """Use up live codes, by card; whose code was used before, or is older, is not among them."""
    if not steps:
        return set()
    rows = await (await bulk(session)).fetch(
        _TAKE, merchant_of(session), list(steps), list(steps.values())
    )
    return {row[0] for row in rows}


def region_of(time_zone: str) -> str | None:
    """The country (`DE`) whose numbers people write without its code, by the merchant's clock."""
    found = get_global("zone_territories").get(time_zone)
    return found if isinstance(found, str) else None


async def _typed(session: AsyncSession, text: str, now: datetime) -> Reading:
    number = codes.typed_number(text)
    state = None if number is None else await _numbered(session, number, now)
    if state is not None:
        return Reading((state,), None, Doubt.TYPED)
    try:
        return await read_phone(session, text, now=now)
    except CodeUnreadable:
        if number is None:
            raise
        raise CardNotFound from None


async def _numbered(session: AsyncSession, number: str, now: datetime) -> CardState | None:
    card_id = await queries.find_card(session, number)
    if card_id is None:
        card_id = await printed.take_up(session, number, now=now)
    if card_id is None:
        return None
    return (await queries.states(session, [card_id], now=now)).get(card_id)
