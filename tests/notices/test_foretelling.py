"""Customers hear of what they would lose some days before: once, in the morning, and only if."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from loyalnest import customers, journeys, ledger, messaging, notices, rewards, tiers
from loyalnest.journeys import ExpiryAhead, JourneyPlan, Tell
from loyalnest.kernel.database import Database, bulk
from loyalnest.ledger import Expiry, ExpiryKind
from loyalnest.messaging import Channel
from loyalnest.notices import NoticeAhead, NoticeSettings, foretelling
from loyalnest.rewards import Kind, LocalCodes, RewardState, Terms
from loyalnest.templates import Occasion
from loyalnest.tiers import Ladder, Tier, Window
from tests.conftest import NOW
from tests.contracts.shopify.bodies import line, order
from tests.notices.nest import Nest, occasions, open_nest
from tests.stamps import cafe
from tests.stamps.cafe import Cafe

DAY = timedelta(days=1)


@pytest.fixture
async def nest(lasting_database: Database) -> Nest:
    return await open_nest(lasting_database)


async def test_points_that_lapse_together_are_one_message_and_every_day_is_one(
    nest: Nest,
) -> None:
    anna = await nest.knows("anna@example.com")
    await nest.expires(Expiry(ExpiryKind.MONTH_END, days=10))
    await nest.earns(anna, 100)  # lapses at the end of November
    await nest.earns(anna, 50, now=NOW - DAY)
    await nest.earns(anna, 30, now=NOW + DAY)  # the 1st of December, and so the end of that month
    assert await nest.foretold(NOW + 2 * DAY) == [
        ("points_expiring", {"name": "Anna", "points": 150, "expires_on": "2026-11-30"})
    ]
    told = await nest.foretold(NOW + 11 * DAY)
    assert told[1:] == [
        ("points_expiring", {"name": "Anna", "points": 30, "expires_on": "2026-12-31"})
    ]


async def test_nobody_is_told_twice_and_not_more_than_once_a_day_is_looked(nest: Nest) -> None:
    anna = await nest.knows("anna@example.com")
    await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
    await nest.earns(anna, 100)
    assert len(await nest.foretold()) == 1
    await nest.earns(anna, 70)
    assert len(await nest.foretold(NOW + timedelta(hours=1))) == 1
    assert len(await nest.foretold(NOW + DAY)) == 1


async def refuses(database: Database, what: str) -> None:
    """The database takes no message like this, as if the machine went at that instant."""
    async with database.platform() as session:
        await session.execute(text("SET LOCAL role NONE"))
        for statement in (
            "CREATE OR REPLACE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the machine went'; END $$",
            f"CREATE TRIGGER breaks BEFORE INSERT ON messages FOR EACH ROW WHEN ({what})"
            " EXECUTE FUNCTION break_off()",
        ):
            await session.execute(text(statement))


async def takes_all(database: Database) -> None:
    async with database.platform() as session:
        await session.execute(text("SET LOCAL role NONE"))
        await session.execute(text("DROP TRIGGER breaks ON messages"))


async def test_a_run_that_broke_off_is_taken_up_and_tells_the_rest_alone(
    database: Database,
) -> None:
    nest = await open_nest(database)
    anna = await nest.knows("anna@example.com")
    await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
    await nest.earns(anna, 100)
    await offered(nest, anna, valid_days=6)
    await refuses(database, "NEW.occasion = 'reward_expiring'")
    with pytest.raises(Exception, match="the machine went"):
        await nest.foretold(NOW + 4 * DAY)
    assert occasions(await nest.deliveries()) == ["points_expiring"]
    await takes_all(database)
    await nest.foretold(NOW + 4 * DAY + timedelta(hours=1))
    assert occasions(await nest.deliveries()) == ["points_expiring", "reward_expiring"]


async def test_who_is_no_member_is_erased_or_has_spent_it_is_told_nothing(nest: Nest) -> None:
    await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
    stranger = await nest.knows("ben@example.com", member=False)
    gone, spent = await nest.knows("cleo@example.com"), await nest.knows("dora@example.com")
    for who in (stranger, gone, spent):
        await nest.earns(who, 100)
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await customers.erase_customer(
            session, merchant_id=nest.shop.merchant_id, customer_id=gone, now=NOW
        )
    await nest.shop.spends(100, email="dora@example.com")
    assert await nest.foretold() == []


async def test_whoever_was_merged_after_being_told_is_not_told_again_as_somebody_else(
    nest: Nest,
) -> None:
    await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
    anna, other = await nest.knows("anna@example.com"), await nest.knows("a@example.com")
    await nest.earns(other, 100)
    assert len(await nest.foretold()) == 1
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await ledger.merge(
            session,
            merchant_id=nest.shop.merchant_id,
            kept_id=anna,
            merged_id=other,
            actor="test",
            now=NOW,
        )
    assert len(await nest.foretold(NOW + DAY)) == 1


async def test_a_rule_that_ends_points_sooner_is_told_of_once_it_is_near(nest: Nest) -> None:
    anna = await nest.knows("anna@example.com")
    await nest.expires(Expiry(ExpiryKind.DAYS, days=365))
    await nest.earns(anna, 100)
    assert await nest.foretold() == []
    await nest.expires(Expiry(ExpiryKind.DAYS, days=5), now=NOW + DAY)
    (told,) = await nest.foretold(NOW + 3 * DAY)
    assert told[1]["expires_on"] == "2026-12-21"  # thirty days' notice at the least


async def test_how_far_ahead_and_whether_at_all_is_the_merchant_s(nest: Nest) -> None:
    anna = await nest.knows("anna@example.com")
    await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
    await nest.earns(anna, 100)
    await nest.wants(points_expiring=NoticeAhead(days=7))
    assert await nest.foretold() == []
    await nest.wants(points_expiring=NoticeAhead(on=False, days=30))
    assert await nest.foretold(NOW + DAY) == []
    await nest.wants(points_expiring=NoticeAhead(days=18))
    assert len(await nest.foretold(NOW + 2 * DAY)) == 1


async def test_a_journey_that_starts_with_points_that_lapse_is_left_to_speak(nest: Nest) -> None:
    anna = await nest.knows("anna@example.com")
    await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
    await nest.earns(anna, 100)
    drawn = JourneyPlan(
        name="Before they lapse",
        trigger=ExpiryAhead(days_before=14),
        steps=(Tell(occasion=Occasion.POINTS_EXPIRING, channels=(Channel.EMAIL,)),),
        holdout=0,
    )
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        made = await journeys.create(session, drawn, actor="test", now=NOW)
        await journeys.start(session, made.id, now=NOW)
    assert await nest.foretold() == []
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await journeys.pause(session, made.id, now=NOW)
    assert await nest.foretold(NOW + DAY) == []
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await journeys.end(session, made.id, now=NOW)
    assert len(await nest.foretold(NOW + 2 * DAY)) == 1


@pytest.mark.parametrize(
    ("hour", "told"), [(8, 0), (9, 1), (23, 1)], ids=["before", "in the morning", "later that day"]
)
async def test_it_is_told_from_the_morning_on_by_the_merchant_s_clock(
    nest: Nest, hour: int, told: int
) -> None:
    anna = await nest.knows("anna@example.com")
    await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
    await nest.earns(anna, 100)
    # By summer time, which London has since the 29th of March: an hour ahead of UTC.
    await nest.earns(anna, 10, now=datetime(2027, 3, 20, 12, tzinfo=UTC))
    at = datetime(2027, 3, 30, hour - 1, 30, tzinfo=UTC)
    assert len(await nest.foretold(at)) == told


async def offered(nest: Nest, who: UUID, *, valid_days: int) -> None:
    terms = Terms(
        kind=Kind.AMOUNT_OFF,
        name="5 off",
        names={"ar": "خصم"},
        cost=50,
        amounts={"GBP": Decimal(5)},
        valid_days=valid_days,
    )
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        reward = await rewards.create(
            session, terms, state=RewardState.ACTIVE, actor="test", now=NOW
        )
        await rewards.redeem(
            session, LocalCodes(), reward_id=reward.id, customer_id=who, actor="test", now=NOW
        )


async def test_a_code_that_lapses_is_told_of_in_its_second_half(nest: Nest) -> None:
    anna = await nest.knows("anna@example.com", locale="ar")
    await nest.earns(anna, 100)
    await offered(nest, anna, valid_days=30)
    await offered(nest, anna, valid_days=6)
    assert await nest.foretold(NOW + 2 * DAY) == []
    ((_, short),) = await nest.foretold(NOW + 4 * DAY)
    assert (short["reward"], short["expires_on"], short["name"]) == ("خصم", "2026-11-26", "Anna")
    assert short["code"]
    both = await nest.foretold(NOW + 24 * DAY)
    assert [occasion for occasion, _ in both] == ["reward_expiring"] * 2


async def climbs(nest: Nest, currency_of: str = "GBP", **ladder: Any) -> None:
    """Anna bought for 120 eleven months and some days ago, for 30 lately; gold takes 100."""
    tier = Tier(key="gold", name="Gold", threshold=Decimal(100))
    drawn = Ladder(tiers=(tier,), window=Window.ROLLING_12_MONTHS).model_copy(update=ladder)
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await tiers.save(session, drawn, actor="test", now=NOW)
    for number, (price, days_ago) in enumerate((("120.00", 345), ("30.50", 10))):
        at = (NOW - days_ago * DAY).isoformat()
        body = order(
            number + 1,
            lines=[line(price=price)],
            created_at=at,
            updated_at=at,
            email="anna@example.com",
            customer={"id": 7, "email": "anna@example.com"},
            currency=currency_of,
        )
        await nest.shop.tells(("orders/create", body))


async def test_a_tier_that_what_was_bought_will_not_bear_is_told_with_what_is_missing(
    nest: Nest,
) -> None:
    anna = await nest.knows("anna@example.com")
    await climbs(nest)
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await tiers.judge_many(session, [(nest.shop.merchant_id, anna)], now=NOW)
    (told,) = await nest.foretold()
    # What was bought on 10 December counts until the same day of the next year.
    assert told == (
        "tier_at_risk",
        {
            "name": "Anna",
            "tier": "Gold",
            "expires_on": "2026-12-10",
            "spend": {"amount": "69.50", "currency": "GBP"},
        },
    )
    (asked,) = await nest.deliveries()
    assert asked.purpose is messaging.Purpose.OUTREACH
    assert len(await nest.foretold(NOW + DAY)) == 1


async def test_a_tier_that_a_person_gave_or_that_is_borne_for_longer_is_not_at_risk(
    nest: Nest,
) -> None:
    anna = await nest.knows("anna@example.com")
    await climbs(nest, grace_days=90)
    who = [(nest.shop.merchant_id, anna)]
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await tiers.judge_many(session, who, now=NOW)
    assert await nest.foretold() == []
    later = NOW + 100 * DAY
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await tiers.judge_many(session, who, now=NOW + 25 * DAY)
        await tiers.override(
            session,
            customer_id=anna,
            tier="gold",
            until=None,
            reason="a friend",
            actor="test",
            now=NOW + 26 * DAY,
        )
    assert await nest.foretold(later) == []
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        await tiers.end_override(session, customer_id=anna, actor="test", now=later)
    (told,) = await nest.foretold(later + DAY)
    assert (told[0], told[1]["expires_on"]) == ("tier_at_risk", "2027-03-14")


async def test_merchants_are_told_for_together_and_each_by_its_own_wishes(
    database: Database,
) -> None:
    first, second = await open_nest(database), await open_nest(database)
    for nest in (first, second):
        anna = await nest.knows("anna@example.com")
        await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
        await nest.earns(anna, 100)
    await second.wants(points_expiring=NoticeAhead(days=3))
    assert len(await first.foretold()) == 1
    assert await second.deliveries() == []


async def test_what_fails_for_one_merchant_is_told_of_the_others(database: Database) -> None:
    first, second = await open_nest(database), await open_nest(database)
    for nest in (first, second):
        anna = await nest.knows("anna@example.com")
        await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
        await nest.earns(anna, 100)
    await refuses(database, f"NEW.merchant_id = '{first.shop.merchant_id}'")
    with pytest.raises(Exception, match="the machine went"):
        await notices.tell_ahead(database, NOW, speak_of_points=journeys.speaking_of_expiry)
    assert (len(await first.deliveries()), len(await second.deliveries())) == (0, 1)


async def test_a_morning_takes_no_more_statements_for_twenty_merchants_than_for_one(
    database: Database,
) -> None:
    nests = [await open_nest(database) for _ in range(20)]
    for nest in nests:
        anna = await nest.knows("anna@example.com")
        await nest.expires(Expiry(ExpiryKind.DAYS, days=20))
        await nest.earns(anna, 100)
        await offered(nest, anna, valid_days=6)
        shop = Cafe(database, nest.shop.merchant_id)
        for name in ("Coffee card", "Lunch card"):
            terms = cafe.terms(name=name, validity={"days": 7, "counted": "each_stamp"})
            await shop.gives(await shop.card(await shop.draws_up(terms), anna))
    counts: list[int] = []
    ids = [nest.shop.merchant_id for nest in nests]
    for some, at in ((ids[:1], NOW + 4 * DAY), (ids, NOW + 4 * DAY)):
        seen: list[object] = []
        async with database.batch(some) as session:
            driver: Any = await bulk(session)
            driver.add_query_logger(seen.append)
            known = await foretelling.around(session, some, now=at)
            for look, each in (
                (foretelling.points, 1),
                (foretelling.cards, 2),
                (foretelling.codes, 1),
                (foretelling.tiers_at_risk, 0),
            ):
                asks, _ = await look(session, known, {})
                assert len(asks) == each * len(some)
            driver.remove_query_logger(seen.append)
        counts.append(len(seen))
    assert 0 < counts[1] <= counts[0]


def test_settings_that_were_saved_before_there_were_days_ahead_have_what_is_usual() -> None:
    settings = NoticeSettings.model_validate_json('{"welcome": {"on": false}}')
    assert settings.points_expiring == NoticeAhead(days=30)
    assert settings.reward_expiring == NoticeAhead(days=7)


async def test_what_is_kept_of_a_day_is_the_merchant_s_own(nest: Nest) -> None:
    await nest.foretold()
    async with nest.database.tenant(nest.shop.merchant_id) as session:
        assert await session.scalar(text("SELECT told_on FROM notice_days")) == NOW.date()
