"""What providers tell later, and what happens to links, links that are forged among them."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from bench.post import Post
from loyalnest import consents, messaging
from loyalnest.entrypoints import doors
from loyalnest.kernel import clock
from loyalnest.kernel.database import Database
from loyalnest.messaging import Channel, Mark, Reason, State, Status
from tests.doors import house
from tests.messaging.cast import OUTREACH, Bakery, a_worker, open_bakery, settled, until


@pytest.fixture
async def bakery(lasting_database: Database, post: Post) -> Bakery:
    """Three members were sent a mail that wants something."""
    bakery = await open_bakery(lasting_database)
    await bakery.uses(post)
    await bakery.asks(await bakery.enrols(3), occasion=OUTREACH)
    async with a_worker(lasting_database):
        await until(lambda: settled(bakery))
    return bakery


async def _tell(bakery: Bakery, *statuses: Status) -> int:
    async with bakery.database.batch([bakery.merchant_id]) as session:
        return await messaging.take_status(session, statuses, now=clock.now())


def at(minutes: int) -> datetime:
    return clock.now() + timedelta(minutes=minutes)


async def test_statuses_come_late_twice_and_in_any_order_and_never_go_down(
    bakery: Bakery,
) -> None:
    first, second, third = await bakery.deliveries()
    read = Status(State.READ, at(3), provider_id=first.provider_id)
    sent = Status(State.SENT, at(1), provider_id=first.provider_id)
    delivered = Status(State.DELIVERED, at(2), message_id=second.id)
    clicked = Status(Mark.CLICKED, at(4), message_id=second.id)
    lost = Status(State.FAILED, at(1), message_id=third.id, reason=Reason.UNREACHABLE)
    assert await _tell(bakery, read, delivered, clicked, lost) == 3
    assert await _tell(bakery, sent, delivered, clicked, read) == 0
    late = Status(State.DELIVERED, at(9), message_id=third.id)
    assert await _tell(bakery, late) == 1
    assert await bakery.states() == [State.READ, State.DELIVERED, State.DELIVERED]
    assert [it.clicked_at is not None for it in await bakery.deliveries()] == [False, True, False]
    assert [it.reason for it in await bakery.deliveries()] == [None, None, None]


async def test_what_was_told_of_a_message_that_never_became_known_is_forgotten_after_a_week(
    bakery: Bakery,
) -> None:
    async with bakery.database.batch([bakery.merchant_id]) as session:
        for days, name in ((8, "long-ago"), (6, "lately")):
            told = Status(State.DELIVERED, at(0), provider_id=name)
            await messaging.take_status(session, [told], now=clock.now() - timedelta(days=days))
    await messaging.NIGHTLY.handle(bakery.database, clock.now())
    async with bakery.database.tenant(bakery.merchant_id) as session:
        left = await session.scalars(text("SELECT provider_id FROM early_statuses"))
        assert list(left) == ["lately"]


async def test_what_is_told_before_we_know_of_it_is_kept_until_we_do(
    bakery: Bakery, post: Post
) -> None:
    await bakery.asks(bakery.people[:1])
    nobody = Status(State.READ, at(1), provider_id="nobody-ever")
    assert await _tell(bakery, nobody) == 0
    (waiting,) = await bakery.deliveries(state=State.WAITING)
    early = Status(State.DELIVERED, at(1), provider_id=f"pv-4-{waiting.id.hex}-0")
    assert await _tell(bakery, early, early) == 0
    async with a_worker(bakery.database):
        await until(lambda: settled(bakery))
    found = await bakery.deliveries()
    assert found[-1].state is State.DELIVERED
    assert post.taken[-1]["id"] == found[-1].id.hex


async def test_a_bounce_and_a_complaint_suppress_the_address_whatever_came_before(
    bakery: Bakery,
) -> None:
    first, second, _ = await bakery.deliveries()
    await _tell(bakery, Status(State.DELIVERED, at(1), message_id=first.id))
    bounced = Status(State.FAILED, at(2), message_id=first.id, reason=Reason.ADDRESS_BOUNCED)
    spam = Status(State.DELIVERED, at(2), message_id=second.id, reason=Reason.COMPLAINED)
    await _tell(bakery, bounced, spam)
    async with bakery.database.tenant(bakery.merchant_id) as session:
        held = await consents.list_suppressions(session, limit=10)
    assert {(it.address, it.reason) for it in held} == {
        ("member0@example.com", consents.Reason.BOUNCED),
        ("member1@example.com", consents.Reason.COMPLAINED),
    }
    assert (await bakery.deliveries())[0].state is State.DELIVERED


async def test_a_failure_that_is_told_later_falls_back_once(bakery: Bakery, post: Post) -> None:
    await bakery.uses(post, channel=Channel.SMS)
    await bakery.asks(bakery.people[:1], channels=[Channel.SMS, Channel.EMAIL])
    async with a_worker(bakery.database):
        await until(lambda: settled(bakery))
        (sms,) = await bakery.deliveries(channel=Channel.SMS)
        failed = Status(State.FAILED, at(1), message_id=sms.id, reason=Reason.UNREACHABLE)
        for _ in range(2):
            await _tell(bakery, failed)
        await until(lambda: settled(bakery))
    mails = [it for it in await bakery.deliveries() if it.fallback_of == sms.id]
    assert [it.state for it in mails] == [State.SENT]


async def test_a_link_leads_where_the_mail_said_and_is_counted_once(
    bakery: Bakery, post: Post
) -> None:
    link = _links_in(post)[0]
    first = (await bakery.deliveries())[0]
    async with _doors(bakery) as client:
        await client.head(link)
        assert (await bakery.deliveries())[0].clicked_at is None
        answers = [await client.get(f"{link}?to=https://evil.example") for _ in range(2)]
    assert {it.status_code for it in answers} == {302}
    (target,) = {it.headers["location"] for it in answers}
    assert target.startswith("https://")
    assert "evil" not in target
    assert answers[0].headers["referrer-policy"] == "no-referrer"
    moves = await _moves(bakery, first.id)
    assert moves.count(Mark.CLICKED) == 1


async def _moves(bakery: Bakery, message_id: messaging.MessageId) -> list[State | Mark]:
    async with bakery.database.tenant(bakery.merchant_id) as session:
        return [it.state for it in await messaging.moves_of(session, message_id)]


async def test_forged_links_lead_nowhere(bakery: Bakery, post: Post) -> None:
    links = _links_in(post)
    token = links[0].removeprefix("/m/")
    turned = token[:-1] + ("A" if token[-1] != "A" else "B")
    forged = [turned, token[:-4], token + "AAAA", "", "..%2f..", "A" * 66, "é" * 10, "%00"]
    async with _doors(bakery) as client:
        answers = [await client.get(f"/m/{it}") for it in forged]
    assert {it.status_code for it in answers} == {404}
    assert bakery.merchant_id.hex not in token
    assert len(set(links)) == len(links)


async def test_what_a_link_of_an_erased_customer_said_is_forgotten(
    bakery: Bakery, post: Post
) -> None:
    who = bakery.people[0]
    async with bakery.database.tenant(bakery.merchant_id) as session:
        told: Any = await messaging.export_customer(session, who)
        assert [it["to"] for it in told["messages"]] == ["member0@example.com"]
        await messaging.erase_customer(
            session, merchant_id=bakery.merchant_id, customer_id=who, now=clock.now()
        )
        left: Any = await messaging.export_customer(session, who)
        assert [it["to"] for it in left["messages"]] == [None]
    async with _doors(bakery) as client:
        assert (await client.get(_links_in(post)[0])).status_code == 404


async def test_nothing_that_is_told_names_an_address(bakery: Bakery) -> None:
    async with bakery.database.platform() as session:
        told = await session.scalars(text("SELECT array_to_string(data::text[], ' ') FROM outbox"))
        said = " ".join(told)
    assert "message_id" in said
    assert "example.com" not in said
    assert "+4477" not in said


def _doors(bakery: Bakery) -> httpx.AsyncClient:
    parts = doors.parts(bakery.database, bakery.database.settings)
    return house(bakery.database, parts=parts)


def _links_in(post: Post) -> list[str]:
    """The path of the first link of every mail, as its recipient sees it: the first member's first.

    Letters go out at once, each by a call of its own, and come in whichever order.
    """
    found: list[str] = []
    for letter in sorted(post.taken, key=lambda it: str(it["to"])):
        words = str(letter["text"]).split()
        urls = [httpx.URL(word) for word in words if word.startswith("https://nest.example/m/")]
        found.append(urlsplit(str(urls[0])).path)
    return found
