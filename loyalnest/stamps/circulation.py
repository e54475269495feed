"""What other terms would mean for the cards in circulation; nothing is written."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk, merchant_of
from loyalnest.stamps import queries, rules
from loyalnest.stamps.values import CardProgramId, CardTerms

_IN_CIRCULATION = """
SELECT c.version, coalesce(a.available > 0, false), count(*)
FROM cards c
JOIN customers o ON o.merchant_id = c.merchant_id AND o.id = c.customer_id
LEFT JOIN accounts a
  ON a.merchant_id = c.merchant_id AND a.customer_id = coalesce(o.merged_into, o.id)
 AND a.unit_id = $3
WHERE c.merchant_id = $1 AND c.program_id = $2 AND c.state = 'active'
GROUP BY 1, 2
"""


class Circulation(NamedTuple):
    """Cards by what becomes of them under other terms."""

    improves: bool
    at_once: int
    next_round: int


async def preview(
    session: AsyncSession, program_id: CardProgramId, terms: CardTerms
) -> Circulation:
    """Which cards would follow other terms at once, and which when they are full.

    Raises CardProgramNotFound.
    """
    program = await queries.get_program(session, program_id)
    rows = await (await bulk(session)).fetch(
        _IN_CIRCULATION, merchant_of(session), program_id, program.unit_id
    )
    at_once = next_round = 0
    for since, begun, number in rows:
        held = rules.held_version(program.versions, since, program.version, int(begun))
        if not begun or rules.improves(terms, program.versions[held]):
            at_once += number
        else:
            next_round += number
    return Circulation(rules.improves(terms, program.terms), at_once, next_round)
