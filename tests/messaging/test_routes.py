"""Senders and deliveries over REST: secrets stay, failures have reasons, the dead can rise."""

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from bench.post import Answer, Post, offer
from loyalnest import messaging
from loyalnest.kernel import clock
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import Channel, State
from loyalnest.messaging.routes import deliveries_router
from loyalnest.messaging.routes import router_of as messaging_router_of
from tests.doors import caller_for, door
from tests.messaging.cast import Bakery, a_worker, settled, until

AT = "/v1/api/notifications"


@pytest.fixture
async def client(bakery: Bakery) -> AsyncGenerator[httpx.AsyncClient]:
    routers = messaging_router_of([offer()]), deliveries_router
    async with door(bakery.database, *routers, caller=caller_for(bakery.merchant_id)) as client:
        yield client


def details(post: Post, **more: Any) -> dict[str, Any]:
    values = {"url": post.url, "token": "a secret token"}
    return {"origin": "hello@bakery.example", "name": "Bakery", "values": values, **more}


async def test_a_sender_is_set_up_changed_paused_and_replaced_and_shows_no_secret(
    client: httpx.AsyncClient, bakery: Bakery, post: Post
) -> None:
    (known,) = (await client.get(f"{AT}/providers")).json()["items"]
    assert [it["name"] for it in known["fields"]] == ["url", "token"]
    new = details(post, channel="email", provider="ses", rate_per_s=50)
    made = (await client.post(f"{AT}/senders", json=new)).json()
    assert (made["state"], made["rate_per_s"], made["values"]) == ("on", 50, {"url": post.url})
    path = f"{AT}/senders/{made['id']}"
    change = {"origin": "news@bakery.example", "values": {"token": None}, "version": 1}
    changed = await client.put(path, json=change)
    assert changed.json()["origin"] == "news@bakery.example"
    stale = await client.put(path, json=change)
    assert (stale.status_code, stale.json()["code"]) == (409, "SENDER_CHANGED")
    assert (await client.post(f"{path}/pause")).json()["state"] == "paused"
    await bakery.asks(await bakery.enrols(2))
    another = (await client.post(f"{AT}/senders", json=new)).json()
    (listed,) = (await client.get(f"{AT}/senders")).json()["items"]
    assert (listed["id"], listed["waiting"]) == (another["id"], 2)
    replaced = await client.get(path)
    assert replaced.json()["state"] == "replaced"
    assert "a secret token" not in changed.text + stale.text + replaced.text
    async with bakery.database.tenant(bakery.merchant_id) as session:
        sender = (await messaging.list_senders(session))[0]
        account = await messaging.account_of(session, sender, address="https://nest.example")
    assert account.credentials == {"token": "a secret token"}
    assert account.reports_to == f"https://nest.example/webhooks/ses/{another['id']}"


async def test_a_secret_is_not_sent_elsewhere_by_somebody_who_doesnt_know_it(
    client: httpx.AsyncClient, bakery: Bakery, post: Post
) -> None:
    new = details(post, channel="email", provider="ses")
    made = (await client.post(f"{AT}/senders", json=new)).json()
    path = f"{AT}/senders/{made['id']}"
    elsewhere = {"url": "https://thief.example", "token": None}
    change = {"origin": "hello@bakery.example", "values": elsewhere, "version": 1}
    for values in (elsewhere, {"url": "https://thief.example"}):
        refused = await client.put(path, json=change | {"values": values})
        assert refused.json()["code"] == "ACCOUNT_INCOMPLETE"
        assert set(refused.json()["fields"]) == {"values.token"}
    same = await client.put(path, json=change | {"values": {"url": post.url}})
    assert same.json()["version"] == 2
    moved = change | {"values": elsewhere | {"token": "another token"}, "version": 2}
    assert (await client.put(path, json=moved)).json()["version"] == 3
    async with bakery.database.tenant(bakery.merchant_id) as session:
        sender = (await messaging.list_senders(session))[0]
        account = await messaging.account_of(session, sender, address="")
    assert account.credentials == {"token": "another token"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"provider": "twilio"}, "PROVIDER_UNKNOWN"),
        ({"origin": "no address"}, "ORIGIN_INVALID"),
        ({"origin": "a@b.example\r\nBcc: all@example.com"}, "ORIGIN_INVALID"),
        ({"name": "Bakery\x00"}, "ACCOUNT_INCOMPLETE"),
        ({"values": {}}, "ACCOUNT_INCOMPLETE"),
        ({"values": {"url": "a\r\nb"}}, "ACCOUNT_INCOMPLETE"),
        ({"values": {"url": "there", "colour": "red"}}, "ACCOUNT_INCOMPLETE"),
        ({"rate_per_s": 0}, "INVALID_REQUEST"),
    ],
)
async def test_what_makes_no_sender_is_refused(
    client: httpx.AsyncClient, post: Post, changed: dict[str, Any], code: str
) -> None:
    new = details(post, channel="email", provider="ses") | changed
    refused = await client.post(f"{AT}/senders", json=new)
    assert refused.status_code in (400, 422)
    assert refused.json()["code"] == code


