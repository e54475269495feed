"""Guests hear of stamps that are about to lapse: which card's, how many, until when; once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers, ledger, stamps
from loyalnest.kernel.database import Database, bulk
from loyalnest.notices import NoticeAhead, foretelling
from loyalnest.stamps import CardProgram, CardState, ProgramState
from loyalnest.stamps.across import HELD
from tests.conftest import NOW
from tests.notices.nest import Nest, linked, open_nest
from tests.stamps import cafe
from tests.stamps.cafe import Cafe

DAY = timedelta(days=1)
LASTS = {"validity": {"days": 60}}
"""Since the last stamp; so that its lapse is told from the 46th day on."""


@pytest.fixture
async def nest(lasting_database: Database) -> Nest:
    return await open_nest(lasting_database)


@pytest.fixture
async def shop(nest: Nest) -> Cafe:
    return Cafe(nest.database, nest.shop.merchant_id)


async def said(nest: Nest, days: int) -> list[tuple[str, dict[str, object]]]:
    """What was told by the morning after so many days, the latest last, and what is filled in."""
    return await linked(nest, await nest.foretold(NOW + days * DAY))


async def told(nest: Nest, days: int) -> int:
    return len(await said(nest, days))


def lapse(
    it: CardState, stamps_: int, days: int, *, called: str = "Coffee card"
) -> tuple[str, dict[str, object]]:
    """The message of stamps that lapse so many days from now."""
    known = {"name": "Anna", "card": called, "link": it.card.id, "stamps": stamps_}
    return "card_expiring", {**known, "expires_on": (NOW + days * DAY).date().isoformat()}


async def a_card(
    nest: Nest, shop: Cafe, program: CardProgram, name: str = "anna", **more: Any
) -> CardState:
    guest = await nest.knows(f"{name}@example.com", **more)
    return await shop.card(program, guest)


async def test_a_card_is_told_of_once_for_each_day_on_which_it_would_lapse(
    nest: Nest, shop: Cafe
) -> None:
    program = await shop.draws_up(cafe.terms(**LASTS, names={"de": "Kaffeekarte"}))
    card = await a_card(nest, shop, program, locale="de")
    await shop.gives(card, 3)
    assert await said(nest, 45) == []
    first = lapse(card, 3, 60, called="Kaffeekarte")
    assert await said(nest, 46) == [first]
    assert await said(nest, 47) == [first]
    await shop.gives(card, 1, at=NOW + 50 * DAY)  # by which all of them are good for longer
    assert await said(nest, 51) == [first]
    assert await said(nest, 96) == [first, lapse(card, 4, 110, called="Kaffeekarte")]


async def test_stamps_that_lapse_each_by_itself_are_told_apart(nest: Nest, shop: Cafe) -> None:
    each = {"validity": {"days": 60, "counted": "each_stamp"}}
    card = await a_card(nest, shop, await shop.draws_up(cafe.terms(**each)))
    await shop.gives(card, 2)
    await shop.gives(card, 1)
    await shop.gives(card, 4, at=NOW + 5 * DAY)
    assert await said(nest, 50) == [lapse(card, 3, 60)]
    assert await said(nest, 51) == [lapse(card, 3, 60), lapse(card, 4, 65)]


async def test_how_far_ahead_and_whether_at_all_is_the_merchant_s(nest: Nest, shop: Cafe) -> None:
    card = await a_card(nest, shop, await shop.draws_up(cafe.terms(**LASTS)))
    await shop.gives(card)
    await nest.wants(card_expiring=NoticeAhead(days=3))
    assert await told(nest, 56) == 0
    await nest.wants(card_expiring=NoticeAhead(on=False))
    assert await told(nest, 57) == 0
    await nest.wants(card_expiring=NoticeAhead(days=3))
    assert await told(nest, 58) == 1


async def test_what_is_good_for_a_short_time_is_told_in_its_second_half(
    nest: Nest, shop: Cafe
) -> None:
    card = await a_card(nest, shop, await shop.draws_up(cafe.terms(validity={"days": 10})))
    await shop.gives(card)
    assert await told(nest, 1) == 0
    assert await told(nest, 5) == 0
    assert await told(nest, 6) == 1


async def test_full_void_and_forgotten_cards_and_those_put_away_are_not_told_of(
    nest: Nest, shop: Cafe
) -> None:
    program = await shop.draws_up(cafe.terms(**LASTS))
    other = await shop.draws_up(cafe.terms(**LASTS, name="Lunch card"))
    full, void, gone, kept = [
        await a_card(nest, shop, program, name) for name in ("ada", "ben", "cleo", "anna")
    ]
    await shop.gives(full, 10)
    for card in (void, gone, kept, await shop.card(other, kept.card.customer_id)):
        await shop.gives(card, 3)
    merchant_id = shop.merchant_id
    async with shop.open() as session:
        await stamps.erase_customer(
            session, merchant_id=merchant_id, customer_id=void.card.customer_id, now=NOW
        )
        await customers.erase_customer(
            session, merchant_id=merchant_id, customer_id=gone.card.customer_id, now=NOW
        )
        await stamps.save(
            session, other.id, other.terms, state=ProgramState.ARCHIVED, actor="test", now=NOW
        )
    assert await said(nest, 50) == [lapse(kept, 3, 60)]


async def test_who_was_merged_is_told_of_one_card_with_all_that_lapses(
    nest: Nest, shop: Cafe
) -> None:
    program = await shop.draws_up(cafe.terms(**LASTS))
    anna, other = [await a_card(nest, shop, program, name) for name in ("anna", "a.archer")]
    await shop.gives(anna, 3)
    await shop.gives(other, 2)
    async with shop.open() as session:
        await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=anna.card.customer_id,
            merged_id=other.card.customer_id,
            actor="test",
            now=NOW,
        )
    assert await said(nest, 50) == [lapse(anna, 5, 60)]


async def test_many_cards_of_several_programs_are_each_told_of_once(
    nest: Nest, shop: Cafe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foretelling, "AT_ONCE", 2)
    coffee = await shop.draws_up(cafe.terms(**LASTS))
    lunch = await shop.draws_up(cafe.terms(**LASTS, name="Lunch card"))
    guests = [await nest.knows(f"guest-{number}@example.com") for number in range(5)]
    wanted = [(coffee, it) for it in guests] + [(lunch, it) for it in guests[:3]]
    links: list[UUID] = []
    for program, guest in wanted:
        card = await shop.card(program, guest)
        await shop.gives(card)
        links.append(card.card.id)
    heard = await said(nest, 50)
    assert sorted(map(str, links)) == sorted(str(filled["link"]) for _, filled in heard)


async def test_a_customer_s_card_is_found_by_its_customer_also_where_a_program_has_many(
    nest: Nest,
) -> None:
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        connection = await bulk(session)
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE held (uuid[], uuid[], uuid[]) AS {HELD}")
        rows = await connection.fetch("EXPLAIN (COSTS OFF) EXECUTE held ('{}','{}','{}')")
        await connection.execute("DEALLOCATE held")
    plan = "\n".join(row[0] for row in rows)
    conditions = [it for it in plan.split("\n") if "Index Cond" in it]
    assert any("(customer_id = (k.customer_id))" in it for it in conditions), plan
    assert not any("(program_id = k.program_id)" in it for it in conditions), plan
