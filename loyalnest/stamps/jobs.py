"""Timetable: stamps for birthdays, in the morning by each merchant's clock."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from loyalnest import customers, merchants
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.ids import to_wire
from loyalnest.kernel.jobs import Recurring, merchant_by_merchant
from loyalnest.stamps.service import stamp_many
from loyalnest.stamps.values import CARD, CardId, Stamping, StampKind

_PAGE = 1000
_HOUR = 6
_DUE = text("""
SELECT DISTINCT p.merchant_id
FROM card_programs p
JOIN merchants m ON m.merchant_id = p.merchant_id
JOIN card_program_versions v
  ON v.merchant_id = p.merchant_id AND v.program_id = p.id AND v.version = p.version
WHERE p.state = 'active'
  AND (v.terms ->> 'birthday_stamps')::int > 0
  AND extract(hour FROM cast(:now AS timestamptz) AT TIME ZONE m.time_zone) = :hour
ORDER BY p.merchant_id
""")
# Birthdays are sealed, so everybody's is looked at; who had a stamp for one within a year gets no
# other, whatever the date in their record says by now.
_WITH_BIRTHDAY = """
SELECT c.id, o.id, (v.terms ->> 'birthday_stamps')::int
FROM card_programs p
JOIN card_program_versions v
  ON v.merchant_id = p.merchant_id AND v.program_id = p.id AND v.version = p.version
JOIN cards c ON c.merchant_id = p.merchant_id AND c.program_id = p.id AND c.state = 'active'
JOIN customers o ON o.merchant_id = c.merchant_id AND o.id = c.customer_id
WHERE p.merchant_id = $1
  AND p.state = 'active'
  AND (v.terms ->> 'birthday_stamps')::int > 0
  AND o.birthday_sealed IS NOT NULL
  AND o.merged_into IS NULL
  AND c.id > $2
  AND NOT EXISTS (
      SELECT FROM stamps s
      WHERE s.merchant_id = c.merchant_id AND s.card_id = c.id AND s.kind = 'birthday'
        AND s.occurred_at > $3)
ORDER BY c.id
LIMIT $4
"""
_APART = timedelta(days=360)
_FIRST = UUID(int=0)


async def stamp_birthdays(database: Database, now: datetime) -> None:
    """Stamp the cards of those who have their birthday, where it is morning."""
    async with database.platform() as session:
        due = list(await session.scalars(_DUE, {"now": now, "hour": _HOUR}))
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
            await stamp_many(
                session,
                [
                    _stamping(card_id, count, day, now)
                    for card_id, customer_id, count in rows
                    if (born := people[customer_id].birthday) and customers.is_birthday(born, day)
                ],
                now=now,
            )
        if len(rows) < _PAGE:
            return
        after = rows[-1][0]


def _stamping(card_id: UUID, count: int, day: date, now: datetime) -> Stamping:
    return Stamping(
        card_id=CardId(card_id),
        count=count,
        kind=StampKind.BIRTHDAY,
        occurred_at=now,
        key=f"birthday:{day.year}:{to_wire(CARD, card_id)}",
        actor="system",
    )


BIRTHDAYS = Recurring("stamps.birthdays", "25 * * * *", stamp_birthdays)
