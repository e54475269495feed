"""What those at the counter are called, whoever keeps their names."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import staff
from loyalnest.kernel.ids import to_wire
from loyalnest.stamps import counter


async def names_at_counter(session: AsyncSession, by: Sequence[str]) -> Mapping[str, str]:
    """The names of clerks and members of staff, by how figures know them."""
    if not by:
        return {}
    members = await staff.list_members(session)
    clerks = await counter.list_clerks(session)
    return {
        **{f"staff:{to_wire('stf', it.id)}": it.name or it.email for it in members},
        **{to_wire("clk", it.id): it.name for it in clerks},
    }
