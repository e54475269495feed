"""From the poster to the card: by the page and by REST, twice by one phone, with a code or without,
and without telling strangers who is a member."""

import asyncio
import html
import io
import re
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import text

from bench.post import Post
from loyalnest import customers, stamps
from loyalnest.kernel import clock
from loyalnest.kernel.crypto import with_coming_keys, with_newest_alone, with_newest_in_use
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import from_wire
from loyalnest.kernel.limits import Policy
from loyalnest.messaging import Channel
from loyalnest.stamps import enrolling
from tests.conftest import NOW
from tests.messaging.cast import Bakery, a_worker, settled, until
from tests.stamps.enrolling.counter import PHONE, READ, Counter, a_counter

_DIGITS = re.compile(r"\b(\d{6})\b")


@pytest.fixture
async def counter(lasting_database: Database) -> AsyncGenerator[Counter]:
    async with a_counter(lasting_database, welcome_stamps=1) as counter:
        yield counter


@pytest.fixture
async def post() -> AsyncGenerator[Post]:
    async with Post().open() as post:
        yield post


async def test_a_poster_leads_to_a_page_and_the_page_to_a_card(counter: Counter) -> None:
    poster = await counter.puts_up()
    picture = await counter.asks("GET", f"/posters/{poster['id']}/file", params={"format": "png"})
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(picture.content)))
    assert found is not None
    assert found.text == poster["address"]
    assert poster["address"].endswith(f"/j/{poster['code']}")
    sent = await counter.fills_in(poster["code"])
    assert sent.status_code == 303, sent.text
    card = await counter.client.get(sent.headers["location"])
    assert card.status_code == 200
    assert "Stamps: 1 of 10" in card.text
    assert (await counter.asks("GET", f"/posters/{poster['id']}")).json()["cards"] == 1


async def test_the_same_phone_however_written_has_one_card(counter: Counter) -> None:
    poster = await counter.puts_up()
    for phone in (PHONE, READ, "0049 151 2345-6789"):
        assert (await counter.fills_in(poster["code"], phone=phone)).status_code == 303
    by_owner = await _enrols(counter, phone=READ)
    again = await _enrols(counter, phone=PHONE)
    assert by_owner["customer_id"] == again["customer_id"]
    assert by_owner["card"] == again["card"]
    assert (by_owner["is_new"], by_owner["card"]["collected"]) == (False, 1)
    async with counter.cafe.open() as session:
        assert await session.scalar(text("SELECT count(*) FROM customers")) == 1
        assert await session.scalar(text("SELECT count(*) FROM cards")) == 1


async def test_a_stranger_is_not_told_who_is_a_member(counter: Counter) -> None:
    poster = await counter.puts_up()
    await _enrols(counter, phone=PHONE, name="Ana Real")
    await _stamps(counter, 6)
    members = await counter.fills_in(poster["code"], phone=PHONE, name="Eve")
    nobodys = await counter.fills_in(poster["code"], phone="0151 23456780", name="Eve")
    pages = [await counter.client.get(it.headers["location"]) for it in (members, nobodys)]
    assert members.status_code == nobodys.status_code == 303
    assert _bare(pages[0].text) == _bare(pages[1].text)
    assert "Ana" not in _bare(pages[0].text)
    answers = [
        await counter.asks(
            "POST",
            "/enrollments",
            owner=False,
            json={"poster": poster["code"], "name": "Eve", "phone": phone},
        )
        for phone in (PHONE, "0151 23456781")
    ]
    assert [it.status_code for it in answers] == [201, 201]
    blank = {"customer_id": None, "card": None, "is_new": None}
    assert all(blank.items() <= it.json().items() for it in answers)
    # Nor does what a stranger writes change a member.
    async with counter.cafe.open() as session:
        known = await customers.find_identified(session, customers.PHONE, READ)
    assert known is not None
    assert known.name == "Ana Real"


async def test_the_same_form_sent_twice_is_sent_once(counter: Counter) -> None:
    poster = await counter.puts_up()
    page = await counter.opens(poster["code"])
    first = await counter.fills_in(poster["code"], page=page)
    counter.client.cookies.clear()
    second = await counter.fills_in(poster["code"], page=page)
    # Whoever sent it first is shown the truth, and not what strangers are shown.
    await _stamps(counter, 3)
    for answer in (first, second):
        shown = await counter.client.get(answer.headers["location"])
        assert "Stamps: 4 of 10" in shown.text


