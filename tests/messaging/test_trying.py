"""A merchant sends themselves a test: it is marked, kept apart, limited, and answered in words."""

import httpx
import pytest

from bench.post import Answer, Post, offer
from loyalnest import consents, messaging
from loyalnest.kernel import clock
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import trying
from loyalnest.messaging.routes import router_of as messaging_router_of
from tests.doors import caller_for, door
from tests.messaging.cast import ADDRESS, Bakery

AT = "/v1/api/notifications"
TO = "owner@bakery.example"


def client_of(bakery: Bakery, scopes: str = "program:read program:write") -> httpx.AsyncClient:
    router = messaging_router_of([offer()], address=ADDRESS)
    caller = caller_for(bakery.merchant_id, scopes)
    return door(bakery.database, router, caller=caller, now=clock.now())


async def test_a_draft_is_sent_marked_and_counts_nowhere(bakery: Bakery, post: Post) -> None:
    async with client_of(bakery) as client:
        draft = {"subject": "Hello {{ name }}", "body": "You have {{ balance }}."}
        new = {"channel": "email", "to": TO, "occasion": "points_earned", "language": "de"}
        missing = await client.post(f"{AT}/tests", json=new | {"words": draft})
        assert (missing.status_code, missing.json()["code"]) == (409, "SENDER_MISSING")
        await bakery.uses(post)
        sent = await client.post(f"{AT}/tests", json=new | {"words": draft})
        told = sent.json()
        assert (sent.status_code, told["outcome"], told["to"]) == (
            201,
            "taken",
            "o…@bakery.example",
        )
        (letter,) = post.taken
        assert (letter["to"], letter["subject"]) == (TO, "[Test] Hello Anna")
        assert "1.240 Punkte" in letter["text"]
        assert await bakery.deliveries() == []

        post.mood = lambda _: Answer(400, b"content_refused", takes=False)
        refused = (await client.post(f"{AT}/tests", json=new)).json()
        assert (refused["outcome"], refused["reason"], refused["code"]) == (
            "refused",
            "content_refused",
            "400",
        )
        listed = (await client.get(f"{AT}/tests")).json()["items"]
        assert [it["outcome"] for it in listed] == ["refused", "taken"]
        assert TO not in sent.text + str(listed)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"to": "nobody"}, "RECIPIENT_INVALID"),
        ({"to": "a@b.example\r\nBcc: all@example.com"}, "RECIPIENT_INVALID"),
        ({"channel": "sms", "to": "12"}, "INVALID_REQUEST"),
        ({"words": {"subject": "Hi", "body": "{{ nobody }}"}}, "VARIABLE_UNKNOWN"),
        ({"language": "tlh"}, "INVALID_REQUEST"),
    ],
)
async def test_what_can_not_be_sent_is_refused(
    bakery: Bakery, post: Post, changed: dict[str, object], code: str
) -> None:
    await bakery.uses(post)
    async with client_of(bakery) as client:
        answer = await client.post(f"{AT}/tests", json={"channel": "email", "to": TO} | changed)
    assert answer.json()["code"] == code
    assert post.taken == []


async def test_suppressed_addresses_limits_and_scopes_hold(bakery: Bakery, post: Post) -> None:
    await bakery.uses(post)
    new = {"channel": "email", "to": TO}
    async with client_of(bakery, "program:read") as client:
        assert (await client.post(f"{AT}/tests", json=new)).json()["code"] == "MISSING_SCOPE"
    async with bakery.database.tenant(bakery.merchant_id) as session:
        await consents.suppress(
            session,
            channel=consents.Channel.EMAIL,
            address=TO,
            reason=consents.Reason.UNSUBSCRIBED,
            by="test",
            now=clock.now(),
        )
    async with client_of(bakery) as client:
        held = await client.post(f"{AT}/tests", json=new)
        assert held.json()["code"] == "RECIPIENT_SUPPRESSED"
        other = {"channel": "email", "to": "other@bakery.example"}
        for _ in range(trying.AT_MOST):
            assert (await client.post(f"{AT}/tests", json=other)).status_code == 201
        many = await client.post(f"{AT}/tests", json=other)
        assert (many.status_code, many.json()["code"]) == (429, "TOO_MANY_TESTS")
    assert len(post.taken) == trying.AT_MOST


async def test_a_sender_that_nothing_waits_for_is_removed(bakery: Bakery, post: Post) -> None:
    await bakery.uses(post)
    await bakery.asks(await bakery.enrols(1))
    async with client_of(bakery) as client:
        (sender,) = (await client.get(f"{AT}/senders")).json()["items"]
        path = f"{AT}/senders/{sender['id']}"
        assert (await client.delete(path)).json()["code"] == "SENDER_IN_USE"
        await bakery.uses(post)  # another takes its place
        assert (await client.delete(path)).json()["code"] == "SENDER_NOT_FOUND"
        sms = await bakery.uses(post, channel=messaging.Channel.SMS)
        gone = await client.delete(f"{AT}/senders/{to_wire(messaging.SENDER_PREFIX, sms.id)}")
        assert gone.status_code == 204
        (left,) = (await client.get(f"{AT}/senders")).json()["items"]
        assert left["channel"] == "email"
