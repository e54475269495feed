"""The demo's café: half a year of guests, told once, and again where it was cut short."""

from datetime import timedelta

from sqlalchemy import text

from loyalnest import ledger
from loyalnest.entrypoints import cafe
from loyalnest.kernel.database import Database
from tests.conftest import NOW

_FIGURES = text("""
SELECT (SELECT count(*) FROM cards), (SELECT count(*) FROM stamps),
       (SELECT count(*) FROM card_rewards WHERE state = 'used'),
       (SELECT count(*) FROM card_rewards WHERE state = 'due'),
       (SELECT max(occurred_at) FROM stamps)
""")


async def figures(database: Database) -> tuple[int, int, int, int]:
    async with database.platform() as session:
        cards, given, used, due, last = (await session.execute(_FIGURES)).one()
    assert NOW - timedelta(days=2) < last < NOW
    return cards, given, used, due


async def test_the_cafe_has_half_a_year_of_guests_whose_books_balance(database: Database) -> None:
    opened = await cafe.prepare(database, owner_password=None, now=NOW)
    assert opened.owner_password
    assert opened.guests_wait
    again = await cafe.prepare(database, owner_password=None, now=NOW)
    assert (again.owner_password, again.poster) == (None, opened.poster)
    given = await cafe.tell(database, now=NOW)
    told = await figures(database)
    cards, stamps_given, used, due = told
    assert (cards, stamps_given) == (120, given)
    assert given > 2000
    assert used > 300
    assert due > 10
    assert not (await cafe.prepare(database, owner_password=None, now=NOW)).guests_wait
    assert await cafe.tell(database, now=NOW) == 0
    async with database.platform() as session:
        assert (await ledger.verify(session)).clean


async def test_a_telling_that_was_cut_short_goes_on_and_stamps_nothing_twice(
    database: Database,
) -> None:
    await cafe.prepare(database, owner_password="correct horse", now=NOW)
    given = await cafe.tell(database, now=NOW)
    before = await figures(database)
    async with database.platform() as session:
        await session.execute(text("SET LOCAL role NONE"))
        lunch = text("SELECT id FROM card_programs ORDER BY created_at DESC, id DESC LIMIT 1")
        id_ = await session.scalar(lunch)
        for table, column in (("card_program_versions", "program_id"), ("card_programs", "id")):
            await session.execute(text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": id_})
    assert await cafe.tell(database, now=NOW) == given
    assert await figures(database) == before