async def test_a_stranger_who_sends_a_form_again_is_told_no_more(
    counter: Counter, post: Post
) -> None:
    await _bakery(counter).uses(post, channel=Channel.SMS)
    poster = await counter.puts_up()
    member = await _enrols(counter, phone=PHONE, name="Ana Real")
    await _stamps(counter, 6)
    page = await counter.opens(poster["code"])
    for _ in range(3):
        sent = await counter.fills_in(poster["code"], page=page, name="Eve", sms="1")
        shown = await counter.client.get(sent.headers["location"])
        assert "Stamps: 1 of 10" in shown.text
    told = await counter.asks("GET", f"/customers/{member['customer_id']}/consents")
    assert [it for it in told.json()["history"] if it["purpose"] == "outreach"] == []


async def test_a_strangers_language_is_not_taken_for_a_customers(counter: Counter) -> None:
    poster = await counter.puts_up()
    ana = customers.Contact(counter.cafe.merchant_id, phone=READ, phone_verified=True)
    async with counter.cafe.open() as session:
        await customers.enrol(session, ana, now=NOW)
    assert (await counter.fills_in(poster["code"])).status_code == 303
    async with counter.cafe.open() as session:
        known = await customers.find_identified(session, customers.PHONE, READ)
    assert known is not None
    assert known.locale is None


async def test_a_form_that_is_sent_twice_at_once_is_one_card(counter: Counter) -> None:
    poster = await counter.puts_up()
    page = await counter.opens(poster["code"])
    taps = [counter.fills_in(poster["code"], page=page) for _ in range(3)]
    answers = await asyncio.gather(*taps)
    assert [it.status_code for it in answers] == [303] * 3
    await _stamps(counter, 3)
    for answer in answers:
        shown = await counter.client.get(answer.headers["location"])
        assert "Stamps: 4 of 10" in shown.text
    assert (await counter.asks("GET", f"/posters/{poster['id']}")).json()["cards"] == 1


