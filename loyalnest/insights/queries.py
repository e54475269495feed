"""Named reads: what came of a range of days, out of what is added up already."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest.insights.spans import month_end, month_of, spans
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
# range is told by their first day in it: the one before lies outside. Days and months are looked at
# one after the other (OFFSET 0), whatever the planner believes of their number, and by plain
# columns, for nothing that is reckoned goes into an index behind row-level security.
GUESTS = """
WITH found AS (
    SELECT a.day, a.previous_day, a.guests
    FROM unnest($5::date[], $7::smallint[]) AS d (day, rounded)
    CROSS JOIN LATERAL (
        SELECT it.day, it.previous_day, it.guests
        FROM shop_arrivals it
        WHERE it.merchant_id = $1
          AND it.store_id = $2
          AND it.rounded = d.rounded
          AND it.day = d.day
          AND it.previous_day <> ALL ($8::date[])
        OFFSET 0
    ) a
  UNION ALL
    SELECT a.day, a.previous_day, a.guests
    FROM unnest($5::date[], $6::smallint[]) AS d (day, rounded)
    CROSS JOIN unnest($8::date[], $9::date[]) AS p (first, last)
    CROSS JOIN LATERAL (
        SELECT it.day, it.previous_day, it.guests
        FROM shop_arrivals it
        WHERE it.merchant_id = $1
          AND it.store_id = $2
          AND it.rounded = d.rounded
          AND it.day = d.day
          AND it.previous_day BETWEEN p.first AND p.last
        OFFSET 0
    ) a
)
SELECT coalesce(sum(guests) FILTER (WHERE day >= $3 AND previous_day < $3), 0),
       coalesce(sum(guests) FILTER (WHERE day >= $3 AND previous_day = '-infinity'), 0),
       coalesce(sum(guests) FILTER (WHERE day < $3 AND previous_day < $4), 0),
       coalesce(sum(guests) FILTER (WHERE day >= $3 AND previous_day >= $4 AND previous_day < $3),
                0)
FROM found
"""
DAYS = """
SELECT kind, day, happened, stamps, undone, cost
FROM shop_figures
WHERE merchant_id = $1
  AND store_id = $2
  AND grain = 1
  AND day BETWEEN $3 AND $4
ORDER BY day
"""
SHARES = """
SELECT a.kind, a.weekday, a.hour, a.clerk, sum(a.happened)::bigint, sum(a.stamps)::bigint,
       sum(a.undone)::bigint
FROM unnest($3::date[], $4::smallint[]) AS d (day, grain)
CROSS JOIN LATERAL (
    SELECT it.kind, it.weekday, it.hour, it.clerk, it.happened, it.stamps, it.undone
    FROM shop_figures it
    WHERE it.merchant_id = $1
      AND it.store_id = $2
      AND it.grain = d.grain
      AND it.day = d.day
    OFFSET 0
) a
GROUP BY a.kind, a.weekday, a.hour, a.clerk
ORDER BY a.weekday, a.hour
"""
_AT_THE_COUNTER = ("clk_", "staff:", "api_key:")


async def metrics_of(
    session: AsyncSession, asked: Range, *, store_id: UUID | None, now: datetime
) -> Metrics:
    """What came of these days, at one store or at all of them."""
    connection = await bulk(session)
    where = (merchant_of(session), store_id or EVERYWHERE)
    row = await connection.fetchrow(GUESTS, *where, *guests_asked(asked))
    assert row is not None
    came, fresh, before, retained = row
    days = await connection.fetch(DAYS, *where, asked.first, asked.last)
    shares = await connection.fetch(SHARES, *where, *shares_asked(asked))
    whole = _Sums.of(days)
    return Metrics(
        guests=Guests(came, fresh, came - fresh, before, retained),
        at_risk=await visits.count_at_risk(session, store_id=store_id, now=now),
        visits=whole.happened["visit"],
        stamps=whole.stamps,
        cards_opened=whole.happened["card"],
        rewards_earned=whole.happened["earned"],
        rewards_given=whole.happened["used"],
        rewards_cost=whole.cost,
        days=_days(days),
        hours=tuple(
            ShopHour(row[1], row[2], row[4]) for row in shares if row[0] == "visit" and row[4]
        ),
        clerks=_clerks(shares),
    )


def guests_asked(asked: Range) -> tuple[object, ...]:
    """What `GUESTS` wants to know of a range: its first day and that of as many before; the days
    and months to look at, each with how it is rounded where the day before isn't, and where it is;
    and the months, from first to last, whose days tell who had come before."""
    before = asked.before.first
    found = spans(before, asked.last, apart=[asked.first])
    rounded = [int(it.is_month) for it in found]
    since = sorted({month_of(before), month_of(asked.first)})
    return (
        asked.first,
        before,
        [it.first for it in found],
        rounded,
        [it + 2 for it in rounded],
        since,
        [month_end(it) for it in since],
    )


def shares_asked(asked: Range) -> tuple[object, ...]:
    """What `SHARES` wants to know of a range: the days and months to look at, with their grain."""
    found = spans(asked.first, asked.last)
    return [it.first for it in found], [2 * it.is_month for it in found]


class _Sums(NamedTuple):
    """What days come to together."""

    happened: Counter[str]
    stamps: int
    cost: Decimal

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "_Sums":
        happened: Counter[str] = Counter()
        stamps, cost = 0, Decimal(0)
        for row in rows:
            happened[row[0]] += row[2]
            stamps += row[3]
            cost += row[5]
        return cls(happened, stamps, cost)


def _days(rows: Sequence[Row]) -> tuple[ShopDay, ...]:
    """Days on which something happened, by date."""
    came = {row[1]: row[2] for row in rows if row[0] == "visit" and row[2]}
    given = {row[1]: row[2] for row in rows if row[0] == "used" and row[2]}
    return tuple(
        ShopDay(day, came.get(day, 0), given.get(day, 0)) for day in sorted(came.keys() | given)
    )


def _clerks(rows: Sequence[Row]) -> tuple[ShopClerk, ...]:
    """Who did something at the counter; what the program did by itself is nobody's."""
    stamped = {row[3]: row for row in rows if row[0] == "stamping"}
    used = {row[3]: row[4] for row in rows if row[0] == "used"}
    found = [
        ShopClerk(
            by=by,
            stampings=stamped[by][4] if by in stamped else 0,
            stamps=stamped[by][5] if by in stamped else 0,
            undone=stamped[by][6] if by in stamped else 0,
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
