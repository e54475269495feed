"""Merchants open, connect stores and change their program."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from loyalnest import merchants
from loyalnest.kernel.database import Database, act_as_platform, act_for
from loyalnest.merchants import Hold, HoldKind, Merchant, ProgramSettings, Store, Switch
from tests.conftest import NOW, rolled_back

LATER = NOW + timedelta(hours=1)


async def connected(session: AsyncSession, merchant_id: UUID) -> Store:
    return await merchants.add_store(
        session, merchant_id=merchant_id, provider="shopify", domain="A.Example.", name="A", now=NOW
    )


@pytest.fixture
async def platform(shared_database: Database):
    async with rolled_back(shared_database) as session:
        await act_as_platform(session)
        yield session


async def opened(session: AsyncSession, handle: str = "cafe") -> Merchant:
    await act_as_platform(session)
    return await merchants.create(
        session,
        handle=handle,
        name="Café Nord",
        currency="EUR",
        time_zone="Europe/Berlin",
        now=NOW,
        actor="test",
    )


async def test_a_new_merchant_earns_one_point_a_unit_when_an_order_is_paid(platform: AsyncSession):
    cafe = await opened(platform)
    program = await merchants.program_of(platform, cafe.id)
    settings = program.current.settings
    assert (settings.default_rate, settings.award_on) == (Decimal(1), "paid")
    assert settings.hold.kind is HoldKind.NONE
    assert not any(rule.state is Switch.ON for rule in settings.actions.values())


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"handle": "Café"}, merchants.HandleInvalid),
        ({"handle": ""}, merchants.HandleInvalid),
        ({"name": " "}, merchants.NameMissing),
        ({"currency": "EURO"}, merchants.CurrencyUnknown),
        ({"currency": "XAU"}, merchants.CurrencyUnknown),
        ({"time_zone": "Europe/Atlantis"}, merchants.TimeZoneUnknown),
        ({"time_zone": "../etc/passwd"}, merchants.TimeZoneUnknown),
    ],
)
async def test_particulars_that_make_no_sense_are_refused(
    platform: AsyncSession, change: dict[str, str], error: type[Exception]
):
    right = {"handle": "cafe", "name": "Café", "currency": "EUR", "time_zone": "Europe/Berlin"}
    with pytest.raises(error):
        await merchants.create(platform, **{**right, **change}, now=NOW, actor="test")


async def test_a_handle_belongs_to_one_merchant(platform: AsyncSession):
    await opened(platform)
    with pytest.raises(merchants.HandleTaken):
        await opened(platform)


async def test_a_store_is_found_by_its_domain_whoever_asks(platform: AsyncSession):
    cafe, other = await opened(platform), await opened(platform, "other")
    store = await connected(platform, cafe.id)
    await act_for(platform, [other.id])
    shop = await merchants.find_shop(platform, provider="shopify", domain="a.example")
    assert shop == merchants.Shop(cafe.id, store.id)
    assert await merchants.find_shop(platform, provider="woo", domain="a.example") is None


async def test_a_store_belongs_to_one_merchant(platform: AsyncSession):
    cafe, other = await opened(platform), await opened(platform, "other")
    await connected(platform, cafe.id)
    with pytest.raises(merchants.StoreTaken):
        await connected(platform, other.id)


async def test_a_store_that_left_stays_known_and_may_come_back(platform: AsyncSession):
    cafe = await opened(platform)
    await act_for(platform, [cafe.id])
    store = await connected(platform, cafe.id)
    await merchants.mark_uninstalled(platform, [store.id], now=LATER)
    (gone,) = await merchants.list_stores(platform, merchant_id=cafe.id)
    assert gone.uninstalled_at == LATER
    assert await merchants.find_shop(platform, provider="shopify", domain="a.example")
    again = await connected(platform, cafe.id)
    assert again == store


async def test_a_change_of_program_leaves_the_past_alone(platform: AsyncSession):
    cafe = await opened(platform)
    await act_for(platform, [cafe.id])
    double = ProgramSettings(default_rate=Decimal(2))
    await merchants.save_program(platform, double, actor="test", now=LATER)
    program = await merchants.program_of(platform, cafe.id)
    assert program.at(LATER).settings.default_rate == 2
    assert program.at(LATER - timedelta(microseconds=1)).settings.default_rate == 1
    assert program.at(NOW - timedelta(days=900)).version == 1


async def test_saving_what_is_in_force_makes_no_new_version(platform: AsyncSession):
    cafe = await opened(platform)
    await act_for(platform, [cafe.id])
    same = await merchants.save_program(platform, ProgramSettings(), actor="test", now=LATER)
    assert same.version == 1


async def test_a_version_that_was_rolled_back_is_not_remembered(platform: AsyncSession):
    cafe = await opened(platform)
    await act_for(platform, [cafe.id])
    async with platform.begin_nested() as savepoint:
        double = ProgramSettings(default_rate=Decimal(2))
        await merchants.save_program(platform, double, actor="test", now=LATER)
        await merchants.programs_of(platform, [cafe.id])
        await savepoint.rollback()
    triple = ProgramSettings(default_rate=Decimal(3))
    await merchants.save_program(platform, triple, actor="test", now=LATER)
    program = await merchants.program_of(platform, cafe.id)
    assert program.current.settings.default_rate == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"default_rate": "-1"},
        {"default_rate": "NaN"},
        {"default_rate": "1e30"},
        {"rates": {"EURO": "1"}},
        {"hold": {"kind": "days"}},
        {"hold": {"kind": "none", "days": 3}},
        {"actions": {"Sign Up": {"points": 1}}},
        {"actions": {"signup": {"points": 0}}},
        {"award_on": "shipped"},
        {"colour": "red"},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]):
    with pytest.raises(ValidationError):
        ProgramSettings.model_validate(wrong)


def test_points_may_stay_pending_for_some_days():
    assert ProgramSettings(hold=Hold(kind=HoldKind.DAYS, days=14)).hold.days == 14
