"""What tools are told of a program: of whom, how often, and what happens when they are down."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import pytest

from loyalnest import customers, ledger, sinks
from loyalnest.integrations import klaviyo, mailchimp
from loyalnest.kernel import clock, relay
from loyalnest.kernel.database import Database
from loyalnest.messaging import Provider, Reason
from loyalnest.sinks import SinkOffer, SinkState
from loyalnest.sinks.routes import router_of as sinks_router_of
from tests import emulators
from tests.conftest import NOW
from tests.doors import Hands, caller_for, door
from tests.emulators import Cut, Say
from tests.emulators.wire import Answer
from tests.integrations.vendors.cast import way_to
from tests.messaging.cast import Bakery, open_bakery

ENROLLED = "LoyalNest customer.enrolled"


@dataclass
class Tap:
    """A bakery, a tool that is told of it, and a clock."""

    bakery: Bakery
    vendor: Any
    offer: SinkOffer
    values: dict[str, str | None]
    hands: Hands = field(default_factory=Hands)

    @property
    def database(self) -> Database:
        return self.bakery.database

    async def connects(self, *, with_history: bool = False, **changed: str | None) -> None:
        # Whoever has happened so far has its place in the log before the tool is connected.
        await relay.settle(self.database, [])
        async with self.database.tenant(self.bakery.merchant_id) as session:
            await sinks.connect(
                session,
                self.offer,
                {**self.values, **changed},
                with_history=with_history,
                actor="test",
                now=self.hands(),
            )

    async def pours(self) -> int:
        await relay.settle(self.database, [])
        return await sinks.pour_due(self.database, [self.offer], clock=self.hands)

    async def sink(self) -> sinks.Sink:
        async with self.database.tenant(self.bakery.merchant_id) as session:
            return await sinks.get_sink(session, self.offer.provider)


@pytest.fixture
async def klaviyos(lasting_database: Database) -> AsyncGenerator[Tap]:
    async with emulators.Klaviyo() as vendor:
        offer = klaviyo.sink_offer(way_to(vendor))
        bakery = await open_bakery(lasting_database)
        yield Tap(bakery, vendor, offer, {"private_key": vendor.key})
        async with lasting_database.tenant(bakery.merchant_id) as session:
            if await sinks.list_sinks(session):
                await sinks.remove(session, Provider.KLAVIYO, now=NOW)


@pytest.fixture
async def mailchimps(lasting_database: Database) -> AsyncGenerator[Tap]:
    async with emulators.Mailchimp() as vendor:
        offer = mailchimp.sink_offer(way_to(vendor))
        bakery = await open_bakery(lasting_database)
        values: dict[str, str | None] = {
            "api_key": vendor.marketing_key,
            "audience_id": vendor.audience,
        }
        yield Tap(bakery, vendor, offer, values)
        async with lasting_database.tenant(bakery.merchant_id) as session:
            await sinks.remove(session, Provider.MAILCHIMP, now=NOW)


async def test_klaviyo_is_told_of_those_who_agreed_and_of_nobody_else(klaviyos: Tap) -> None:
    await klaviyos.connects()
    agreed, _ = await klaviyos.bakery.enrols(2)
    (silent,) = await klaviyos.bakery.enrols(1, wanting_outreach=False)
    await klaviyos.pours()
    told = {event.profile for event in klaviyos.vendor.events if event.metric == ENROLLED}
    assert told == {"member0@example.com", "member1@example.com"}
    profile = klaviyos.vendor.profiles["member0@example.com"]
    assert profile["external_id"].startswith("cus_")
    assert profile["phone_number"] == "+447700900000"
    assert {silent, agreed} == set(klaviyos.bakery.people) - {klaviyos.bakery.people[1]}
    assert "member2@example.com" not in klaviyos.vendor.profiles


async def test_a_tool_is_told_of_points_and_of_no_stamps(klaviyos: Tap) -> None:
    await klaviyos.connects()
    (member,) = await klaviyos.bakery.enrols(1)
    merchant_id = klaviyos.bakery.merchant_id
    async with klaviyos.database.tenant(merchant_id) as session:
        card = await ledger.open_unit(
            session, merchant_id=merchant_id, code="card-abc", kind="stamps", now=NOW
        )
        points = await ledger.unit_by_code(session, merchant_id, ledger.POINTS)
        postings = [
            ledger.Posting(
                merchant_id=merchant_id,
                customer_id=member,
                unit_id=unit.id,
                kind=ledger.EntryKind.EARN,
                amount=amount,
                source=ledger.Source("test", unit.code),
                step="earn",
                occurred_at=NOW,
            )
            for unit, amount in ((card, 1), (points, 70))
        ]
        await ledger.post_many(session, postings, now=NOW)
    await klaviyos.pours()
    told = [it for it in klaviyos.vendor.events if it.metric == "LoyalNest points.earned"]
    assert len(told) == 1


async def test_a_batch_whose_answer_was_lost_comes_again_and_is_one(klaviyos: Tap) -> None:
    await klaviyos.connects()
    await klaviyos.bakery.enrols(3)
    klaviyos.vendor.then(Cut(done=True))
    await klaviyos.pours()
    sink = await klaviyos.sink()
    assert (sink.failures, sink.reason, sink.waiting > 0) == (1, Reason.UNCLEAR, True)
    klaviyos.hands.pass_by(minutes=1)
    await klaviyos.pours()
    enrolled = [it for it in klaviyos.vendor.events if it.metric == ENROLLED]
    assert len(enrolled) == len({it.unique_id for it in enrolled}) == 3
    sink = await klaviyos.sink()
    assert (sink.failures, sink.waiting) == (0, 0)


async def test_what_came_before_is_history_and_only_told_if_it_is_wanted(klaviyos: Tap) -> None:
    await klaviyos.bakery.enrols(1)
    await klaviyos.connects()
    await klaviyos.pours()
    assert klaviyos.vendor.events == []
    async with klaviyos.database.tenant(klaviyos.bakery.merchant_id) as session:
        await sinks.remove(session, Provider.KLAVIYO, now=NOW)
    klaviyos.hands = Hands(clock.now())
    await klaviyos.connects(with_history=True)
    await klaviyos.bakery.enrols(1)
    await klaviyos.pours()
    backfilled = {it.profile: it.backfill for it in klaviyos.vendor.events}
    assert backfilled == {"member0@example.com": True, "member1@example.com": False}


async def test_a_refused_key_stops_the_sink_until_another_is_entered(klaviyos: Tap) -> None:
    await klaviyos.connects(private_key="pk_of_somebody_else")
    await klaviyos.bakery.enrols(1)
    await klaviyos.pours()
    sink = await klaviyos.sink()
    assert (sink.state, sink.reason) == (SinkState.BROKEN, Reason.CREDENTIALS_REFUSED)
    asked = len(klaviyos.vendor.requests)
    klaviyos.hands.pass_by(days=1)
    assert await klaviyos.pours() == 0
    assert len(klaviyos.vendor.requests) == asked
    await klaviyos.connects()
    await klaviyos.pours()
    assert [it.profile for it in klaviyos.vendor.events] == ["member0@example.com"]


async def test_a_tool_that_is_down_is_left_alone_for_ever_longer(klaviyos: Tap) -> None:
    await klaviyos.connects()
    await klaviyos.bakery.enrols(1)
    klaviyos.vendor.always(Say(503))
    asked: list[int] = []
    for _ in range(4):
        await klaviyos.pours()
        asked.append(len(klaviyos.vendor.requests))
        klaviyos.hands.pass_by(seconds=5)
    assert asked == [1, 2, 3, 3]
    klaviyos.vendor.always(None)
    klaviyos.hands.pass_by(minutes=10)
    await klaviyos.pours()
    assert len(klaviyos.vendor.events) == 1


async def test_an_event_that_the_tool_wont_have_holds_up_nobody(klaviyos: Tap) -> None:
    await klaviyos.connects()
    await klaviyos.bakery.enrols(5)
    real = klaviyos.vendor.carry_out

    def picky(request: Any) -> Any:
        if b"member3@example.com" in request.body:
            return Answer.of(400, {"errors": [{"code": "invalid", "detail": "not this one"}]})
        return real(request)

    klaviyos.vendor.carry_out = picky
    await klaviyos.pours()
    told = {it.profile for it in klaviyos.vendor.events}
    assert told == {f"member{n}@example.com" for n in (0, 1, 2, 4)}
    sink = await klaviyos.sink()
    assert (sink.waiting, sink.failures) == (0, 0)


async def test_ten_workers_tell_it_once(klaviyos: Tap) -> None:
    await klaviyos.connects()
    await klaviyos.bakery.enrols(20)
    await relay.settle(klaviyos.database, [])
    await asyncio.gather(
        *(
            sinks.pour_due(klaviyos.database, [klaviyos.offer], clock=klaviyos.hands)
            for _ in range(10)
        )
    )
    assert len(klaviyos.vendor.requests) == 2  # profiles, and events
    assert len(klaviyos.vendor.events) == 20


async def test_whoever_was_erased_since_is_not_told_of(klaviyos: Tap) -> None:
    await klaviyos.connects()
    gone, _ = await klaviyos.bakery.enrols(2)
    merchant_id = klaviyos.bakery.merchant_id
    async with klaviyos.database.tenant(merchant_id) as session:
        await customers.erase_customer(session, merchant_id=merchant_id, customer_id=gone, now=NOW)
    await klaviyos.pours()
    assert {it.profile for it in klaviyos.vendor.events} == {"member1@example.com"}


async def test_mailchimp_has_a_member_and_their_events_in_one_batch(mailchimps: Tap) -> None:
    await mailchimps.connects()
    await mailchimps.bakery.enrols(2)
    await mailchimps.pours()
    vendor = mailchimps.vendor
    (request,) = vendor.requests
    assert request.path == "/3.0/batches"
    assert vendor.failed == []
    assert {it["email_address"] for it in vendor.members.values()} == {
        "member0@example.com",
        "member1@example.com",
    }
    names = [event["name"] for _, event in vendor.events]
    assert names.count("loyalnest_customer_enrolled") == 2
    # Who left the audience by themselves is not put back.
    for member in vendor.members.values():
        member["status"] = "unsubscribed"
    await mailchimps.bakery.enrols(1)
    await mailchimps.pours()
    states = sorted(it["status"] for it in vendor.members.values())
    assert states == ["subscribed", "unsubscribed", "unsubscribed"]


async def test_a_tool_is_connected_shown_and_let_go_by_rest(klaviyos: Tap) -> None:
    bakery = klaviyos.bakery
    router = sinks_router_of([klaviyos.offer])
    async with door(bakery.database, router, caller=caller_for(bakery.merchant_id)) as client:
        (offer,) = (await client.get("/v1/api/sinks/offers")).json()
        assert [(it["name"], it["secret"]) for it in offer["fields"]] == [("private_key", True)]
        wrong = await client.put("/v1/api/sinks/klaviyo", json={"values": {"private_key": "x"}})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "SINK_INCOMPLETE")
        values = {"values": {"private_key": klaviyos.vendor.key}}
        saved = (await client.put("/v1/api/sinks/klaviyo", json=values)).json()
        assert (saved["provider"], saved["state"], saved["waiting"]) == ("klaviyo", "on", 0)
        kept = await client.put("/v1/api/sinks/klaviyo", json={"values": {"private_key": None}})
        assert kept.status_code == 200
        (shown,) = (await client.get("/v1/api/sinks")).json()
        assert klaviyos.vendor.key not in str(shown)
        unknown = await client.put("/v1/api/sinks/twilio", json=values)
        assert unknown.json()["code"] == "SINK_UNKNOWN"
        assert (await client.delete("/v1/api/sinks/klaviyo")).status_code == 204
        assert (await client.delete("/v1/api/sinks/klaviyo")).status_code == 404
