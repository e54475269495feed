"""What is on passes, put together from what modules below keep; nothing of it is kept here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import branding, customers, merchants, stamps, texts
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.languages import chosen
from loyalnest.stamps import CardState, counter
from loyalnest.texts import Forms
from loyalnest.wallet import words
from loyalnest.wallet.links import APPLE, GOOGLE
from loyalnest.wallet.values import (
    Pass,
    PassColours,
    PassContent,
    PassId,
    PassLocation,
    PassStage,
    ProgramContent,
)
from loyalnest.wallet.words import Named, Shown

_LOCATIONS_AT_MOST = 10


@dataclass(frozen=True, slots=True)
class Made:
    """A pass with all that is on it, and the program it is of."""

    it: Pass
    content: PassContent
    program_id: UUID


@dataclass(frozen=True, slots=True)
class _Shop:
    """What all passes of a merchant have in common."""

    brand: branding.Branding
    logo: bytes | None
    language: str
    words: Mapping[str, Mapping[str, Forms]]
    address: str
    locations: tuple[PassLocation, ...]


async def contents_of(
    session: AsyncSession, passes: Sequence[Pass], *, address: str, now: datetime
) -> dict[PassId, Made]:
    """What is on the merchant's passes at this moment; those whose card is gone are missing.

    `address` is where phones reach this installation.
    """
    if not passes:
        return {}
    shop = await _shop(session, address)
    states = await stamps.states(session, [it.card_id for it in passes], now=now)
    cards = {state.card.id: state.card for state in states.values()}
    codes = await stamps.pass_codes(session, list(cards.values()))
    code_of = dict(zip(cards, codes, strict=True))
    people = await customers.find_many(session, sorted({it.customer_id for it in cards.values()}))
    days = await stamps.last_days(session, states.values(), now=now)
    made: dict[PassId, Made] = {}
    for it in passes:
        state = states.get(it.card_id)
        if state is not None:
            holder = people.get(state.card.customer_id)
            name = holder.name if holder else None
            day = days.get(state.card.id)
            content = _content(shop, it, state, code_of[state.card.id], name, day)
            made[it.id] = Made(it, content, state.program.id)
    return made


async def programs_of(
    session: AsyncSession, program_ids: Sequence[UUID], *, address: str
) -> dict[UUID, ProgramContent]:
    """What is said of card programs as a whole."""
    shop = await _shop(session, address)
    programs = await stamps.programs(session)
    return {
        it.id: ProgramContent(
            id=it.id.hex,
            organisation=shop.brand.name,
            name=it.terms.name,
            names=dict(it.terms.names),
            language=shop.language,
            logo_url=f"{address}{GOOGLE}logo/{to_wire('mer', it.merchant_id)}.png"
            f"?v={shop.brand.version}",
            background=shop.brand.settings.colour,
            callback_url=f"{address}{GOOGLE}callback",
        )
        for it in programs
        if it.id in program_ids
    }


async def _shop(session: AsyncSession, address: str) -> _Shop:
    brand = await branding.current(session)
    merchant = await merchants.get(session, merchant_of(session))
    logo = brand.settings.logo
    return _Shop(
        brand,
        await branding.find_body(session, merchant.id, logo) if logo else None,
        chosen((merchant.locale,)),
        await texts.section_everywhere(session, words.SECTION),
        address,
        await _locations(session),
    )


async def _locations(session: AsyncSession) -> tuple[PassLocation, ...]:
    """Where stores are, as far as the merchant has said: of many the oldest."""
    places = await counter.places_of(session)
    stores = await merchants.list_stores(session, merchant_id=merchant_of(session))
    return tuple(
        PassLocation(place.latitude, place.longitude, store.name)
        for store in stores
        if store.uninstalled_at is None
        if (place := places.get(store.id))
        if place.latitude is not None and place.longitude is not None
    )[:_LOCATIONS_AT_MOST]


def _content(
    shop: _Shop,
    it: Pass,
    state: CardState,
    code: str,
    holder: str | None,
    good_until: date | None,
) -> PassContent:
    terms = state.terms
    stages = tuple(PassStage(stage.count, stage.name) for stage in terms.stages)
    shown = Shown(
        brand=shop.brand.name,
        shop=shop.language,
        program=Named(terms.name, terms.names),
        stages=[(stage.count, Named(stage.name, stage.names)) for stage in terms.stages],
        collected=state.collected,
        due=[_due(state, reward) for reward in state.due],
        good_until=good_until,
    )
    palette = branding.palette_of(shop.brand.settings.colour)
    return PassContent(
        serial=it.serial,
        organisation=shop.brand.name,
        collected=state.collected,
        needed=terms.needed,
        stages=stages,
        due=tuple(reward.name for reward in state.due),
        holder=None if it.voided_at else holder,
        number=f"{state.card.number[:5]}-{state.card.number[5:]}",
        code=code,
        colours=PassColours(palette.colour, palette.on_colour, palette.on_colour),
        logo=shop.logo,
        language=shop.language,
        texts=words.texts_of(shown, shop.words),
        service_url=f"{shop.address}{APPLE.rstrip('/')}",
        token=it.token,
        voided=it.voided_at is not None or state.card.state == "void",
        locations=shop.locations,
    )


def _due(state: CardState, reward: stamps.CardReward) -> Named:
    """A reward that waits, by what its stage is called under the terms that it was earned by."""
    terms = state.program.versions.get(reward.version)
    stage = next((it for it in terms.stages if it.key == reward.stage), None) if terms else None
    return Named(reward.name, stage.names if stage else {})
