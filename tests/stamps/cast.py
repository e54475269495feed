"""A card that is filled, used and exchanged, for whoever needs a merchant that has everything."""

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import customers, stamps
from loyalnest.kernel.ids import from_wire, new_id, to_wire
from loyalnest.stamps import enrolling
from tests.conftest import NOW
from tests.shop import Shop
from tests.stamps.cafe import Cafe, terms


async def fills_a_card(shop: Shop, email: str) -> str:
    """Somebody has a full card behind them, and exchanged a stamp for points; the id of it."""
    cafe = Cafe(shop.database, shop.merchant_id)
    holder = from_wire(customers.WIRE_PREFIX, await shop.customer_id(email))
    rate = stamps.Conversion(stamps=1, points=10)
    program = await cafe.draws_up(terms(conversion=rate, most_at_once=12))
    card = await cafe.card(program, holder)
    await cafe.gives(card, 12)
    async with cafe.open() as session:
        await stamps.convert(
            session,
            card.card.id,
            "to_points",
            times=1,
            conversion_id=new_id(),
            actor="test",
            now=NOW,
        )
        await _puts_up_a_poster(session, program.id)
    return to_wire(stamps.CARD, card.card.id)


async def _puts_up_a_poster(session: AsyncSession, program_id: stamps.CardProgramId) -> None:
    """A poster by which a guest enrolled whose link was renewed, and cards of paper."""
    made = await enrolling.create_poster(
        session,
        program_id=program_id,
        store_id=None,
        name="Counter",
        check_by=None,
        actor="test",
        now=NOW,
    )
    await enrolling.print_cards(
        session, program_id=program_id, store_id=None, count=1, actor="test", now=NOW
    )
    guest = enrolling.Joining(
        name="Guest",
        phone="+491510000001",
        language="en",
        agreed=(),
        form=new_id(),
        place="here",
        actor="test",
    )
    enrolled = await enrolling.enrol(
        session, guest, enrolling.place_of(made), trusted=True, now=NOW
    )
    assert isinstance(enrolled, enrolling.Enrolled)
    await enrolling.renew_link(session, enrolled.state.card.id, now=NOW)
