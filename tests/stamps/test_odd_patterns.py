"""What looks odd at the counter, decided without a database, and told to the owner."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from loyalnest import merchants
from loyalnest.kernel.ids import new_id
from loyalnest.stamps.counter.rules import patterns
from loyalnest.stamps.counter.rules.judging import metres
from loyalnest.stamps.counter.values import AlertKind, Done, Near, Opening, Place
from tests.conftest import NOW
from tests.stamps.cafe import terms
from tests.stamps.counter import Counter, ago

BERLIN = ZoneInfo("Europe/Berlin")
MIA, BEN, CARD, TILL, STORE = (UUID(int=it) for it in range(1, 6))
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


def done(at: datetime, clerk: UUID = MIA, card: UUID = CARD, *flags: str) -> Done:
    return Done(new_id(), UUID(int=9), TILL, clerk, card, STORE, at, frozenset(flags))


def kinds(*stamped: Done, hours: tuple[Opening, ...] | None = None) -> list[tuple[str, int]]:
    places = {STORE: Place(STORE, hours)}
    return [(it.kind.value, it.count) for it in patterns.find(stamped, places, BERLIN)]


def every(minutes: float, times: int) -> list[datetime]:
    return [NOON + timedelta(minutes=minutes * it) for it in range(times)]


def test_a_clerk_who_stamps_one_card_all_day_is_odd() -> None:
    assert kinds(*map(done, every(60, 3))) == []
    assert kinds(*map(done, every(60, 4))) == [("same_card", 4)]
    assert kinds(*(done(at, clerk) for at in every(60, 3) for clerk in (MIA, BEN))) == []


def test_a_day_ends_at_the_merchants_midnight() -> None:
    late = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # half past eleven in Berlin
    stamped = [late + timedelta(minutes=10 * it) for it in range(6)]
    assert kinds(*map(done, stamped)) == []


def test_a_burst_of_stamps_is_odd_whatever_the_cards() -> None:
    burst = [done(at, MIA, new_id()) for at in every(0.3, 15)]
    assert kinds(*burst) == [("many_at_once", 15)]
    assert kinds(*burst[:14]) == []
    assert kinds(*(done(at, MIA, new_id()) for at in every(1, 40))) == []


def test_old_codes_are_odd_once_there_are_many() -> None:
    stamped = [done(at, MIA, new_id(), "stale") for at in every(30, 5)]
    assert kinds(*stamped) == [("old_codes", 5)]
    assert kinds(*stamped[:4]) == []


@pytest.mark.parametrize("flag", ["far", "no_place"])
def test_one_stamp_far_away_is_odd(flag: str) -> None:
    assert kinds(done(NOON, MIA, CARD, flag)) == [("far_away", 1)]


def test_a_stamp_in_closed_hours_is_odd_where_hours_are_known() -> None:
    friday = (Opening(4, time(8), time(12)), Opening(4, time(20), time(2)))
    assert kinds(done(NOON), hours=friday) == [("closed", 1)]  # 12:00 in Berlin
    assert kinds(done(NOON - timedelta(minutes=1)), hours=friday) == []
    assert kinds(done(NOON + timedelta(hours=13)), hours=friday) == []  # one at night
    assert kinds(done(NOON + timedelta(hours=14)), hours=friday) == [("closed", 1)]
    assert kinds(done(NOON), hours=()) == [("closed", 1)]
    assert kinds(done(NOON), hours=None) == []


def test_a_distance_is_along_the_ground() -> None:
    assert metres(Near(52.5, 13.4), 52.5, 13.4) == 0
    assert metres(Near(52.5, 13.4), 53.5, 13.4) == pytest.approx(111_195, rel=0.01)
    assert metres(Near(0, 179.999), 0, -179.999) == pytest.approx(222, rel=0.01)


async def test_the_owner_is_shown_what_is_odd_until_somebody_has_seen_it(counter: Counter) -> None:
    _, named = await counter.new_card(await counter.cafe.draws_up())
    device = await counter.device()
    for _ in range(4):
        await device.sends_one(card=named)
    await counter.cafe.news_is_told()
    (alert,) = await counter.alerts()
    assert (alert["kind"], alert["count"], alert["state"]) == (AlertKind.SAME_CARD, 4, "open")
    assert alert["about"]["clerk"] == "Mia"
    await device.sends_one(card=named)
    await counter.cafe.news_is_told()
    (alert,) = await counter.alerts()
    assert alert["count"] == 5
    path = f"counter/alerts/{alert['id']}/seen"
    assert (await counter.owner("POST", path)).status_code == 204
    assert await counter.alerts() == []
    (seen,) = await counter.alerts(seen=True)
    assert (seen["state"], seen["seen_by"] is not None) == ("seen", True)


async def test_a_card_with_a_distance_is_stamped_at_the_shop(counter: Counter) -> None:
    store = await _store(counter)
    _, named = await counter.new_card(await counter.cafe.draws_up(terms(distance_m=200)))
    device = await counter.device("Till", store_id=store)
    here, away = {"lat": 52.5, "lon": 13.4}, {"lat": 52.6, "lon": 13.4}
    assert (await device.sends_one(card=named))["outcome"] == "done"  # nobody said where it is
    body = {"latitude": 52.5, "longitude": 13.4}
    saved = await counter.owner("PUT", f"counter/settings/places/{store}", json=body)
    assert saved.status_code == 200, saved.text
    assert (await device.sends_one(card=named))["code"] == "PLACE_MISSING"
    assert (await device.sends_one(card=named, near=away))["code"] == "TOO_FAR"
    assert (await device.sends_one(card=named, near=here))["outcome"] == "done"
    result = await device.sends_one(card=named, at=ago(hours=1), offline=True, near=away)
    assert result["outcome"] == "done"
    await counter.cafe.news_is_told()
    assert [it["kind"] for it in await counter.alerts()] == ["far_away"]


async def _store(counter: Counter) -> str:
    async with counter.cafe.open() as session:
        store = await merchants.add_store(
            session,
            merchant_id=counter.cafe.merchant_id,
            provider="till",
            domain=f"{counter.cafe.merchant_id.hex}.example.com",
            name="Corner",
            now=NOW,
        )
    return f"sto_{store.id.hex}"
