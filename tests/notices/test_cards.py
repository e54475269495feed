"""Customers hear of their stamp cards: of what they bring, and of more where it is wanted."""

from datetime import timedelta
from uuid import UUID

import pytest

from loyalnest.kernel.database import Database
from loyalnest.notices import Notice
from tests.conftest import NOW
from tests.notices.nest import Nest, linked, occasions, open_nest
from tests.stamps import cafe
from tests.stamps.cafe import Cafe

ALL = {it: Notice() for it in ("card_opened", "stamp_given", "card_full", "card_redeemed")}
NONE_ON_THE_WAY = {"card_reward_earned": Notice(on=False)}


@pytest.fixture
async def nest(database: Database) -> Nest:
    return await open_nest(database)


@pytest.fixture
async def shop(nest: Nest) -> Cafe:
    return Cafe(nest.database, nest.shop.merchant_id)


async def said(nest: Nest) -> list[tuple[str, dict[str, object]]]:
    """What members were told of cards, the latest last, and what is filled in."""
    await nest.told()
    told = await nest.foretold(NOW - timedelta(days=1))
    return await linked(nest, [it for it in told if it[0] != "welcome"])


async def test_a_full_card_is_told_in_the_guests_language_and_nothing_else(
    nest: Nest, shop: Cafe
) -> None:
    anna = await nest.knows("anna@example.com", locale="de")
    stages = (cafe.COFFEE, cafe.CAKE.model_copy(update={"names": {"de": "Kuchen"}}))
    program = await shop.draws_up(cafe.terms(stages=stages, names={"de": "Kaffeekarte"}))
    card = await shop.card(program, anna)
    await nest.wants(**NONE_ON_THE_WAY)
    given = await shop.gives(card, 10)
    await shop.hands_out(given.state.due[-1])
    assert await said(nest) == []  # by the time it would have been told it was handed out
    await shop.gives(card, 10)
    known = {"name": "Anna", "card": "Kaffeekarte", "link": card.card.id}
    assert await said(nest) == [("card_full", {**known, "reward": "Kuchen"})]
    assert len(await said(nest)) == 1


async def test_where_it_is_wanted_each_step_is_told_once_to_members_alone(
    nest: Nest, shop: Cafe
) -> None:
    await nest.wants(**ALL, **NONE_ON_THE_WAY)
    program = await shop.draws_up(cafe.terms(welcome_stamps=1))
    stranger = await nest.knows("ben@example.com", member=False)
    cards: list[UUID] = []
    for who in (await nest.knows("anna@example.com"), stranger):
        card = await shop.card(program, who)
        await shop.gives(card, 3)
        await shop.gives(card, 6)
        cards.append(card.card.id)
    anna = {"name": "Anna", "card": "Coffee card", "link": cards[0]}
    assert await said(nest) == [
        ("card_opened", {**anna, "reward": "Cake", "needed": 10}),
        ("stamp_given", {**anna, "stamps": 4, "missing": 6}),
        ("card_full", {**anna, "reward": "Cake"}),
    ]


async def test_what_is_handed_out_is_told_where_it_fills_a_card(nest: Nest, shop: Cafe) -> None:
    await nest.wants(**ALL, **NONE_ON_THE_WAY, welcome=Notice(on=False))
    anna = await nest.knows("anna@example.com")
    card = await shop.card(await shop.draws_up(), anna)
    given = await shop.gives(card, 10)
    assert [it.name for it in given.state.due] == ["Free coffee", "Cake"]
    await nest.told()
    for number, reward in enumerate(given.state.due):
        await shop.hands_out(reward, key=f"use:{number}")
    assert occasions(await nest.told()) == ["card_full", "card_opened", "card_redeemed"]


async def test_a_reward_on_the_way_is_told_by_its_name_once_and_not_what_is_gone(
    nest: Nest, shop: Cafe
) -> None:
    anna = await nest.knows("anna@example.com", locale="de")
    coffee = cafe.COFFEE.model_copy(update={"names": {"de": "Gratiskaffee"}})
    program = await shop.draws_up(cafe.terms(stages=(coffee, cafe.CAKE)))
    card = await shop.card(program, anna)
    await shop.undoes(await shop.gives(card, 5))
    assert await said(nest) == []  # it is gone before it would have been told
    await shop.gives(card, 6)
    known = {"name": "Anna", "card": "Coffee card", "link": card.card.id}
    told = [("card_reward_earned", {**known, "reward": "Gratiskaffee"})]
    assert await said(nest) == told
    await shop.gives(card, 3)
    assert await said(nest) == told
