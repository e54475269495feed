"""A merchant whose program is told to a tool."""

from uuid import UUID

from loyalnest import sinks
from loyalnest.integrations import klaviyo
from loyalnest.integrations.calls import Way
from loyalnest.kernel.database import Database
from tests.conftest import NOW


async def tells_a_tool(database: Database, merchant_id: UUID) -> None:
    """What happens at a merchant's is told, to nobody who answers."""
    offer = klaviyo.sink_offer(Way("http://127.0.0.1:1", lambda: NOW))
    async with database.tenant(merchant_id) as session:
        await sinks.connect(
            session,
            offer,
            {"private_key": "pk_0123456789"},
            with_history=False,
            actor="test",
            now=NOW,
        )
