"""What a merchant owes in points, month by month."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.kernel.database import bulk
from loyalnest.ledger.values import EntryKind

COLUMNS: dict[str, tuple[EntryKind, ...]] = {
    "issued": (EntryKind.EARN, EntryKind.IMPORT),
    "redeemed": (EntryKind.REDEEM,),
    "restored": (EntryKind.RESTORE,),
    "expired": (EntryKind.EXPIRE,),
    "clawed_back": (EntryKind.REFUND,),
    "adjusted": (EntryKind.ADJUST, EntryKind.TRANSFER),
}
"""Which kinds of entries each column adds up. Merges are in none: they sum to zero."""

_MONTHS = """
SELECT u.code, date_trunc('month', e.occurred_at AT TIME ZONE m.time_zone)::date AS month, e.kind,
       sum(e.amount)::bigint
FROM merchants m
JOIN entries e ON e.merchant_id = m.merchant_id
JOIN units u ON u.merchant_id = e.merchant_id AND u.id = e.unit_id
WHERE m.merchant_id = $1
  AND e.occurred_at < ($2::date + interval '1 month') AT TIME ZONE m.time_zone
GROUP BY u.code, month, e.kind
"""

_UNITS = "SELECT code FROM units WHERE merchant_id = $1 ORDER BY kind, code"


class Month(msgspec.Struct, frozen=True):
    """One unit's month: what was owed, what came and went, what was owed then.

    Signed as in the books: `redeemed`, `expired` and `clawed_back` are negative where points went.
    `opening` + all between = `closing`. Pending points are owed too, debts are owed to the merchant
    and counted less.
    """

    unit: str
    month: date
    """Its first day, in the merchant's time zone."""
    opening: int
    issued: int
    redeemed: int
    restored: int
    expired: int
    clawed_back: int
    adjusted: int
    closing: int


async def liability(
    session: AsyncSession, *, merchant_id: UUID, first: date, last: date
) -> list[Month]:
    """The roll-forward of every unit from the month of `first` to the month of `last`.

    By when things happened: a refund that arrives late changes the month it belongs to.
    """
    connection = await bulk(session)
    codes = [row[0] for row in await connection.fetch(_UNITS, merchant_id)]
    months = _months(first.replace(day=1), last.replace(day=1))
    rows = await connection.fetch(_MONTHS, merchant_id, last.replace(day=1))
    sums: dict[tuple[str, date], dict[str, int]] = {}
    opening = dict.fromkeys(codes, 0)
    for code, month, kind, amount in rows:
        if month < months[0]:
            opening[code] += amount
        else:
            sums.setdefault((code, month), {})[kind] = amount
    rolled: list[Month] = []
    for code in codes:
        before = opening[code]
        for month in months:
            by_kind = sums.get((code, month), {})
            moved = {
                column: sum(by_kind.get(kind, 0) for kind in kinds)
                for column, kinds in COLUMNS.items()
            }
            after = before + sum(moved.values())
            rolled.append(Month(unit=code, month=month, opening=before, closing=after, **moved))
            before = after
    return rolled


def _months(first: date, last: date) -> list[date]:
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    starts = (first.month - 1 + n for n in range(max(count, 1)))
    return [date(first.year + n // 12, n % 12 + 1, 1) for n in starts]
