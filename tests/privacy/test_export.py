"""What is handed to somebody who asks what is held of them: all of it, and nothing of others."""

from datetime import timedelta
from typing import Any

from loyalnest import consents, journeys, ledger
from loyalnest.journeys import Candidate, Entry, Inactivity, JourneyPlan, Tell
from loyalnest.kernel.database import Database
from loyalnest.kernel.ids import to_wire
from loyalnest.messaging import Channel
from loyalnest.templates import Occasion
from tests.conftest import NOW
from tests.doors import bearing, house, make_key
from tests.notices.nest import Nest, open_nest

WINS_BACK = JourneyPlan(
    name="We miss you",
    trigger=Inactivity(days=30),
    steps=(Tell(occasion=Occasion.WIN_BACK, channels=(Channel.EMAIL,)),),
    holdout=0,
)


async def agrees(nest: Nest, who: Any, words: str) -> None:
    said = consents.Said(
        nest.shop.merchant_id,
        who,
        consents.Purpose.OUTREACH,
        consents.Channel.EMAIL,
        consents.State.GRANTED,
        NOW - timedelta(days=1),
        consents.Proof(consents.Way.FORM, "test", words=words),
    )
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await consents.record_many(session, [said], now=NOW)


async def exported(nest: Nest, who: Any) -> Any:
    key = await make_key(nest.database, nest.shop.merchant_id)
    async with house(nest.database) as client:
        path = f"/v1/api/customers/{to_wire('cus', who)}/export"
        answer = await client.get(path, headers=bearing(key))
        assert answer.status_code == 200, answer.text
        return answer


async def test_an_export_has_what_was_told_agreed_to_preferred_and_gone_through(
    database: Database,
) -> None:
    nest = await open_nest(database)
    anna = await nest.knows("anna@example.com")
    other = await nest.knows("a.archer@example.com", name="Anne Archer")
    ben = await nest.knows("ben@example.com", name="Ben Baker")
    for who, words in ((anna, "Write to me."), (other, "Yes, do."), (ben, "Ben says yes.")):
        await agrees(nest, who, words)
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        wanted = consents.Preferences(language="ar", time_zone="Asia/Dubai")
        await consents.save_preferences(session, anna, wanted, actor="test", now=NOW)
        journey = await journeys.create(session, WINS_BACK, actor="test", now=NOW)
        journey = await journeys.start(session, journey.id, now=NOW)
        entries = [Entry(journey, Candidate(who, "since:2026-10-01")) for who in (anna, ben)]
        await journeys.enter_many(session, entries, now=NOW)
    await nest.adjusts(ben, 77)
    await nest.told()  # each of them is welcomed
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await ledger.merge(
            session,
            merchant_id=nest.shop.merchant_id,
            kept_id=anna,
            merged_id=other,
            actor="test",
            now=NOW,
        )
    answer = await exported(nest, anna)
    held = answer.json()["held"]
    assert sorted(it["words"] for it in held["consents"]) == ["Write to me.", "Yes, do."]
    assert (held["preferences"]["language"], held["preferences"]["time_zone"]) == (
        "ar",
        "Asia/Dubai",
    )
    assert sorted(it["filled_in"]["name"] for it in held["messages"]) == ["Anna", "Anne"]
    assert {it["occasion"] for it in held["messages"]} == {"welcome"}
    ((journey_of,),) = [held["journeys"]]
    assert (journey_of["journey"], journey_of["because_of"]) == ("We miss you", "since:2026-10-01")
    assert held["privacy_requests"] == []
    assert "Ben" not in answer.text
    assert "ben@" not in answer.text
    assert str(ben) not in answer.text
    assert to_wire("cus", ben) not in answer.text


async def test_an_export_leaves_out_nothing_however_much_there_is(database: Database) -> None:
    nest = await open_nest(database)
    anna = await nest.knows("anna@example.com")
    said = [
        consents.Said(
            nest.shop.merchant_id,
            anna,
            consents.Purpose.OUTREACH,
            consents.Channel.EMAIL,
            consents.State.WITHDRAWN if number % 2 else consents.State.GRANTED,
            NOW - timedelta(days=1, minutes=-number),
            consents.Proof(consents.Way.CUSTOMER_PAGE, "test"),
        )
        for number in range(501)
    ]
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        for each in said:
            await consents.record_many(session, [each], now=NOW)
    assert len((await exported(nest, anna)).json()["held"]["consents"]) == 501
