"""A shop whose program is told to a tool."""

from loyalnest import sinks
from loyalnest.integrations import klaviyo
from loyalnest.integrations.calls import Way
from tests.conftest import NOW
from tests.shop import Shop


async def tells_a_tool(shop: Shop) -> None:
    """What happens there is told, to nobody who answers."""
    offer = klaviyo.sink_offer(Way("http://127.0.0.1:1", lambda: NOW))
    async with shop.database.tenant(shop.merchant_id) as session:
        await sinks.connect(
            session,
            offer,
            {"private_key": "pk_0123456789"},
            with_history=False,
            actor="test",
            now=NOW,
        )
