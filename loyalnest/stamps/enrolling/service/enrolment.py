"""Somebody gets their card: at a poster by themselves, or from whoever may write customers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import consents, customers, merchants
from loyalnest.consents import Channel, Proof, Purpose, Way
from loyalnest.customers import Contact, Customer
from loyalnest.kernel.database import merchant_of
from loyalnest.kernel.errors import DomainError
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.kernel.writing import readable
from loyalnest.stamps import queries as cards
from loyalnest.stamps.enrolling import phones
from loyalnest.stamps.enrolling.errors import NameUnfit, PhoneUnfit
from loyalnest.stamps.enrolling.service import papers
from loyalnest.stamps.enrolling.service.checks import send_code, take_code
from loyalnest.stamps.enrolling.values import Agreed, CodeSent, Enrolled, Joining, Place
from loyalnest.stamps.service.opening import open_cards
from loyalnest.stamps.values import CardId, CardState, Opening

NAME_AT_MOST = 80

_SENT_BEFORE = text("""
SELECT card_id
FROM card_enrolments
WHERE merchant_id = :merchant_id AND form_id = :form
""")
_NOTE = text("""
INSERT INTO card_enrolments (merchant_id, form_id, card_id, poster_id, is_new, enrolled_at)
VALUES (:merchant_id, :form, :card_id, :poster_id, :is_new, :now)
ON CONFLICT DO NOTHING
""")
_RENEW = text("""
INSERT INTO card_links (merchant_id, card_id, good_from)
VALUES (:merchant_id, :card_id, :now)
ON CONFLICT (merchant_id, card_id) DO UPDATE SET good_from = excluded.good_from
""")


@dataclass(frozen=True, slots=True)
class _Guest:
    """Who is at the door, as far as it is known."""

    phone: str
    known: Customer | None
    """Whose number it is, if anybody's."""
    proven: bool
    """Whether it is sure to be them, or somebody we may take at their word."""
    paper: papers.Shown | None


async def enrol(
    session: AsyncSession,
    joining: Joining,
    place: Place,
    *,
    trusted: bool,
    regions: tuple[str, ...] = (),
    now: datetime,
) -> Enrolled | CodeSent | DomainError:
    """Give somebody their card; whoever has one by the same phone has that one.

    Whether a number is known already is told to nobody who hasn't shown that it is theirs: they get
    the same answer, and nothing that they wrote changes what is known of a member. `trusted` is a
    caller who may read customers anyway. Where the phone is checked a code is sent first, which
    comes back in the same form; a wrong one is answered, not raised, for it counts. The stamps of a
    card of paper come along with whoever it is sure to be; anybody else is answered alike, and only
    once the phone is checked: the card would tell whoever found it whose phone is its owner's.

    Raises NameUnfit, PhoneUnfit, PaperCardUnfit, CheckImpossible, TooManyCodes,
    CardProgramNotFound, CardProgramPaused, Contended.
    """
    name = _name_in(joining.name)
    guessed = await _regions(session, joining.language)
    phone = phones.phone_in(joining.phone, [*guessed, *regions])
    if phone is None:
        raise PhoneUnfit(fields={"phone": "is no phone number that can be read"})
    paper = None
    if joining.paper_number is not None:
        paper = await papers.look_at(session, joining.paper_number, place.program_id, now=now)
    # Only now: the same form may have come a moment ago, and has had the card of paper until here.
    known = await customers.find_identified(session, customers.PHONE, phone)
    checks = place.check_by if not trusted else None
    if checks is not None:
        if joining.check_code is None:
            language = joining.language
            return await send_code(session, phone, by=checks, language=language, now=now)
        refused = await take_code(session, phone, joining.check_code, now=now)
        if refused is not None:
            return refused
    if paper is not None and not paper.free and (known is None or paper.holder != known.id):
        raise papers.unfit()
    proven = trusted or checks is not None or known is None
    guest = _Guest(phone, known, proven, paper)
    enrolled = await _take_in(session, guest, name, joining, place, now=now)
    if enrolled.proven:
        await _note_consents(session, enrolled.state, joining, trusted=trusted, now=now)
    if checks is not None and known is not None:
        # Whoever has got hold of the page before has it no longer.
        await renew_link(session, enrolled.state.card.id, now=now)
    return enrolled


async def renew_link(session: AsyncSession, card_id: CardId, *, now: datetime) -> None:
    """Let no link open this card's page that was made before."""
    about = {"merchant_id": merchant_of(session), "card_id": card_id, "now": now}
    await session.execute(_RENEW, about)


async def _take_in(
    session: AsyncSession,
    guest: _Guest,
    name: str,
    joining: Joining,
    place: Place,
    *,
    now: datetime,
) -> Enrolled:
    merchant_id = merchant_of(session)
    about = {"merchant_id": merchant_id, "form": joining.form}
    sent_before = await session.scalar(_SENT_BEFORE, about)
    contact = Contact(
        merchant_id,
        phone=guest.phone,
        phone_verified=True,
        name=name,
        locale=joining.language if guest.proven else None,
    )
    customer_id, _ = await customers.enrol(session, contact, now=now)
    paper = guest.paper if guest.proven else None
    if paper is not None:
        await papers.bring_along(session, paper, customer_id, actor=joining.actor, now=now)
    held = (await cards.states_of_customers(session, [customer_id], now=now))[customer_id]
    is_new = all(it.program.id != place.program_id for it in held)
    opening = Opening(
        customer_id=customer_id,
        program_id=place.program_id,
        store_id=place.store_id,
        actor=joining.actor,
        number=paper.paper.number if paper is not None and paper.holder is None else None,
    )
    (state,) = await open_cards(session, [opening], now=now)
    if paper is not None:
        await papers.bind(session, paper, state.card.id, now=now)
    # The same form once more is whoever sent it first, if it was sure to be them then.
    proven = guest.proven or sent_before == state.card.id
    if guest.paper is not None and not guest.paper.free and not proven:
        raise papers.unfit()  # whose card of paper it is, is told to nobody either
    noted = {
        "merchant_id": merchant_id,
        "form": joining.form if proven else new_id(),
        "card_id": state.card.id,
        "poster_id": place.poster_id,
        "is_new": is_new,
        "now": now,
    }
    await session.execute(_NOTE, noted)
    return Enrolled(state, is_new, proven)


async def _note_consents(
    session: AsyncSession, state: CardState, joining: Joining, *, trusted: bool, now: datetime
) -> None:
    for agreed in joining.agreed:
        await _note(session, state, joining, agreed, trusted=trusted, now=now)


async def _note(
    session: AsyncSession,
    state: CardState,
    joining: Joining,
    agreed: Agreed,
    *,
    trusted: bool,
    now: datetime,
) -> None:
    customer_id = state.card.customer_id
    proof = Proof(
        way=Way.STAFF if trusted else Way.FORM,
        by=joining.actor if trusted else f"customer:{to_wire(customers.WIRE_PREFIX, customer_id)}",
        words=agreed.words,
        language=joining.language,
        place=joining.place,
        network=joining.network,
    )
    await consents.say(
        session,
        customer_id,
        purpose=Purpose.OUTREACH,
        channel=Channel(agreed.channel),
        granted=True,
        proof=proof,
        now=now,
    )


async def _regions(session: AsyncSession, language: str) -> list[str]:
    merchant = await merchants.get(session, merchant_of(session))
    return list(phones.regions_of(merchant.time_zone, (merchant.locale, language)))


def _name_in(text_: str) -> str:
    try:
        return readable(text_[:NAME_AT_MOST])
    except ValueError:
        raise NameUnfit(fields={"name": "has to be something that can be read"}) from None
