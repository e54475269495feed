"""Timetable: stamps for birthdays, in the morning by each merchant's clock."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from loyalnest import customers, merchants
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.stamps.service import stamp_many
from loyalnest.stamps.values import Stamping, StampKind

_PAGE = 1000
_HOURS = [6, 12, 18]
"""The later ones for those whom nobody came along for in the morning."""
_DUE = text("""
SELECT DISTINCT p.merchant_id
FROM card_programs p
JOIN merchants m ON m.merchant_id = p.merchant_id
JOIN card_program_versions v
  ON v.merchant_id = p.merchant_id AND v.program_id = p.id AND v.version = p.version
WHERE p.state = 'active'
  AND (v.terms ->> 'birthday_stamps')::int > 0
  AND extract(hour FROM cast(:now AS timestamptz) AT TIME ZONE m.time_zone) = ANY(:hours)
ORDER BY p.merchant_id
""")
# Birthdays are sealed, so everybody's is looked at; who had a stamp for one within a year gets no
# other, whatever the date in their record says by now.
_WITH_BIRTHDAY = """
SELECT c.id, l.id, p.id, (v.terms ->> 'birthday_stamps')::int
FROM card_programs p
JOIN card_program_versions v
  ON v.merchant_id = p.merchant_id AND v.program_id = p.id AND v.version = p.version
JOIN cards c ON c.merchant_id = p.merchant_id AND c.program_id = p.id AND c.state = 'active'
JOIN customers o ON o.merchant_id = c.merchant_id AND o.id = c.customer_id
JOIN customers l ON l.merchant_id = o.merchant_id AND l.id = coalesce(o.merged_into, o.id)
WHERE p.merchant_id = $1
  AND p.state = 'active'
  AND (v.terms ->> 'birthday_stamps')::int > 0
  AND l.birthday_sealed IS NOT NULL
  AND c.id > $2
  AND NOT EXISTS (
      SELECT FROM stamps s
      JOIN cards x
        ON x.merchant_id = s.merchant_id AND x.id = s.card_id AND x.program_id = c.program_id
      WHERE s.merchant_id = c.merchant_id AND s.customer_id = l.id AND s.kind = 'birthday'
        AND s.occurred_at > $3)
ORDER BY c.id
LIMIT $4
"""
_APART = timedelta(days=360)
_FIRST = UUID(int=0)


async def stamp_birthdays(database: Database, now: datetime) -> None:
    """Stamp the cards of those who have their birthday, where it is morning."""
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now, "hours": _HOURS}))
    await merchant_by_merchant(due, lambda each: stamp_birthdays_of(database, each, now=now))


async def stamp_birthdays_of(database: Database, merchant_id: UUID, *, now: datetime) -> None:
    """The same for one merchant, a page at a time."""
    after = _FIRST
    while True:
        async with database.tenant(merchant_id) as session:
            rows = await (await bulk(session)).fetch(
                _WITH_BIRTHDAY, merchant_id, after, now - _APART, _PAGE
            )
            people = await customers.find_many(session, [row[1] for row in rows])
            zone = (await merchants.zones_of(session, [merchant_id]))[merchant_id]
            day = now.astimezone(zone).date()
            # Whoever was merged can have two cards of a program: one of them is stamped.
            wished = {
                (program_id, customer_id): (card_id, count)
                for card_id, customer_id, program_id, count in rows
                if (born := people[customer_id].birthday) and customers.is_birthday(born, day)
            }
            asked = [
                Stamping(
                    card_id=card_id,
                    count=count,
                    kind=StampKind.BIRTHDAY,
                    occurred_at=now,
                    key=f"birthday:{day.year}:{program_id.hex}:{customer_id.hex}",
                    actor="system",
                )
                for (program_id, customer_id), (card_id, count) in wished.items()
            ]
            await stamp_many(session, asked, now=now)
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]


BIRTHDAYS = Recurring("stamps.birthdays", "25 * * * *", stamp_birthdays)
