"""A card that is filled, used and exchanged, for whoever needs a merchant that has everything."""

from loyalnest import customers, stamps
from loyalnest.kernel.ids import from_wire, new_id, to_wire
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
    return to_wire(stamps.CARD, card.card.id)
