"""A guest with a card of paper enrols: its stamps come along, once, and nobody else's do."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from bench.post import Post
from loyalnest import stamps
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Policy
from loyalnest.messaging import Channel
from loyalnest.stamps import enrolling
from loyalnest.stamps.numbers import shown
from tests.conftest import NOW
from tests.messaging.cast import Bakery
from tests.stamps.cafe import terms
from tests.stamps.enrolling.counter import PHONE, Counter, a_counter

OTHER = "0151 98765432"


@pytest.fixture
async def counter(lasting_database: Database) -> AsyncGenerator[Counter]:
    async with a_counter(lasting_database, welcome_stamps=1) as counter:
        yield counter


async def _prints(counter: Counter, program: stamps.CardProgram | None = None) -> str:
    async with counter.cafe.open() as session:
        program_id = (program or counter.program).id
        batch = await enrolling.print_cards(
            session, program_id=program_id, store_id=None, count=1, actor="test", now=NOW
        )
        (number,) = await enrolling.numbers_of(session, batch.id)
    return number


async def _stamped_paper(counter: Counter, count: int) -> str:
    """A card of paper that was used at the counter."""
    number = await _prints(counter)
    async with counter.cafe.open() as session:
        reading = await stamps.read_code(session, number, now=NOW)
    await counter.cafe.gives(reading.cards[0], count)
    return number


async def _enrols(
    counter: Counter, *, phone: str = PHONE, owner: bool = True, **more: Any
) -> httpx.Response:
    body = {"card_program_id": counter.program_id, "name": "Ana", "phone": phone, **more}
    if "poster" in more:
        del body["card_program_id"]
    return await counter.asks("POST", "/enrollments", owner=owner, json=body)


async def test_a_used_card_of_paper_comes_along_by_the_page(counter: Counter) -> None:
    poster = await counter.puts_up()
    assert 'name="paper"' not in (await counter.opens(poster["code"])).text
    number = await _stamped_paper(counter, 4)
    page = await counter.opens(poster["code"])
    assert 'name="paper"' in page.text
    typed = f" {shown(number).lower()} "
    sent = await counter.fills_in(poster["code"], page=page, paper=typed)
    assert sent.status_code == 303, sent.text
    # What the paper began with is all that a guest begins with.
    assert "Stamps: 5 of 10" in (await counter.client.get(sent.headers["location"])).text
    known = (await _enrols(counter)).json()
    assert known["card"]["number"] == shown(number)
    async with counter.cafe.open() as session:
        (state,) = (await stamps.read_code(session, number, now=NOW)).cards
        owner = from_wire("cus", known["customer_id"])
    assert (state.card.customer_id, state.collected) == (owner, 5)
    await counter.cafe.books_balance()


async def test_a_card_of_paper_that_nobody_used_is_the_guests_own(counter: Counter) -> None:
    number = await _prints(counter)
    made = (await _enrols(counter, paper_number=number)).json()
    assert (made["card"]["number"], made["card"]["collected"]) == (shown(number), 1)
    second = await _prints(counter)
    again = (await _enrols(counter, paper_number=second)).json()
    assert again["card"] == made["card"]
    async with counter.cafe.open() as session:
        (state,) = (await stamps.read_code(session, second, now=NOW)).cards
    assert shown(state.card.number) == made["card"]["number"]


async def test_stamps_of_paper_join_those_that_a_guest_has(counter: Counter) -> None:
    await _enrols(counter)
    number = await _stamped_paper(counter, 4)
    merged = (await _enrols(counter, paper_number=number)).json()
    assert merged["card"]["collected"] == 1 + 5
    assert (await _enrols(counter, paper_number=number)).json()["card"] == merged["card"]
    await counter.cafe.books_balance()


async def test_the_same_form_sent_twice_at_once_brings_the_stamps_once(counter: Counter) -> None:
    poster = await counter.puts_up()
    number = await _stamped_paper(counter, 4)
    page = await counter.opens(poster["code"])
    taps = [counter.fills_in(poster["code"], page=page, paper=number) for _ in range(3)]
    answers = await asyncio.gather(*taps)
    assert [it.status_code for it in answers] == [303] * 3
    for answer in answers:
        assert "Stamps: 5 of 10" in (await counter.client.get(answer.headers["location"])).text


async def test_whatever_cannot_be_taken_over_is_refused_in_one_word(counter: Counter) -> None:
    poster = await counter.puts_up()
    number = await _stamped_paper(counter, 4)
    assert (await _enrols(counter, paper_number=number)).status_code == 201
    elsewhere = await _prints(counter, await counter.cafe.draws_up(terms(name="Tea")))
    own = (await _enrols(counter, phone="0151 11112222")).json()["card"]["number"]
    for wrong in (number, elsewhere, own, "0" * 10, "what is this", " "):
        refused = await _enrols(counter, phone=OTHER, paper_number=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "PAPER_CARD_UNFIT"), wrong
        assert set(refused.json()["fields"]) == {"paper_number"}
        by_anybody = await _enrols(
            counter, phone=OTHER, owner=False, poster=poster["code"], paper_number=wrong
        )
        assert by_anybody.json()["detail"] == refused.json()["detail"], wrong
    page = await counter.fills_in(poster["code"], phone=OTHER, paper=number)
    assert (page.status_code, 'href="#paper"' in page.text) == (422, True)
    assert f'value="{number}"' in page.text
    listed = (await counter.asks("GET", "/customers")).json()["items"]
    assert len(listed) == 2


async def test_a_stranger_adds_no_card_of_paper_to_a_member_and_learns_nothing(
    counter: Counter,
) -> None:
    poster = await counter.puts_up()
    await _enrols(counter)
    number = await _stamped_paper(counter, 4)
    sent = await counter.fills_in(poster["code"], name="Eve", paper=number)
    assert sent.status_code == 303
    assert (await _enrols(counter)).json()["card"]["collected"] == 1
    async with counter.cafe.open() as session:
        (state,) = (await stamps.read_code(session, number, now=NOW)).cards
    assert state.collected == 5  # it is still theirs who hold it
    await _enrols(counter, paper_number=number)
    # That it is hers by now is told to nobody who hasn't shown that the phone is theirs.
    again = await _enrols(counter, owner=False, poster=poster["code"], paper_number=number)
    assert again.json()["code"] == "PAPER_CARD_UNFIT"


async def test_whoever_finds_a_card_of_paper_learns_no_phone_by_it_where_phones_are_checked(
    counter: Counter,
) -> None:
    async with Post().open() as post:
        await Bakery(counter.cafe.database, counter.cafe.merchant_id).uses(
            post, channel=Channel.SMS
        )
    poster = await counter.puts_up(check_by="sms")
    number = await _stamped_paper(counter, 4)
    await _enrols(counter, paper_number=number)
    for phone in (PHONE, OTHER):
        asked = await _enrols(
            counter, phone=phone, owner=False, poster=poster["code"], paper_number=number
        )
        assert asked.status_code == 202, (phone, asked.text)


async def test_guesses_are_slowed_down_while_others_go_on_enrolling(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Policy("paper-cards", 2, 600)
    monkeypatch.setattr("loyalnest.stamps.enrolling.door.PAPERS_BY_ADDRESS", few)
    async with a_counter(database) as counter:
        code = (await counter.puts_up())["code"]
        by_rest = [
            await _enrols(counter, owner=False, poster=code, paper_number=f"000000000{n}")
            for n in range(2)
        ]
        by_page = await counter.fills_in(code, paper="0000000003")
        without = await counter.fills_in(code)
    assert [it.status_code for it in (*by_rest, by_page, without)] == [422, 422, 429, 303]
