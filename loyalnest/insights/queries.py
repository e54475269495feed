"""Named reads: what came of a range of days, out of what is added up already."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.insights.values import (
    EVERYWHERE,
    Guests,
    Metrics,
    Range,
    ShopClerk,
    ShopDay,
    ShopHour,
)
from loyalnest.kernel.database import Row, bulk, merchant_of
from loyalnest.stamps import visits

# Of everybody who came on a day it is added up when they had come before. So whoever came in a
# range is told by their first day in it: the one before lies outside.
GUESTS = """
SELECT coalesce(sum(guests) FILTER (WHERE day >= $3 AND previous_day < $3), 0),
       coalesce(sum(guests) FILTER (WHERE day >= $3 AND previous_day = '-infinity'), 0),
       coalesce(sum(guests) FILTER (WHERE day < $3 AND previous_day < $5), 0),
       coalesce(sum(guests) FILTER (WHERE day >= $3 AND previous_day >= $5 AND previous_day < $3),
                0)
FROM shop_arrivals
WHERE merchant_id = $1
  AND store_id = $2
  AND day BETWEEN $5 AND $4
"""
FIGURES = """
SELECT grouping(day) = 0, grouping(hour) = 0, grouping(clerk) = 0, kind, day,
       extract(isodow FROM day)::int, hour, clerk,
       sum(happened)::bigint, sum(stamps)::bigint, sum(undone)::bigint, sum(cost)
FROM shop_figures
WHERE merchant_id = $1
  AND day BETWEEN $3 AND $4
  AND ($2::uuid IS NULL OR store_id = $2)
GROUP BY GROUPING SETS ((kind, day), (kind, extract(isodow FROM day), hour), (kind, clerk), (kind))
"""
_AT_THE_COUNTER = ("clk_", "staff:", "api_key:")


async def metrics_of(
    session: AsyncSession, asked: Range, *, store_id: UUID | None, now: datetime
) -> Metrics:
    """What came of these days, at one store or at all of them."""
    connection, merchant_id = await bulk(session), merchant_of(session)
    row = await connection.fetchrow(
        GUESTS, merchant_id, store_id or EVERYWHERE, asked.first, asked.last, asked.before.first
    )
    assert row is not None
    came, fresh, before, retained = row
    rows = await connection.fetch(FIGURES, merchant_id, store_id, asked.first, asked.last)
    whole = {row[3]: row for row in rows if not (row[0] or row[1] or row[2])}
    return Metrics(
        guests=Guests(came, fresh, came - fresh, before, retained),
        at_risk=await visits.count_at_risk(session, store_id=store_id, now=now),
        visits=_happened(whole.get("visit")),
        stamps=whole["stamping"][9] if "stamping" in whole else 0,
        cards_opened=_happened(whole.get("card")),
        rewards_earned=_happened(whole.get("earned")),
        rewards_given=_happened(whole.get("used")),
        rewards_cost=whole["used"][11] if "used" in whole else Decimal(0),
        days=_days([row for row in rows if row[0]]),
        hours=tuple(
            ShopHour(row[5], row[6], row[8])
            for row in sorted((it for it in rows if it[1] and it[3] == "visit"), key=_by_hour)
            if row[8]
        ),
        clerks=_clerks([row for row in rows if row[2]]),
    )


def _happened(row: Row | None) -> int:
    return 0 if row is None else row[8]


def _by_hour(row: Row) -> tuple[int, int]:
    return row[5], row[6]


def _days(rows: list[Row]) -> tuple[ShopDay, ...]:
    """Days on which something happened, by date."""
    came = {row[4]: row[8] for row in rows if row[3] == "visit"}
    given = {row[4]: row[8] for row in rows if row[3] == "used"}
    return tuple(
        ShopDay(day, came.get(day, 0), given.get(day, 0)) for day in sorted(came.keys() | given)
    )


def _clerks(rows: list[Row]) -> tuple[ShopClerk, ...]:
    """Who did something at the counter; what the program did by itself is nobody's."""
    stamped = {row[7]: row for row in rows if row[3] == "stamping"}
    used = {row[7]: row[8] for row in rows if row[3] == "used"}
    found = [
        ShopClerk(
            by=by,
            stampings=_happened(stamped.get(by)),
            stamps=stamped[by][9] if by in stamped else 0,
            undone=stamped[by][10] if by in stamped else 0,
            rewards_given=used.get(by, 0),
        )
        for by in stamped.keys() | used
        if by.startswith(_AT_THE_COUNTER)
    ]
    return tuple(
        sorted(
            (it for it in found if it.stampings or it.rewards_given),
            key=lambda it: (-it.stampings, it.by),
        )
    )
