"""What becomes of stamp cards lets guests into journeys, and what they are told names the card."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from bench.post import Post
from loyalnest import journeys, ledger, stamps
from loyalnest.journeys.card_news import STAMPED
from loyalnest.kernel import relay
from loyalnest.kernel.database import Database, bulk
from loyalnest.kernel.ids import new_id, to_wire
from loyalnest.stamps import CardProgram, CardState, ProgramState, enrolling
from tests.conftest import NOW
from tests.journeys.cast import begun, plan
from tests.messaging.cast import Bakery, open_bakery
from tests.stamps import cafe
from tests.stamps.cafe import Cafe, refusal

LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def bakery(database: Database) -> Bakery:
    bakery = await open_bakery(database)
    async with Post().open() as post:
        await bakery.uses(post)
    return bakery


@pytest.fixture
async def shop(bakery: Bakery) -> Cafe:
    return Cafe(bakery.database, bakery.merchant_id)


def trigger(kind: str, program: CardProgram, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "card_program_id": to_wire(stamps.PROGRAM, program.id), **more}


async def drawn(bakery: Bakery, begins: dict[str, Any]) -> journeys.Journey:
    says = [{"kind": "tell", "occasion": begins["kind"], "channels": ["email"]}]
    over = plan(trigger=begins, steps=says, holdout=0)
    return await begun(bakery.database, bakery.merchant_id, over, now=NOW)


async def cards(bakery: Bakery, shop: Cafe, program: CardProgram, count: int) -> list[CardState]:
    return [await shop.card(program, it) for it in await bakery.enrols(count)]


async def stamped(shop: Cafe, card: CardState, *counts: int) -> None:
    for count in counts:
        await shop.gives(card, count, at=LATER)


async def is_heard(bakery: Bakery) -> None:
    """All that happened is heard of, twice, as after a crash."""
    again = replace(journeys.ENTRIES, name=f"test.{new_id().hex}")
    await relay.settle(bakery.database, [journeys.ENTRIES, again], clock=lambda: LATER)


async def facts(bakery: Bakery, journey: journeys.Journey) -> list[tuple[UUID, dict[str, Any]]]:
    """Who entered, the first first, and what is known of why."""
    await is_heard(bakery)
    async with bakery.database.tenant(bakery.merchant_id) as session:
        ways = await journeys.list_enrolments(
            session, journey.id, customer_id=None, before=None, limit=100
        )
    return [
        (it.customer_id, {k: v for k, v in it.facts.items() if k not in ("card_id", "stage")})
        for it in reversed(ways)
    ]


def lacks(card: CardState, missing: int, reward: str) -> tuple[UUID, dict[str, Any]]:
    known = {"card": "Coffee card", "missing": missing, "reward": reward}
    return card.card.customer_id, known


async def test_few_stamps_missing_are_told_once_for_each_reward_of_a_round(
    bakery: Bakery, shop: Cafe
) -> None:
    program = await shop.draws_up()
    near, far, there = await cards(bakery, shop, program, 3)
    journey = await drawn(bakery, trigger("card_almost_full", program, missing_at_most=2))
    await stamped(shop, near, 3)
    await stamped(shop, far, 2)
    await stamped(shop, there, 5)
    assert await facts(bakery, journey) == [lacks(near, 2, "Free coffee")]
    await stamped(shop, near, 1)
    assert len(await facts(bakery, journey)) == 1
    await stamped(shop, near, 5)
    assert (await facts(bakery, journey))[1:] == [lacks(near, 1, "Cake")]
    await stamped(shop, near, 1)
    assert len(await facts(bakery, journey)) == 2
    await stamped(shop, near, 4)
    assert (await facts(bakery, journey))[2:] == [lacks(near, 1, "Free coffee")]


async def test_a_full_card_may_be_all_that_counts_and_an_empty_one_never_is(
    bakery: Bakery, shop: Cafe
) -> None:
    program = await shop.draws_up()
    one, empty = await cards(bakery, shop, program, 2)
    wanted = trigger("card_almost_full", program, missing_at_most=10, up_to="full_card")
    journey = await drawn(bakery, wanted)
    await stamped(shop, empty, 10)
    assert await facts(bakery, journey) == []
    await stamped(shop, one, 4)
    assert await facts(bakery, journey) == [lacks(one, 6, "Cake")]


async def test_nobody_is_promised_what_the_round_has_brought_already(
    bakery: Bakery, shop: Cafe
) -> None:
    program = await shop.draws_up()
    used, taken_back = await cards(bakery, shop, program, 2)
    journey = await drawn(bakery, trigger("card_almost_full", program, missing_at_most=1))
    for card in (used, taken_back):
        await stamped(shop, card, 3)
        fifth = await shop.gives(card, 2, at=LATER)
        if card is used:
            await shop.hands_out(fifth.state.due[0])
        await shop.undoes(fifth)
        await stamped(shop, card, 1)
    assert await facts(bakery, journey) == [lacks(taken_back, 1, "Free coffee")]


async def test_what_is_stamped_on_another_card_or_was_before_the_start_lets_nobody_in(
    bakery: Bakery, shop: Cafe
) -> None:
    program, other = await shop.draws_up(), await shop.draws_up(cafe.terms(name="Lunch card"))
    (card,) = await cards(bakery, shop, program, 1)
    await shop.gives(card, 4, at=NOW - timedelta(days=1))
    near = await drawn(bakery, trigger("card_almost_full", program, missing_at_most=2))
    fifth = await drawn(bakery, trigger("card_milestone", program, stamps=[4, 5]))
    lunch = await shop.card(other, card.card.customer_id)
    await stamped(shop, lunch, 5)
    assert await facts(bakery, near) == []
    assert await facts(bakery, fifth) == []


async def test_numbers_of_stamps_are_told_once_over_all_rounds_the_highest_of_several(
    bakery: Bakery, shop: Cafe
) -> None:
    program = await shop.draws_up()
    one, slow = await cards(bakery, shop, program, 2)
    journey = await drawn(bakery, trigger("card_milestone", program, stamps=[5, 12, 13, 20]))
    await stamped(shop, one, 4, 10)  # which passes three of them
    await stamped(shop, slow, 5)
    milestones = [
        (one.card.customer_id, {"card": "Coffee card", "stamps": 13}),
        (slow.card.customer_id, {"card": "Coffee card", "stamps": 5}),
    ]
    assert sorted(await facts(bakery, journey), key=str) == sorted(milestones, key=str)
    await stamped(shop, one, 5)
    assert len(await facts(bakery, journey)) == 2
    await stamped(shop, one, 3)
    assert (await facts(bakery, journey))[2:] == [
        (one.card.customer_id, {"card": "Coffee card", "stamps": 20})
    ]


async def test_a_stamp_that_was_taken_back_is_no_milestone_and_those_of_a_merge_count(
    bakery: Bakery, shop: Cafe
) -> None:
    program = await shop.draws_up()
    anna, other, old = await cards(bakery, shop, program, 3)
    await shop.gives(old, 5, at=NOW - timedelta(days=1))
    journey = await drawn(bakery, trigger("card_milestone", program, stamps=[5]))
    for card, count in ((anna, 5), (old, 1)):
        await shop.undoes(await shop.gives(card, count, at=LATER))
    await stamped(shop, other, 3)
    assert await facts(bakery, journey) == []
    async with shop.open() as session:
        await ledger.merge(
            session,
            merchant_id=shop.merchant_id,
            kept_id=anna.card.customer_id,
            merged_id=other.card.customer_id,
            actor="test",
            now=LATER,
        )
    await stamped(shop, anna, 2)
    assert [who for who, _ in await facts(bakery, journey)] == [anna.card.customer_id]


async def asked(bakery: Bakery) -> Sequence[tuple[str, dict[str, Any]]]:
    """What is to be sent, and what is filled in; of a link, the card that it opens."""
    await journeys.take_due_steps(bakery.database, LATER)
    place = f"{bakery.database.settings.address}/card/"
    found: list[tuple[str, dict[str, Any]]] = []
    async with bakery.database.tenant(bakery.merchant_id) as session:
        rows = await session.execute(
            text("SELECT occasion, variables_sealed FROM messages ORDER BY id")
        )
        for occasion, sealed in rows.all():
            opened = bakery.database.ring.open(
                bakery.merchant_id, "messages.variables", bytes(sealed)
            )
            said: dict[str, Any] = json.loads(opened)
            link = await enrolling.open_link(session, said["link"].removeprefix(place))
            assert link.proven
            found.append((occasion, {**said, "link": link.card_id}))
    return found


async def test_what_is_said_names_the_card_as_its_guest_reads_and_leads_to_it(
    bakery: Bakery, shop: Cafe
) -> None:
    coffee = cafe.COFFEE.model_copy(update={"name": "Kaffee", "names": {"en": "Coffee"}})
    terms = cafe.terms(name="Kaffeekarte", names={"en": "House card"}, stages=(coffee,))
    program = await shop.draws_up(terms)
    (card,) = await cards(bakery, shop, program, 1)
    await drawn(bakery, trigger("card_almost_full", program, missing_at_most=2))
    await drawn(bakery, trigger("card_milestone", program, stamps=[4]))
    await stamped(shop, card, 4)
    await is_heard(bakery)
    known = {"name": "Member", "card": "House card", "link": card.card.id}
    assert sorted(await asked(bakery), key=str) == [
        ("card_almost_full", {**known, "missing": 1, "reward": "Coffee"}),
        ("card_milestone", {**known, "stamps": 4}),
    ]


@pytest.mark.parametrize(
    ("state", "why"),
    [(None, "CARD_PROGRAM_NOT_FOUND"), (ProgramState.ARCHIVED, "CARD_PROGRAM_ARCHIVED")],
)
async def test_a_journey_follows_a_card_that_is_there(
    bakery: Bakery, shop: Cafe, state: ProgramState | None, why: str
) -> None:
    program = await shop.draws_up()
    wanted = trigger("card_milestone", program, stamps=[5])
    if state is None:
        wanted["card_program_id"] = to_wire(stamps.PROGRAM, new_id())
    else:
        async with shop.open() as session:
            await stamps.save(
                session, program.id, program.terms, state=state, actor="test", now=NOW
            )
    assert await refusal(drawn(bakery, wanted)) == why


async def test_a_customer_s_stamps_are_counted_by_their_customer_and_not_by_the_program(
    bakery: Bakery,
) -> None:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        connection = await bulk(session)
        await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE stamped (uuid, uuid[], uuid[], uuid) AS {STAMPED}")
        asked = f"'{bakery.merchant_id}','{{}}','{{}}',NULL"
        rows = await connection.fetch(f"EXPLAIN (COSTS OFF) EXECUTE stamped ({asked})")
        await connection.execute("DEALLOCATE stamped")
    plan = "\n".join(row[0] for row in rows)
    assert "customer_id_occurred_at_idx" in plan
    assert "program_id" not in "".join(it for it in plan.split("\n") if "Index Cond" in it)
