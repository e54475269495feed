"""What is about to lapse is found before it does: whose it is, how much, and on which day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import msgspec
from sqlalchemy import text

from loyalnest import ledger
from loyalnest.kernel.database import bulk
from loyalnest.ledger import Expiry, ExpiryKind
from loyalnest.ledger.ahead import SOON
from tests.ledger.conftest import Books

DAY = timedelta(days=1)


async def ahead(books: Books, *, days: int = 30) -> list[tuple[object, date, int]]:
    until = {(books.merchant_id, books.unit.id): books.now + (days + 1) * DAY}
    found, more = await ledger.lapsing_ahead(
        books.session, until, after={}, limit=100, now=books.now
    )
    assert more == {}
    return [(it.customer_id, it.day, it.points) for it in found]


async def test_what_was_earned_apart_and_lapses_together_is_one_sum_a_day(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.MONTH_END))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    books.now += 2 * DAY
    await books.post(ada, "earn", 50)
    await books.post(ada, "redeem", -30)
    # Spent until the end of their last day.
    assert await ahead(books) == [(ada, date(2026, 11, 30), 120)]


async def test_what_is_held_back_or_spent_lapses_nowhere_and_what_was_released_does(
    books: Books,
) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=20))
    ada, bea, cleo = [await books.customer() for _ in range(3)]
    await books.post(ada, "earn", 100, held_until=books.now + 15 * DAY)
    await books.post(bea, "earn", 100, held_until=books.now + DAY)
    await books.post(cleo, "earn", 100)
    await books.post(cleo, "redeem", -100)
    books.now += 2 * DAY
    await ledger.settle_due(books.session, now=books.now)
    assert await ahead(books) == [(bea, date(2026, 12, 11), 100)]


async def test_points_that_pay_a_debt_are_not_about_to_lapse(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    await books.post(ada, "adjust", -80, shortfall=ledger.Shortfall.OWE)
    await books.post(ada, "earn", 50)
    assert await books.figures(ada) == (0, 0, 30)
    assert await ahead(books) == []


async def test_a_balance_that_nobody_moves_lapses_as_a_whole(books: Books) -> None:
    ada = await books.customer()
    await books.expire_by(Expiry(ExpiryKind.INACTIVITY, days=40))
    await books.post(ada, "earn", 100)
    assert await ahead(books) == []
    books.now += 20 * DAY
    assert await ahead(books) == [(ada, date(2026, 12, 30), 100)]


async def test_nothing_is_about_to_lapse_while_expiry_pauses(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    unit = await ledger.unit_by_code(books.session, books.merchant_id, "points")
    await ledger.pause_expiry(books.session, unit, now=books.now)
    assert await ahead(books) == []


async def test_a_rule_that_ends_points_sooner_moves_their_day(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=365))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    assert await ahead(books, days=60) == []
    await ledger.set_expiry(
        books.session,
        merchant_id=books.merchant_id,
        code="points",
        expiry=Expiry(ExpiryKind.DAYS, days=7),
        existing=True,
        now=books.now,
    )
    assert [(who, points) for who, _, points in await ahead(books, days=60)] == [(ada, 100)]


async def test_a_day_ends_at_the_merchant_s_midnight_also_when_clocks_change(
    books: Books,
) -> None:
    books.now = datetime(2026, 3, 20, 12, tzinfo=UTC)  # London's clocks go forward on the 29th
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=9))
    ada = await books.customer()
    await books.post(ada, "earn", 100)
    assert await ahead(books) == [(ada, date(2026, 3, 29), 100)]


async def test_many_are_gone_through_in_bites_and_each_is_met_once(books: Books) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    everybody = [await books.customer() for _ in range(7)]
    await books.post_many([books.posting(it, "earn", 10) for it in everybody])
    until = {(books.merchant_id, books.unit.id): books.now + 30 * DAY}
    met: list[object] = []
    after: dict[ledger.UnitKey, ledger.After] = {}
    for _ in range(4):
        found, after = await ledger.lapsing_ahead(
            books.session, until, after=after, limit=3, now=books.now
        )
        met += [it.customer_id for it in found]
        if not after:
            break
    assert sorted(met, key=str) == sorted(everybody, key=str)


async def test_units_of_one_merchant_are_gone_through_together_each_by_its_own_end(
    books: Books,
) -> None:
    await books.expire_by(Expiry(ExpiryKind.DAYS, days=10))
    card = await ledger.open_unit(
        books.session,
        merchant_id=books.merchant_id,
        code="card-test",
        kind="stamps",
        expiry=Expiry(ExpiryKind.INACTIVITY, days=20),
        now=books.now,
    )
    people = [await books.customer() for _ in range(5)]
    stamped = [
        msgspec.structs.replace(books.posting(it, "earn", 3), unit_id=card.id) for it in people
    ]
    await books.post_many([*stamped, *(books.posting(it, "earn", 100) for it in people[:2])])
    points, stamps = (books.merchant_id, books.unit.id), (books.merchant_id, card.id)
    for days, met in ((15, {points: {100: 2}}), (30, {points: {100: 2}, stamps: {3: 5}})):
        until = {points: books.now + 15 * DAY, stamps: books.now + days * DAY}
        after: dict[ledger.UnitKey, ledger.After] = {}
        seen: dict[ledger.UnitKey, Counter[int]] = {}
        for _ in range(3):
            found, after = await ledger.lapsing_ahead(
                books.session, until, after=after, limit=3, now=books.now
            )
            for it in found:
                seen.setdefault((it.merchant_id, it.unit_id), Counter()).update([it.points])
            until = {key: at for key, at in until.items() if key in after}
            if not until:
                break
        assert seen == met


async def test_who_is_about_to_lose_something_is_found_by_the_index_on_due_dates(
    books: Books,
) -> None:
    await books.session.execute(text("SET LOCAL enable_seqscan = off"))
    connection = await bulk(books.session)
    kinds = "uuid[], uuid[], timestamptz[], timestamptz[], uuid[], int"
    await connection.execute(f"PREPARE soon ({kinds}) AS {SOON}")
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    rows = await connection.fetch("EXPLAIN (COSTS OFF) EXECUTE soon ('{}','{}','{}','{}','{}',5)")
    plan = "\n".join(row[0] for row in rows)
    condition = plan.split("Index Cond", 1)[1].split("\n")[0]
    assert "(merchant_id = k.merchant_id)" in condition
    assert "(next_due_at <= k.until)" in condition