async def test_deliveries_are_paged_filtered_and_the_dead_are_sent_again(
    client: httpx.AsyncClient, bakery: Bakery, post: Post
) -> None:
    people = await bakery.enrols(5)
    post.mood = lambda _: Answer(400, b"content_refused", takes=False)
    await bakery.uses(post)
    async with a_worker(bakery.database):
        await bakery.asks(people[:3])
        await until(lambda: settled(bakery))
        post.mood = lambda _: Answer()
        await bakery.asks(people[3:])
        await until(lambda: settled(bakery))
        first = (await client.get(f"{AT}/deliveries?limit=2")).json()
        assert [it["state"] for it in first["items"]] == ["sent", "sent"]
        query = f"state=failed&channel=email&limit=2&cursor={first['next_cursor']}"
        dead = (await client.get(f"{AT}/deliveries?{query}")).json()["items"]
        assert {(it["reason"], it["code"], it["can_be_retried"]) for it in dead} == {
            ("content_refused", "400", True)
        }
        who = to_wire("cus", people[0])
        own = (await client.get(f"{AT}/deliveries?customer_id={who}")).json()["items"]
        assert [(it["to"], it["language"]) for it in own] == [("m…@example.com", "en")]
        path = f"{AT}/deliveries/{own[0]['id']}"
        assert (await client.post(f"{path}/retry")).json()["state"] == "waiting"
        again = await client.post(f"{path}/retry")
        assert (again.status_code, again.json()["code"]) == (409, "MESSAGE_NOT_RETRYABLE")
        rest = await client.post(f"{AT}/deliveries/retry", json={"reason": "content_refused"})
        assert rest.json() == {"retried": 2}
        await until(lambda: settled(bakery))
    assert await bakery.states() == [State.SENT] * 5
    assert len({letter["key"] for letter in post.taken}) == 5
    shown = (await client.get(path)).json()
    assert [it["state"] for it in shown["moves"]] == ["failed", "waiting", "sent"]


async def test_what_went_instead_is_told_on_both_sides_and_is_not_sent_again(
    client: httpx.AsyncClient, bakery: Bakery, post: Post
) -> None:
    (person,) = await bakery.enrols(1)
    began = clock.now()
    post.mood = lambda letters: (
        Answer(400, b"address_invalid", takes=False) if letters[0]["to"][0] == "+" else Answer()
    )
    await bakery.uses(post, channel=Channel.SMS)
    mail = await bakery.uses(post)
    async with a_worker(bakery.database):
        await bakery.asks([person], channels=(Channel.SMS, Channel.EMAIL))
        await until(lambda: settled(bakery))
    instead, first = (await client.get(f"{AT}/deliveries")).json()["items"]
    assert (first["went_on_by"], first["went_on_as"]) == ("email", instead["id"])
    assert (instead["fallback_of"], first["can_be_retried"]) == (first["id"], False)
    assert (first["to"], instead["to"]) == ("+44…00", "m…@example.com")
    shown = (await client.get(f"{AT}/deliveries/{instead['id']}")).json()
    assert [(it["id"], it["channel"], it["state"]) for it in shown["legs"]] == [
        (first["id"], "sms", "failed"),
        (instead["id"], "email", "sent"),
    ]
    assert (await client.post(f"{AT}/deliveries/retry", json={})).json() == {"retried": 0}

    by_mail = {"sender_id": to_wire("snd", mail.id), "since": began.isoformat()}
    (found,) = (await client.get(f"{AT}/deliveries", params=by_mail)).json()["items"]
    assert found["id"] == instead["id"]
    before = (await client.get(f"{AT}/deliveries", params={"until": began.isoformat()})).json()
    assert before["items"] == []
