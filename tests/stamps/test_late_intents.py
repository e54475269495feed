"""What comes late, waits for the owner, or is taken back."""

import asyncio
from datetime import timedelta

from loyalnest import stamps
from loyalnest.kernel.ids import from_wire
from loyalnest.stamps.counter import storage
from loyalnest.stamps.counter.values import STAMPER
from tests.conftest import NOW
from tests.stamps.cafe import terms
from tests.stamps.counter import Counter, ago, said
from tests.waiting import until_somebody_waits


async def test_a_stamp_without_a_network_counts_at_its_time(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    at = ago(hours=5)
    result = await device.sends_one(card=named, at=at, offline=True)
    assert result["outcome"] == "done"
    async with counter.cafe.open() as session:
        (stamp,) = await stamps.list_stamps(session, card.card.id, before=None, limit=9)
    assert (stamp.occurred_at, stamp.offline) == (at, True)


async def test_what_is_too_old_waits_and_counts_at_its_time_once_accepted(
    counter: Counter,
) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    wish = device.wish(card=named, at=ago(days=3), offline=True, count=3)
    (result,) = await device.sends(wish)
    assert said(result) == ("held", "TOO_OLD")
    assert await counter.collected(card) == 0
    (held,) = await counter.held()
    assert (held["reason"], held["count"], held["about"]["clerk"]) == ("TOO_OLD", 3, "Mia")
    path = f"counter/held/{held['id']}"
    assert (await counter.owner("POST", f"{path}/accept")).status_code == 204
    assert await counter.collected(card) == 3
    assert await counter.held() == []
    for word in ("accept", "reject"):
        answer = await counter.owner("POST", f"{path}/{word}")
        assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_DECIDED")
    (again,) = await device.sends(wish)
    assert (again["outcome"], again["card"]["collected"]) == ("again", 3)


async def test_what_the_owner_rejects_never_counts(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    wish = device.wish(card=named, at=ago(days=3), offline=True)
    await device.sends(wish)
    (held,) = await counter.held()
    assert (await counter.owner("POST", f"counter/held/{held['id']}/reject")).status_code == 204
    (again,) = await device.sends(wish)
    assert said(again) == ("refused", "HELD_REJECTED")
    assert await counter.collected(card) == 0


async def test_what_cannot_count_any_more_still_waits(counter: Counter) -> None:
    _, named = await counter.new_card(await counter.cafe.draws_up(terms(cooldown_minutes=60)))
    device = await counter.device()
    at = ago(days=3)
    twice = [device.wish(card=named, at=at, offline=True) for _ in range(2)]
    await device.sends(*twice)
    one, other = await counter.held()
    assert (await counter.owner("POST", f"counter/held/{one['id']}/accept")).status_code == 204
    answer = await counter.owner("POST", f"counter/held/{other['id']}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "STAMPED_TOO_SOON")
    assert [it["id"] for it in await counter.held()] == [other["id"]]


async def test_a_clock_that_is_ahead_is_told(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    ahead = await device.sends_one(card=named, at=NOW + timedelta(minutes=5))
    assert said(ahead) == ("refused", "CLOCK_AHEAD")
    assert (await device.sends_one(card=named, at=NOW + timedelta(minutes=1)))["outcome"] == "done"
    assert (await counter.cafe.sees(card)).card.last_stamp_at == NOW


async def test_one_card_takes_only_so_many_stamps_without_a_network(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    body = {"offline_hours": 24, "offline_stamps": 3}
    assert (await counter.owner("PUT", "counter/settings/policy", json=body)).status_code == 200
    one, other = await counter.device(), await counter.device()
    sent = [one.wish(card=named, at=ago(hours=n), offline=True) for n in (9, 8)]
    assert [it["outcome"] for it in await one.sends(*sent)] == ["done", "done"]
    more = [other.wish(card=named, at=ago(hours=n), offline=True) for n in (7, 6)]
    assert [said(it) for it in await other.sends(*more)] == [
        ("done", None),
        ("held", "OFFLINE_LIMIT_REACHED"),
    ]
    assert (await other.sends_one(card=named))["outcome"] == "done"
    assert await counter.collected(card) == 4


async def test_a_batch_is_carried_out_in_the_order_things_happened(counter: Counter) -> None:
    _, named = await counter.new_card(await counter.cafe.draws_up(terms(cooldown_minutes=30)))
    device = await counter.device()
    first = device.wish(card=named, at=ago(minutes=100), offline=True)
    third = device.wish(card=named, at=ago(minutes=60), offline=True)
    second = device.wish(card=named, at=ago(minutes=80), offline=True)
    assert [said(it) for it in await device.sends(third, second, first)] == [
        ("done", None),
        ("refused", "STAMPED_TOO_SOON"),
        ("done", None),
    ]


async def test_a_slip_of_one_stretch_never_touches_the_card(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up(terms(cooldown_minutes=60)))
    device = await counter.device()
    sent = [
        device.wish(card=named, count=5, at=ago(minutes=9), offline=True),
        device.wish("undo", undoes=1, reason="wrong card", at=ago(minutes=8), offline=True),
        device.wish(card=named, at=ago(minutes=7), offline=True),
    ]
    results = await device.sends(*sent)
    assert [said(it) for it in results] == [("done", "TAKEN_BACK"), ("done", None), ("done", None)]
    assert await counter.collected(card) == 1


async def test_a_stamp_is_taken_back_at_the_counter(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    await device.sends_one(card=named, count=4)
    undone = await device.sends_one("undo", undoes=1, reason="wrong card")
    assert (undone["outcome"], undone["card"]["collected"]) == ("done", 0)
    assert said(await device.sends_one("undo", undoes=1)) == ("refused", "STAMP_ALREADY_UNDONE")
    assert said(await device.sends_one("undo", undoes=2)) == ("refused", "NOT_UNDOABLE")
    assert said(await device.sends_one("undo", undoes=99)) == ("refused", "NOT_UNDOABLE")
    (recent,) = (await device.asks("GET", "recent")).json()["stamps"]
    assert recent["undone"]
    assert await counter.collected(card) == 0


async def test_a_stamp_that_arrives_after_its_undo_does_not_count(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    late = device.wish(card=named, at=ago(minutes=9), offline=True)
    assert said(await device.sends_one("undo", undoes=1)) == ("done", None)
    assert [said(it) for it in await device.sends(late)] == [("done", "TAKEN_BACK")]
    assert await counter.collected(card) == 0


async def test_what_waits_is_taken_back_without_the_owner(counter: Counter) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    wish = device.wish(card=named, at=ago(days=5), offline=True)
    await device.sends(wish)
    assert said(await device.sends_one("undo", undoes=1)) == ("done", None)
    assert await counter.held() == []
    (again,) = await device.sends(wish)
    assert said(again) == ("refused", "TAKEN_BACK")
    assert await counter.collected(card) == 0


async def test_a_reward_is_used_and_put_back(counter: Counter) -> None:
    _, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    stamped = await device.sends_one(card=named, count=5)
    (reward,) = stamped["card"]["rewards"]
    used = await device.sends_one("use", reward=reward["id"])
    assert (used["outcome"], used["card"]["rewards"]) == ("done", [])
    back = await device.sends_one("undo", undoes=2)
    assert (back["outcome"], [it["id"] for it in back["card"]["rewards"]]) == (
        "done",
        [reward["id"]],
    )
    assert said(await device.sends_one("use")) == ("refused", "REWARD_MISSING")


async def test_what_somebody_else_handed_out_since_is_not_taken_back(counter: Counter) -> None:
    _, named = await counter.new_card(await counter.cafe.draws_up())
    one, other = await counter.device(), await counter.device()
    (reward,) = (await one.sends_one(card=named, count=5))["card"]["rewards"]
    await one.sends_one("use", reward=reward["id"])
    back = await counter.owner("POST", f"card-rewards/{reward['id']}/put-back")
    assert back.is_success, back.text
    assert said(await one.sends_one("undo", undoes=2)) == ("refused", "REWARD_NOT_USED")
    used = await other.sends_one("use", reward=reward["id"])
    assert (said(used), used["card"]["rewards"]) == (("done", None), [])
    assert said(await one.sends_one("undo", undoes=2)) == ("refused", "REWARD_NOT_USED")
    assert said(await other.sends_one("undo", undoes=1)) == ("done", None)


async def test_an_owner_who_decides_waits_for_the_device_that_takes_it_back(
    counter: Counter,
) -> None:
    card, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    await device.sends_one(card=named, at=ago(days=3), offline=True)
    (held,) = await counter.held()
    async with counter.cafe.open() as session:
        await storage.lock_stamper(session, from_wire(STAMPER, device.id))
        decided = asyncio.create_task(counter.owner("POST", f"counter/held/{held['id']}/accept"))
        await until_somebody_waits(counter.cafe.database)
    assert (await decided).status_code == 204
    assert await counter.collected(card) == 1