async def test_the_page_and_rest_have_one_allowance(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyalnest.stamps.enrolling.door.BY_ADDRESS", Policy("enrolments", 2, 600))
    async with a_counter(database) as counter:
        code = (await counter.puts_up())["code"]
        body = {"poster": code, "name": "Ana", "phone": PHONE}
        by_page = await counter.fills_in(code)
        by_rest = [
            await counter.asks("POST", "/enrollments", owner=False, json=body) for _ in range(2)
        ]
        late = await counter.fills_in(code)
    answers = [by_page, *by_rest, late]
    assert [it.status_code for it in answers] == [303, 201, 429, 429]


async def test_mistakes_keep_what_was_typed_and_say_where_they_are(counter: Counter) -> None:
    poster = await counter.puts_up()
    wrong = await counter.fills_in(poster["code"], name="Ana <b>", phone="12")
    assert wrong.status_code == 422
    assert 'value="Ana &lt;b&gt;"' in wrong.text
    assert 'value="12"' in wrong.text
    assert 'href="#phone"' in wrong.text
    assert "+49" in wrong.text  # an example of the country's own
    missing = await counter.fills_in(poster["code"], name=" ", phone="")
    assert missing.text.count('aria-invalid="true"') == 2
    stale = await counter.fills_in(poster["code"], form="nothing-of-ours")
    assert stale.status_code == 422
    assert f'value="{PHONE}"' in stale.text
    async with counter.cafe.open() as session:
        assert await session.scalar(text("SELECT count(*) FROM cards")) == 0


async def test_robots_and_other_sites_get_no_cards(counter: Counter) -> None:
    poster = await counter.puts_up()
    trapped = await counter.fills_in(poster["code"], website="https://spam.example")
    assert trapped.headers["location"].startswith("/j/")
    page = await counter.opens(poster["code"])
    crossed = await counter.client.post(
        f"/j/{poster['code']}",
        data={"form": page.text.split('name="form" value="')[1].split('"')[0]},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert crossed.status_code == 404
    async with counter.cafe.open() as session:
        assert await session.scalar(text("SELECT count(*) FROM cards")) == 0


async def test_a_yes_is_kept_with_the_words_that_stood_beside_it(
    counter: Counter, post: Post
) -> None:
    poster = await counter.puts_up()
    assert 'type="checkbox"' not in (await counter.opens(poster["code"])).text
    await _bakery(counter).uses(post, channel=Channel.SMS)
    page = await counter.opens(poster["code"], "de")
    words = re.search(r'name="sms" value="1"> <span>([^<]+)', page.text)
    assert words
    filled = await counter.fills_in(poster["code"], page=page, sms="1", whatsapp="1")
    assert filled.status_code == 303
    known = await _enrols(counter, phone=PHONE)
    told = await counter.asks("GET", f"/customers/{known['customer_id']}/consents")
    (said,) = [it for it in told.json()["history"] if it["purpose"] == "outreach"]
    assert (said["channel"], said["state"], said["way"]) == ("sms", "granted", "form")
    assert html.unescape(words[1]) == said["words"]
    assert said["place"].endswith(f"/j/{poster['code']}")


async def test_a_phone_is_checked_where_the_merchant_asks_for_that(
    counter: Counter, post: Post
) -> None:
    refused = await counter.asks(
        "POST",
        "/posters",
        json={"name": "x", "card_program_id": counter.program_id, "check_by": "sms"},
    )
    assert refused.json()["code"] == "CHECK_IMPOSSIBLE"
    await _bakery(counter).uses(post, channel=Channel.SMS)
    poster = await counter.puts_up(check_by="sms")
    await _enrols(counter, phone=PHONE, name="Ana Real")
    for phone in (PHONE, "0151 23456780"):
        asked = await counter.fills_in(poster["code"], phone=phone)
        assert (asked.status_code, "six digits" in asked.text) == (200, True)
    code = await _code_for(counter, post, READ)
    page = await counter.opens(poster["code"])
    wrong = await counter.fills_in(poster["code"], page=page, code=_other(code))
    assert (wrong.status_code, "not the code" in wrong.text) == (422, True)
    right = await counter.fills_in(poster["code"], page=page, code=code)
    assert right.status_code == 303
    await _stamps(counter, 2)
    assert "Stamps: 3 of 10" in (await counter.client.get(right.headers["location"])).text
    used = await counter.fills_in(poster["code"], page=page, code=code)
    assert "no longer good" in used.text


async def test_a_code_can_be_guessed_five_times_and_lasts_ten_minutes(
    counter: Counter, post: Post
) -> None:
    await _bakery(counter).uses(post, channel=Channel.SMS)
    poster = await counter.puts_up(check_by="sms")
    page = await counter.opens(poster["code"])
    await counter.fills_in(poster["code"], page=page)
    code = await _code_for(counter, post, READ)
    for _ in range(5):
        wrong = await counter.fills_in(poster["code"], page=page, code=_other(code))
        assert "not the code" in wrong.text
    over = await counter.fills_in(poster["code"], page=page, code=code)
    assert "no longer good" in over.text
    # Nor is anybody's phone sent one after the other.
    again = await counter.fills_in(poster["code"], page=page, again="1")
    assert again.status_code == 429


async def test_whoever_shows_a_phone_is_theirs_ends_the_links_made_before(
    counter: Counter, post: Post
) -> None:
    unchecked = await counter.puts_up()
    early = await counter.fills_in(unchecked["code"])
    await _bakery(counter).uses(post, channel=Channel.SMS)
    poster = await counter.puts_up(check_by="sms")
    counter.hands.pass_by(minutes=1)
    page = await counter.opens(poster["code"])
    await counter.fills_in(poster["code"], page=page)
    right = await counter.fills_in(
        poster["code"], page=page, code=await _code_for(counter, post, READ)
    )
    assert (await counter.client.get(early.headers["location"])).status_code == 410
    assert (await counter.client.get(right.headers["location"])).status_code == 200


async def test_what_is_over_says_so(counter: Counter) -> None:
    poster = await counter.puts_up()
    sent = await counter.fills_in(poster["code"])
    known = await _enrols(counter, phone=PHONE)
    gone = await counter.asks("POST", f"/posters/{poster['id']}/withdraw")
    assert gone.json()["withdrawn_at"]
    assert (await counter.opens(poster["code"])).status_code == 410
    assert (await counter.opens("NOSUCH12")).status_code == 404
    guest = known["customer_id"]
    erased = await counter.asks("POST", f"/customers/{guest}/erase", json={"confirm": guest})
    assert erased.status_code == 204, erased.text
    void = await counter.client.get(sent.headers["location"])
    assert (void.status_code, "no longer good" in void.text) == (410, True)


async def test_who_may_not_write_customers_enrols_nobody_without_a_poster(
    counter: Counter,
) -> None:
    body = {"card_program_id": counter.program_id, "name": "Ana", "phone": PHONE}
    assert (await counter.asks("POST", "/enrollments", owner=False, json=body)).status_code == 401
    nowhere = await counter.asks("POST", "/enrollments", json={"name": "Ana", "phone": PHONE})
    assert nowhere.json()["code"] == "ENROLMENT_UNPLACED"
    strange = await _strange(counter, "12345")
    assert strange.json()["code"] == "PHONE_UNFIT"


async def _stamps(counter: Counter, count: int) -> None:
    """The one guest's card is stamped."""
    async with counter.cafe.open() as session:
        known = await customers.find_identified(session, customers.PHONE, READ)
        assert known is not None
    await counter.cafe.gives(await counter.cafe.card(counter.program, known.id), count)


async def _strange(counter: Counter, phone: str) -> httpx.Response:
    body = {"card_program_id": counter.program_id, "name": "Ana", "phone": phone}
    return await counter.asks("POST", "/enrollments", json=body)


async def _enrols(counter: Counter, *, phone: str, name: str = "Ana") -> dict[str, Any]:
    body = {"card_program_id": counter.program_id, "name": name, "phone": phone}
    done = await counter.asks("POST", "/enrollments", json=body)
    assert done.status_code == 201, done.text
    return done.json()


def _bakery(counter: Counter) -> Bakery:
    return Bakery(counter.cafe.database, counter.cafe.merchant_id)


async def _code_for(counter: Counter, post: Post, phone: str) -> str:
    """What came to a phone, the latest."""
    bakery = _bakery(counter)
    async with a_worker(counter.cafe.database, now=clock.now):
        await until(lambda: settled(bakery))
    letter = next(it for it in reversed(post.taken) if it["to"] == phone)
    found = _DIGITS.search(str(letter))
    assert found, letter
    return found[1]


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def _bare(page: str) -> str:
    """A page without what is another on every card."""
    page = re.sub(r"/card/[\w-]+", "", page)
    page = re.sub(r'<path fill="#000"[^>]+>', "", page)
    return re.sub(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", "", page)


async def test_a_card_of_paper_is_somebodys_from_its_first_use(counter: Counter) -> None:
    made = await counter.asks(
        "POST", "/card-batches", json={"card_program_id": counter.program_id, "count": 3}
    )
    batch = made.json()
    assert (made.status_code, batch["count"], batch["bound"]) == (201, 3, 0)
    sheet = await counter.asks("GET", f"/card-batches/{batch['id']}/file", params={"locale": "fr"})
    assert sheet.content.startswith(b"%PDF-")
    async with counter.cafe.open() as session:
        numbers = await enrolling.numbers_of(session, from_wire("bat", batch["id"]))
        codes = await enrolling.printed_codes(session, numbers)
        first = await stamps.read_code(session, codes[0], now=NOW)
        typed = await stamps.read_code(session, numbers[0], now=NOW)
        other = await stamps.read_code(session, codes[1], now=NOW)
    assert first.must_confirm
    assert first.card.id == typed.card.id != other.card.id
    again = await counter.asks("GET", f"/card-batches/{batch['id']}")
    assert again.json()["bound"] == 2


async def test_a_poster_is_found_when_the_keys_are_others(database: Database) -> None:
    async with a_counter(database) as counter:
        poster = await counter.puts_up()
    turning = Database(
        database.engine, with_newest_in_use(with_coming_keys(database.ring)), database.settings
    )
    ring = turning.ring
    assert [it async for it in enrolling.INDEX.rebuild(turning, ring)] == [1]
    alone = Database(database.engine, with_newest_alone(ring), database.settings)
    async with alone.batch([]) as session:
        found = await enrolling.poster_at(session, poster["code"])
    assert found.code == poster["code"]
